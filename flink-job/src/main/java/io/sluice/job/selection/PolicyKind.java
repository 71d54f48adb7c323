package io.sluice.job.selection;

import java.util.Arrays;
import java.util.Locale;

/** The policies there are, by name. */
public enum PolicyKind {
  SETA(new SeTa()),
  INFOBATCH(new InfoBatch()),
  ORDERDP(new OrderDp()),
  REPB(new RePb()),
  RANDOM(new RandomPruning()),
  STATIC(new StaticPruning()),
  FULL(new FullTraining());

  @SuppressWarnings("ImmutableEnumChecker") // no policy has a state
  private final Policy policy;

  PolicyKind(Policy policy) {
    this.policy = policy;
  }

  Policy policy() {
    return policy;
  }

  /** Whether difficulties have to be losses relative to their mini-batch's mean. */
  public boolean needsRelativeLosses() {
    return policy.needs().contains(Policy.Need.RELATIVE_LOSS);
  }

  /** Whether the policy counts samples measured in the epoch just closed apart from the others. */
  public boolean needsFreshness() {
    return policy.needs().contains(Policy.Need.FRESHNESS);
  }

  /** Whether it has to be known how many selections each sample was in. */
  public boolean needsInclusion() {
    return policy.needs().contains(Policy.Need.INCLUSION);
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
