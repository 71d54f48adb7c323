package io.sluice.job.selection;

/**
 * What is selected on top of the bands, so that a class does not fall below its floor.
 *
 * @param label the class
 * @param keep probability that a measured sample of it is selected all the same, above 0 to 1
 */
public record TopUp(int label, double keep) {

  public TopUp {
    if (label < 0 || !(keep > 0 && keep <= 1)) {
      throw new IllegalArgumentException(
          "no top-up has label %d and keep %s".formatted(label, keep));
    }
  }
}
