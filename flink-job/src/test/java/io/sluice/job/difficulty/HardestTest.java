package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HardestTest {

  @Test
  void theOrderInWhichSamplesComeDoesNotMatter() {
    Random random = new Random(4);
    List<HardSample> samples = new ArrayList<>();
    for (int id = 0; id < 500; id++) {
      samples.add(new HardSample(id, 2000 + random.nextInt(40)));
    }
    List<HardSample> expected =
        samples.stream()
            .sorted(
                Comparator.comparingInt(HardSample::code)
                    .reversed()
                    .thenComparingLong(HardSample::id))
            .limit(Hardest.SIZE)
            .toList();
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(samples, random);
      Hardest hardest = new Hardest();
      hardest.addAll(samples);

      assertThat(hardest.samples()).isEqualTo(expected);
    }
  }

  @Test
  void whatIsTooEasyIsNotEvenAskedFor() {
    Hardest hardest = new Hardest();
    for (int id = 0; id < Hardest.SIZE; id++) {
      assertThat(hardest.least()).isLessThanOrEqualTo(3000);
      hardest.add(new HardSample(id, 3000));
    }

    assertThat(hardest.least()).as("an id may be less").isEqualTo(3000);
  }
}
