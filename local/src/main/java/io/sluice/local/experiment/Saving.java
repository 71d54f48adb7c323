package io.sluice.local.experiment;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The fraction of full training's samples that an arm is to save.
 *
 * @param fraction above 0 and below 1, without trailing zeros
 */
record Saving(BigDecimal fraction) implements Comparable<Saving> {

  static final String ALLOWED = "a number above 0 and below 1";

  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  /**
   * @throws IllegalArgumentException when it is not {@link #ALLOWED}
   */
  static Saving parse(String text) {
    // NumberFormatException is one.
    BigDecimal fraction = new BigDecimal(text.strip()).stripTrailingZeros();
    if (fraction.signum() <= 0 || fraction.compareTo(BigDecimal.ONE) >= 0) {
      throw new IllegalArgumentException(text);
    }
    return new Saving(fraction);
  }

  /** What is left to train on, as the setting {@code budget} takes it. */
  String budget() {
    return rest().toPlainString();
  }

  /** As many epochs of full training as cost what is left; at least one. */
  int epochs(int full) {
    return rest()
        .multiply(BigDecimal.valueOf(full))
        .setScale(0, RoundingMode.HALF_UP)
        .max(BigDecimal.ONE)
        .intValueExact();
  }

  private BigDecimal rest() {
    return BigDecimal.ONE.subtract(fraction);
  }

  /** In per cent with the digits that it has: 50 %, 12.5 %. */
  String percent() {
    return fraction.multiply(HUNDRED).stripTrailingZeros().toPlainString() + " %";
  }

  @Override
  public int compareTo(Saving other) {
    return fraction.compareTo(other.fraction);
  }

  @Override
  public String toString() {
    return fraction.toPlainString();
  }
}
