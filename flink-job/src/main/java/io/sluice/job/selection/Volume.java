package io.sluice.job.selection;

import io.sluice.job.selection.Policy.Choice;
import io.sluice.job.selection.Policy.Situation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Fits what a policy chooses to the number of samples that a selection is to take. */
final class Volume {

  /** So close, as a ratio, that no selection of a billion samples would tell the difference. */
  private static final double PRECISION = 1e-9;

  private Volume() {}

  /**
   * Chooses with the prune ratio that makes selections so large. If even the least makes them too
   * small, samples that the policy leaves out are added at random; if even the greatest makes them
   * too large, all are thinned out.
   *
   * @param target number of measured samples, on average over the policy's sweep
   */
  static Choice choose(Policy policy, Situation situation, double target) {
    double most = policy.volume(situation, 0);
    if (target >= most) {
      Choice choice = policy.choose(situation, 0);
      double total = situation.measured().total();
      double chance = total > most ? Math.min(1, (target - most) / (total - most)) : 0;
      return with(choice, raise(choice.bands(), chance));
    }
    double least = policy.volume(situation, SelectionSettings.MOST_PRUNED);
    if (target <= least) {
      Choice choice = policy.choose(situation, SelectionSettings.MOST_PRUNED);
      return with(choice, least == 0 ? choice.bands() : thin(choice.bands(), target / least));
    }
    return policy.choose(situation, pruneRatio(policy, situation, target, most, least));
  }

  /**
   * By the secant, which is exact where the volume falls linearly, and so asks a policy once or
   * twice; where that does not halve what is left, by halving it.
   *
   * @param most volume with nothing pruned, above the target
   * @param least volume with the most pruned, below the target
   */
  private static double pruneRatio(
      Policy policy, Situation situation, double target, double most, double least) {
    double low = 0;
    double high = SelectionSettings.MOST_PRUNED;
    double above = most;
    double below = least;
    while (high - low > PRECISION) {
      double width = high - low;
      double guess = low + width * (above - target) / (above - below);
      for (double ratio : new double[] {guess, (low + high) / 2}) {
        double volume = policy.volume(situation, ratio);
        if (Math.abs(volume - target) <= PRECISION * target) {
          return ratio;
        }
        if (volume > target) {
          low = ratio;
          above = volume;
        } else {
          high = ratio;
          below = volume;
        }
        if (high - low <= width / 2) {
          break;
        }
      }
    }
    return high;
  }

  /**
   * Keeps the number of measured samples of this one selection within bounds.
   *
   * @param least fewest, if there are as many
   * @param greatest most; below 0 as 0
   */
  static List<Band> within(List<Band> bands, Population measured, double least, double greatest) {
    double expected = measured.expected(bands);
    double most = Math.max(0, greatest);
    if (expected > most) {
      return thin(bands, most / expected);
    }
    double total = measured.total();
    if (expected < least && expected < total) {
      return raise(bands, Math.min(1, (least - expected) / (total - expected)));
    }
    return bands;
  }

  /** Each sample that is selected stays with a probability. */
  private static List<Band> thin(List<Band> bands, double chance) {
    return bands.stream().map(band -> band.kept(band.keep() * chance, band.weight())).toList();
  }

  /** Each sample that is not selected is taken all the same with a probability. */
  private static List<Band> raise(List<Band> bands, double chance) {
    if (chance == 0) {
      return bands;
    }
    List<Band> raised = new ArrayList<>();
    for (Band band : bands) {
      double keep = Math.min(1, band.keep() + (1 - band.keep()) * chance);
      // A weight that made up for what was dropped now has less to make up for.
      float weight = (float) Math.max(1, band.weight() * band.keep() / keep);
      raised.add(band.kept(keep, Math.min(weight, band.weight())));
    }
    raised.addAll(restOf(bands, chance));
    return raised;
  }

  /** Bands of what no band holds. */
  private static List<Band> restOf(List<Band> bands, double keep) {
    boolean plain =
        bands.stream()
            .allMatch(
                band ->
                    band.freshness() == Freshness.ANY
                        && band.splitFrom() == 0
                        && band.splitTo() == 1);
    if (!plain) {
      return List.of(Band.everywhere(keep)); // it comes last, so the others decide first
    }
    // Bands that do not overlap are applied faster.
    List<Band> rest = new ArrayList<>();
    int next = DifficultyCode.MIN;
    List<Band> ascending = bands.stream().sorted(Comparator.comparingInt(Band::lowerCode)).toList();
    for (Band band : ascending) {
      if (band.lowerCode() > next) {
        rest.add(Band.of(next, band.lowerCode() - 1, keep, 1));
      }
      next = Math.max(next, band.upperCode() + 1);
    }
    if (next <= DifficultyCode.MAX) {
      rest.add(Band.of(next, DifficultyCode.MAX, keep, 1));
    }
    return rest;
  }

  private static Choice with(Choice choice, List<Band> bands) {
    return new Choice(choice.window(), choice.annealing(), bands);
  }
}
