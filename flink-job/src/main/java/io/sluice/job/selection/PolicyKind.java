package io.sluice.job.selection;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How samples are chosen. A policy is a pure function from groups of difficulty to bands. */
public enum PolicyKind {
  /** A window that slides over the groups, pruned at random; without the window at the end. */
  SETA {
    @Override
    Choice choose(int epoch, List<Cluster> groups, SelectionSettings settings) {
      boolean annealing = settings.annealing(epoch);
      if (epoch == 0 || annealing || groups.isEmpty()) {
        return everything(groups, annealing, settings.keepRatio());
      }
      Window window = Window.sliding(epoch, groups.size(), settings.windowScale());
      return new Choice(window, false, List.of(bandOf(window, groups, settings.keepRatio())));
    }
  },

  /** Every measured sample with the same probability. */
  RANDOM {
    @Override
    Choice choose(int epoch, List<Cluster> groups, SelectionSettings settings) {
      return everything(groups, false, settings.keepRatio());
    }
  },

  /** Every sample: the baseline. */
  FULL {
    @Override
    Choice choose(int epoch, List<Cluster> groups, SelectionSettings settings) {
      return everything(groups, false, 1);
    }
  };

  /** What a policy decides on. The bands do not overlap. */
  record Choice(Window window, boolean annealing, List<Band> bands) {}

  /**
   * Chooses what selection {@code epoch} takes of the measured samples.
   *
   * @param groups the clusters of the measured samples; either no two share a code or all share one
   */
  abstract Choice choose(int epoch, List<Cluster> groups, SelectionSettings settings);

  private static Choice everything(List<Cluster> groups, boolean annealing, double keep) {
    return new Choice(Window.all(groups.size()), annealing, List.of(Band.everywhere(keep)));
  }

  private static Band bandOf(Window window, List<Cluster> groups, double keep) {
    double count = groups.size();
    int end = window.start() + window.size();
    Band band =
        Band.of(groups.get(window.start()).lowerCode(), groups.get(end - 1).upperCode(), keep, 1);
    boolean oneCode = groups.get(0).lowerCode() == groups.get(groups.size() - 1).upperCode();
    return oneCode ? band.split(window.start() / count, end / count) : band;
  }

  /** Returns the name for people, in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the policy with a name for people.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static PolicyKind of(String label) {
    for (PolicyKind policy : values()) {
      if (policy.label().equals(label)) {
        return policy;
      }
    }
    throw new IllegalArgumentException(
        "there is no policy '%s'; allowed: %s"
            .formatted(
                label, String.join(", ", Arrays.stream(values()).map(PolicyKind::label).toList())));
  }
}
