package io.sluice.job.difficulty;

import io.sluice.job.selection.InclusionWeight;
import io.sluice.job.selection.SelectionSettings;
import java.io.Serializable;

/**
 * What is kept of samples beside their difficulty: only what the run's selection asks for.
 *
 * @param freshness whether samples measured in the epoch just closed are counted apart
 * @param inclusion whether it is counted how many selections a sample was in: 4 bytes a sample
 * @param labels whether classes are kept, and counted apart: 2 bytes a sample
 * @param weightCap code of the greatest weight that comes of the inclusion, see {@link
 *     InclusionWeight#atMost}
 */
public record Detail(boolean freshness, boolean inclusion, boolean labels, byte weightCap)
    implements Serializable {

  /** Difficulties alone. */
  public static final Detail NONE = new Detail(false, false, false, InclusionWeight.ONE);

  /** Heap for it: what is kept, and its part in the codes that wait for their plan. */
  double bytesPerSample() {
    return (inclusion ? 5 : 0) + (labels ? 2 : 0);
  }

  public static Detail of(SelectionSettings settings) {
    return new Detail(
        settings.policy().needsFreshness(),
        settings.policy().needsInclusion(),
        settings.limits().classFloor() > 0,
        InclusionWeight.atMost(settings.limits().maxWeight()));
  }
}
