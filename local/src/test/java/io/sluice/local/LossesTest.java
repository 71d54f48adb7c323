package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LossesTest {

  @Test
  void keepsTheLastLossOfEachSampleInOrderOfIds() {
    Random random = new Random(11);
    for (int round = 0; round < 50; round++) {
      int size = random.nextInt(5_000);
      long ids = 1L + random.nextInt(3_000);
      Losses.Builder builder = new Losses.Builder();
      TreeMap<Long, Float> expected = new TreeMap<>();
      for (int i = 0; i < size; i++) {
        long id = random.nextLong(ids) << 40;
        float loss = random.nextFloat();
        builder.add(id, loss);
        expected.put(id, loss);
      }

      Losses losses = builder.build();

      TreeMap<Long, Float> actual = new TreeMap<>();
      for (int i = 0; i < losses.size(); i++) {
        actual.put(losses.ids()[i], losses.values()[i]);
      }
      assertThat(losses.ids()).isSorted().hasSize(expected.size());
      assertThat(actual).isEqualTo(expected);
      assertThat(losses.replaced()).isEqualTo(size - expected.size());
    }
  }
}
