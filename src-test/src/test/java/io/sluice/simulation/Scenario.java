package io.sluice.simulation;

import io.sluice.job.selection.Limits;
import io.sluice.job.selection.PolicyKind;
import io.sluice.job.selection.SelectionSettings;
import io.sluice.protocol.Sharding;
import java.util.List;

/**
 * What a run does when nothing goes wrong.
 *
 * @param seed all of it follows from it
 * @param epochs epochs to be trained
 * @param samples declared at first: ids 0 to samples - 1
 * @param world ranks at first
 * @param growth samples that come later; of none at epoch 0
 * @param retirement samples that go; of none at epoch 0
 * @param membership ranks from an epoch on; as before at epoch 0
 * @param quarantine after how many measurements among the hardest a sample is left out; 0 for never
 * @param restShare what part of a slice is trained after its epoch was ended
 */
record Scenario(
    long seed,
    Sharding sharding,
    int epochs,
    int samples,
    int world,
    Growth growth,
    Retirement retirement,
    MembershipChange membership,
    LossKind losses,
    double restShare,
    double smoothing,
    SelectionSettings settings,
    int quarantine) {

  /** Each as often as it has rules that a fault could break. */
  private static final List<PolicyKind> POLICIES =
      List.of(
          PolicyKind.SETA,
          PolicyKind.SETA,
          PolicyKind.REPB,
          PolicyKind.REPB,
          PolicyKind.INFOBATCH,
          PolicyKind.ORDERDP,
          PolicyKind.RANDOM,
          PolicyKind.STATIC,
          PolicyKind.FULL);

  /** Samples from an epoch on. */
  record Growth(int fromEpoch, int samples) {}

  /** Samples that are retired while an epoch is trained. */
  record Retirement(int epoch, int first, int samples) {}

  /** The ranks from an epoch on. */
  record MembershipChange(int fromEpoch, int world) {}

  static Scenario of(long seed) {
    Dice dice = new Dice(seed);
    int partitions = dice.between(1, 3);
    int shards = partitions + dice.between(0, 2);
    int epochs = dice.between(2, 5);
    int world = dice.pick(List.of(1, 1, 2, 2, 3));
    int samples = dice.pick(List.of(3, 20, 40, 80));
    boolean grows = dice.chance(0.4);
    boolean shrinks = dice.chance(0.4);
    boolean changes = dice.chance(0.35);
    boolean early = !changes && dice.chance(0.4);
    Growth growth =
        grows ? new Growth(dice.between(1, epochs - 1), dice.between(1, 20)) : new Growth(0, 0);
    int first = dice.between(0, samples - 1);
    Retirement retirement =
        shrinks
            ? new Retirement(
                dice.between(0, epochs - 1), first, dice.between(1, Math.max(1, samples / 4)))
            : new Retirement(0, 0, 0);
    MembershipChange membership =
        changes
            ? new MembershipChange(
                dice.between(1, epochs - 1),
                world == 1 || dice.chance(0.5) ? world + dice.between(1, 2) : world - 1)
            : new MembershipChange(0, world);
    SelectionSettings settings =
        new SelectionSettings(
            dice.pick(POLICIES),
            dice.between(1, 6),
            dice.pick(0.3, 0.5, 1),
            dice.pick(0, 0.2, 0.5),
            dice.pick(0.5, 0.9, 1),
            dice.pick(List.of(0, epochs, 2)),
            seed,
            limits(dice));
    return new Scenario(
        seed,
        new Sharding(shards, partitions),
        epochs,
        samples,
        world,
        growth,
        retirement,
        membership,
        dice.pick(List.of(LossKind.values())),
        early ? dice.pick(0.05, 0.3, 0.7) : 0,
        dice.pick(1, 0.7, 0.1),
        settings,
        dice.pick(List.of(0, 0, 1, 2)));
  }

  private static Limits limits(Dice dice) {
    return new Limits(
        dice.pick(1, 0.7, 0.4), dice.pick(0, 0.5), dice.pick(0, 0.3), dice.pick(1, 0.6), 10, 0);
  }

  /** Ranks that are ever part of it. */
  int mostRanks() {
    return Math.max(world, membership.world());
  }

  int dataset() {
    return samples + growth.samples();
  }

  /**
   * A loss as every agent measures it. Where several ranks end epochs early, it depends on who is
   * faster which of two epochs' losses of a sample holds, so there they are equal.
   */
  float loss(int epoch, long id) {
    return losses.of(seed, mayDefer() ? 0 : epoch, id);
  }

  /** Whether a rank may report for an epoch that a shard has not opened yet. */
  boolean mayDefer() {
    return world > 1 && restShare > 0;
  }

  String inWords() {
    StringBuilder words = new StringBuilder();
    words.append(
        String.format(
            "%d shards in %d partitions, %d samples, %d ranks, %d epochs, losses %s, smoothing %s,"
                + " %s",
            sharding.shards(),
            sharding.partitions(),
            samples,
            world,
            epochs,
            losses,
            smoothing,
            settings));
    if (growth.samples() > 0) {
      words.append(
          String.format("; %d samples more from epoch %d", growth.samples(), growth.fromEpoch()));
    }
    if (retirement.samples() > 0) {
      words.append(
          String.format(
              "; %d samples from %d on retired in epoch %d",
              retirement.samples(), retirement.first(), retirement.epoch()));
    }
    if (membership.fromEpoch() > 0) {
      words.append(
          String.format("; %d ranks from epoch %d", membership.world(), membership.fromEpoch()));
    }
    if (restShare > 0) {
      words.append(String.format("; epochs end with %s of the slice to go", restShare));
    }
    return words.toString();
  }
}
