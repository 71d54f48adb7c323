package io.sluice.simulation;

/** Something that must hold does not. */
final class Violation extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * @param rule what must hold
   * @param detail where it does not
   */
  Violation(String rule, String detail) {
    super("it does not hold that " + rule + ": " + detail);
  }
}
