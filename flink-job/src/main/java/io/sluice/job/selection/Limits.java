package io.sluice.job.selection;

import java.io.Serializable;

/**
 * How much a selection takes, and how far a policy may go, whichever it is.
 *
 * @param budget fraction of the samples of full training that a cycle may take, above 0 to 1; 1 for
 *     no budget
 * @param swing how far volumes swing around their mean, from 0 to below 1 (PODS, arXiv 2605.14773)
 * @param minSelected least fraction of the known samples in a selection, from 0 to 1
 * @param maxSelected greatest such fraction, above 0 to 1; what has no loss yet is taken anyway
 * @param maxWeight greatest weight of a loss, at least 1
 * @param classFloor least fraction of each class's measured samples in a selection, from 0 to 1
 */
public record Limits(
    double budget,
    double swing,
    double minSelected,
    double maxSelected,
    double maxWeight,
    double classFloor)
    implements Serializable {

  /** Leaves the policy alone. */
  public static final Limits NONE = new Limits(1, 0, 0, 1, 10, 0);

  public Limits {
    require(budget > 0 && budget <= 1, "budget", budget, "above 0, up to 1");
    require(swing >= 0 && swing < 1, "volume swing", swing, "0 to below 1");
    require(minSelected >= 0 && minSelected <= 1, "min selected", minSelected, "0 to 1");
    require(
        maxSelected > 0 && maxSelected <= 1 && maxSelected >= minSelected,
        "max selected",
        maxSelected,
        "above 0 and min selected, up to 1");
    require(maxWeight >= 1 && maxWeight <= 1000, "max weight", maxWeight, "1 to 1000");
    require(classFloor >= 0 && classFloor <= 1, "class floor", classFloor, "0 to 1");
  }

  private static void require(boolean valid, String name, double value, String allowed) {
    if (!valid) {
      throw new IllegalArgumentException("%s is %s; allowed: %s".formatted(name, value, allowed));
    }
  }

  boolean hasBudget() {
    return budget < 1;
  }
}
