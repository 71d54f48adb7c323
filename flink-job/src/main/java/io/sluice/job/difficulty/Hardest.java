package io.sluice.job.difficulty;

import io.sluice.job.selection.DifficultyCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The hardest samples of those it is told of; of equally hard ones those of least id. Mutable. */
public final class Hardest {

  /** How many are kept. */
  public static final int SIZE = 24;

  private static final Comparator<HardSample> EASIEST_FIRST =
      Comparator.comparingInt(HardSample::code)
          .thenComparing(HardSample::id, Comparator.reverseOrder());

  private final PriorityQueue<HardSample> samples = new PriorityQueue<>(EASIEST_FIRST);

  /** Codes below it are too easy. */
  private int least = DifficultyCode.MIN;

  /** Samples of lesser difficulty codes are too easy to be among them. */
  int least() {
    return least;
  }

  public void add(HardSample sample) {
    samples.add(sample);
    if (samples.size() > SIZE) {
      samples.remove();
    }
    if (samples.size() == SIZE) {
      least = samples.element().code();
    }
  }

  public void addAll(List<HardSample> others) {
    others.forEach(this::add);
  }

  /** Hardest first. */
  public List<HardSample> samples() {
    List<HardSample> sorted = new ArrayList<>(samples);
    sorted.sort(EASIEST_FIRST.reversed());
    return sorted;
  }
}
