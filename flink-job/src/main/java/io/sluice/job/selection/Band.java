package io.sluice.job.selection;

/**
 * An interval of difficulty whose samples are treated alike.
 *
 * <p>The first band of a plan that holds a sample decides on it; a sample that none holds is not
 * selected, except that an unseen one always is.
 *
 * @param lowerCode the least difficulty code, inclusive
 * @param upperCode the greatest difficulty code, inclusive
 * @param freshness whether fresh samples, stale ones or both belong to the band
 * @param splitFrom where the band's share of the split hash begins, inclusive, in [0, 1)
 * @param splitTo where that share ends, exclusive, in (0, 1]; from 0 to 1 is every sample
 * @param keep the probability with which a sample of the band is selected
 * @param weight the factor of a selected sample's loss
 * @param byInclusion whether the factor is multiplied by the sample's {@link InclusionWeight}
 */
public record Band(
    int lowerCode,
    int upperCode,
    Freshness freshness,
    double splitFrom,
    double splitTo,
    double keep,
    float weight,
    boolean byInclusion) {

  public Band {
    if (lowerCode < DifficultyCode.MIN
        || lowerCode > upperCode
        || upperCode > DifficultyCode.MAX
        || freshness == null
        || !(splitFrom >= 0 && splitFrom < splitTo && splitTo <= 1)
        || !(keep >= 0 && keep <= 1)
        || !(weight > 0 && weight < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "no band has codes %d to %d, freshness %s, split %s to %s, keep %s and weight %s"
              .formatted(lowerCode, upperCode, freshness, splitFrom, splitTo, keep, weight));
    }
  }

  /** Returns a band of all samples of a code interval. */
  static Band of(int lowerCode, int upperCode, double keep, float weight) {
    return new Band(lowerCode, upperCode, Freshness.ANY, 0, 1, keep, weight, false);
  }

  /** Returns a band of all measured samples. */
  static Band everywhere(double keep) {
    return of(DifficultyCode.MIN, DifficultyCode.MAX, keep, 1);
  }

  Band split(double from, double to) {
    return new Band(lowerCode, upperCode, freshness, from, to, keep, weight, byInclusion);
  }

  Band kept(double newKeep, float newWeight) {
    return new Band(
        lowerCode, upperCode, freshness, splitFrom, splitTo, newKeep, newWeight, byInclusion);
  }

  /** Returns this band without pruning, hence without a weight that would make up for it. */
  Band unpruned() {
    return kept(1, 1);
  }
}
