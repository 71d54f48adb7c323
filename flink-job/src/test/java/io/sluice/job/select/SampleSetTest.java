package io.sluice.job.select;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.wire.WeightedSamples;
import java.io.IOException;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

class SampleSetTest {

  private static final int SIZE = 1 << 18;

  @ParameterizedTest
  @ValueSource(doubles = {0.0001, 0.05, 0.5, 0.8, 1})
  void holdsWhatWasSelected(double share) throws Exception {
    Random random = new Random(5);
    for (int size : new int[] {1, 63, 64, 157, 4096, 70_000, SIZE}) {
      BitSet selected = new BitSet();
      for (int i = 0; i < size; i++) {
        if (random.nextDouble() < share) {
          selected.set(i);
        }
      }
      selected.set(random.nextInt(size));

      WeightedSamples message = message(selected, size);

      assertThat(read(message)).isEqualTo(selected);
      assertThat(message.getCount()).isEqualTo(selected.cardinality());
      assertThat(message.getBits().isEmpty()).isNotEqualTo(message.getBitmap().isEmpty());
    }
  }

  /** Few, many in a row: a RoaringBitmap is shorter. Most, at random: a bit for each. */
  @Test
  void takesTheShorterForm() {
    BitSet few = new BitSet();
    few.set(1);
    few.set(SIZE - 1);
    assertThat(message(few, SIZE).getBitmap().size()).isBetween(1, 40);

    BitSet all = new BitSet();
    all.set(0, SIZE);
    assertThat(message(all, SIZE).getBitmap().size()).isBetween(1, 80);

    BitSet most = new BitSet();
    Random random = new Random(6);
    for (int i = 0; i < 23_000; i++) { // a shard of a run of 3 million samples
      most.set(i, random.nextInt(5) > 0);
    }
    assertThat(message(most, 1 << 15).getBits().size()).isBetween(23_000 / 8 - 2, 23_000 / 8 + 1);
  }

  @Test
  void countsNothingInNoBits() {
    assertThat(new SampleSet(new long[0]).count()).isZero();
    assertThat(new SampleSet(new long[3]).count()).isZero();
  }

  private static WeightedSamples message(BitSet selected, int size) {
    long[] words = new long[(size + Long.SIZE - 1) / Long.SIZE];
    long[] used = selected.toLongArray();
    System.arraycopy(used, 0, words, 0, used.length);
    return new SampleSet(words).message(1);
  }

  private static BitSet read(WeightedSamples samples) throws IOException {
    if (!samples.getBits().isEmpty()) {
      return BitSet.valueOf(samples.getBits().toByteArray());
    }
    RoaringBitmap bitmap = new RoaringBitmap();
    bitmap.deserialize(samples.getBitmap().asReadOnlyByteBuffer());
    BitSet set = new BitSet();
    bitmap.forEach((int i) -> set.set(i));
    return set;
  }
}
