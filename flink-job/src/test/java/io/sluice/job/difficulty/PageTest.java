package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.serde.TestingSerde;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class PageTest {

  private final Page page = new Page();

  @Test
  void takesAFirstLossAsItIsWhateverTheSmoothing() {
    measure(page, 5, 2f);
    page.fold(0.25f);
    assertThat(page.difficulty(5)).isEqualTo(2f);
  }

  @Test
  void movesADifficultyTowardsTheNewestLossByTheSmoothing() {
    measure(page, 5, 2f);
    page.fold(0.25f);
    measure(page, 5, 4f);
    page.fold(0.25f);
    assertThat(page.difficulty(5)).isEqualTo(2.5f);
  }

  @Test
  void replacesTheDifficultyByTheLastLossWithSmoothingOne() {
    measure(page, 5, 0.1f);
    page.fold(1);
    measure(page, 5, 0.7f);
    measure(page, 5, 0.3f);
    page.fold(1);
    assertThat(page.difficulty(5)).isEqualTo(0.3f);
  }

  @Test
  void keepsTheDifficultyOfASampleThatWasNotMeasured() {
    measure(page, 5, 2f);
    page.fold(1);
    page.fold(1);
    assertThat(page.difficulty(5)).isEqualTo(2f);
  }

  @Test
  void tellsFreshSamplesFromStaleOnes() {
    measure(page, 1, 1f);
    page.fold(1);
    measure(page, 64, 1f);
    long[] fresh = page.fold(1);

    assertThat(fresh[0]).isZero();
    assertThat(fresh[1]).isEqualTo(1L);
    assertThat(page.openLoss(64)).isNaN();
  }

  @Test
  void knowsDeclaredSamplesWithoutALoss() {
    page.know(63, 66);

    assertThat(page.isKnown(62)).isFalse();
    assertThat(page.isKnown(63)).isTrue();
    assertThat(page.isKnown(65)).isTrue();
    assertThat(page.isKnown(66)).isFalse();
    assertThat(page.difficulty(65)).isNaN();
  }

  @Test
  void comesThroughItsSerializerUnchanged() throws IOException {
    measure(page, 0, -1f);
    page.fold(1);
    measure(page, Page.SIZE - 1, 3f);
    page.know(100, 101);

    Page copy = TestingSerde.roundTrip(new PageSerializer(), page);

    assertThat(copy.committed()).isEqualTo(page.committed());
    assertThat(copy.current()).isEqualTo(page.current());
    assertThat(copy.known()).isEqualTo(page.known());
    assertThat(TestingSerde.bytes(new PageSerializer(), page)).hasSize(1 + 4096 * 8 + 512);
  }

  @Test
  void writesNoArrayOfNothing() throws IOException {
    page.know(0, 100);
    assertThat(TestingSerde.bytes(new PageSerializer(), page)).hasSize(1 + 512);
    assertThat(TestingSerde.roundTrip(new PageSerializer(), page).isKnown(99)).isTrue();

    measure(page, 0, 1f);
    page.fold(1);
    measure(page, 0, 2f);
    page.fold(1);
    assertThat(TestingSerde.bytes(new PageSerializer(), page)).hasSize(1 + 4096 * 4 + 512);
    Page restored = TestingSerde.roundTrip(new PageSerializer(), page);
    assertThat(restored.difficulty(0)).isEqualTo(2f);
    measure(restored, 1, 3f);
    assertThat(restored.openLoss(1)).isEqualTo(3f);
    assertThat(restored.openLoss(0)).isNaN();
  }

  @Test
  void readsWhatVersionOneWrote() throws IOException {
    ByteBuffer old = ByteBuffer.allocate(4096 * 8 + 512).order(ByteOrder.LITTLE_ENDIAN);
    for (int slot = 0; slot < 2 * 4096; slot++) {
      old.putFloat(slot == 7 ? 1.5f : slot == 4096 + 8 ? 2.5f : Float.NaN);
    }
    old.putLong(1L << 7 | 1L << 9);

    Page page = new PageSerializer().read(1, new DataInputDeserializer(old.array()));

    assertThat(page.difficulty(7)).isEqualTo(1.5f);
    assertThat(page.openLoss(8)).isEqualTo(2.5f);
    assertThat(page.isKnown(9)).isTrue();
    assertThat(page.isKnown(8)).as("then a loss made a sample known").isTrue();
    assertThat(page.isKnown(10)).isFalse();
  }

  @Test
  void inclusionAndLabelsComeThroughTheSerializerToo() throws IOException {
    measure(page, 5, 1f);
    page.countInclusion(page.fold(1));
    page.label(5, new char[] {0, 42, 65_534}, 1, 3);

    Page copy = TestingSerde.roundTrip(new PageSerializer(), page);

    assertThat(copy.inclusion()).usingRecursiveComparison().isEqualTo(page.inclusion());
    assertThat((int) copy.label(5)).isEqualTo(42);
    assertThat((int) copy.label(6)).isEqualTo(65_534);
    assertThat(copy.label(7)).isEqualTo(Page.NO_LABEL);
  }

  @Test
  void aCopyKeepsItsLabelsWhileTheOriginalGetsOthers() {
    page.label(0, new char[] {1}, 0, 1);
    Page copy = page.copy();
    char[] told = page.labels();

    page.label(0, new char[] {2}, 0, 1);

    assertThat((int) page.label(0)).isEqualTo(2);
    assertThat((int) copy.label(0)).isEqualTo(1);
    assertThat((int) told[0]).isEqualTo(1);
  }

  @Test
  void readsWhatVersionThreeWrote() throws IOException {
    measure(page, 5, 1f);
    byte[] old = TestingSerde.bytes(new PageSerializer(), page);

    Page restored = new PageSerializer().read(3, new DataInputDeserializer(old));

    assertThat(restored.openLoss(5)).isEqualTo(1f);
    assertThat(restored.inclusion()).isNull();
    assertThat(restored.labels()).isNull();
  }

  @Test
  void takesNoLossOfASampleThatIsNotKnown() throws IOException {
    page.know(3, 4);
    byte[] before = TestingSerde.bytes(new PageSerializer(), page);

    assertThat(page.measure(new long[] {2, 4}, new float[] {1, 1}, 0, 2)).isZero();
    assertThat(TestingSerde.bytes(new PageSerializer(), page)).isEqualTo(before);
    assertThat(page.current()).as("no memory for nothing").isNull();
    assertThat(page.measure(new long[] {2, 3}, new float[] {1, 5}, 0, 2)).isEqualTo(1);
    assertThat(page.openLoss(3)).isEqualTo(5);
    assertThat(page.openLoss(2)).isNaN();
  }

  @Test
  void forgetsARetiredSampleForGood() throws IOException {
    measure(page, 63, 1f);
    page.fold(1);
    measure(page, 63, 2f);
    measure(page, 64, 3f);

    assertThat(page.retire(63, 64)).isEqualTo(1);
    assertThat(page.retire(63, 64)).isZero();

    Page copy = TestingSerde.roundTrip(new PageSerializer(), page);
    for (Page each : new Page[] {page, copy}) {
      assertThat(each.isKnown(63)).isFalse();
      assertThat(each.isRetired(63)).isTrue();
      assertThat(each.difficulty(63)).isNaN();
      assertThat(each.openLoss(63)).isNaN();
      assertThat(each.know(63, 65)).as("stays so").isZero();
      assertThat(each.isKnown(63)).isFalse();
      assertThat(each.measure(new long[] {63}, new float[] {9}, 0, 1)).isZero();
      assertThat(each.openLoss(64)).isEqualTo(3f);
      assertThat(each.retiredCount()).isEqualTo(1);
    }
  }

  @Test
  void takesNoMemoryForDifficultiesWhenAllItsSamplesAreRetired() throws IOException {
    measure(page, 5, 1f);
    page.fold(1);
    measure(page, 5, 1f);
    page.retire(0, Page.SIZE);
    assertThat(page.committed()).isNull();
    assertThat(page.current()).isNull();
    assertThat(TestingSerde.bytes(new PageSerializer(), page)).hasSize(1 + 512 + 512);
  }

  @Test
  void aDifficultyStaysFiniteBetweenTheHugestLosses() {
    for (float smoothing : new float[] {0.1f, 0.5f, 1}) {
      Page huge = new Page();
      measure(huge, 0, Float.MAX_VALUE);
      measure(huge, 1, 1f);
      huge.fold(smoothing);
      measure(huge, 0, -Float.MAX_VALUE);
      measure(huge, 1, Float.MAX_VALUE);
      huge.fold(smoothing);
      assertThat(huge.difficulty(0))
          .isBetween(-Float.MAX_VALUE, Float.MAX_VALUE)
          .isCloseTo(
              (float) (Float.MAX_VALUE * (1 - 2.0 * smoothing)), Percentage.withPercentage(0.001));
      assertThat(huge.difficulty(1)).isFinite();
    }
  }

  /** Whatever happens to the one, the other stays; pages of every past are copied. */
  @Test
  void keepsACopyApartFromTheOriginal() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      Page original = new Page();
      change(original, random, random.nextInt(6));
      Page copy = new PageSerializer().copy(original);
      byte[] before = TestingSerde.bytes(new PageSerializer(), original);
      assertThat(TestingSerde.bytes(new PageSerializer(), copy)).isEqualTo(before);

      boolean originalChanges = random.nextBoolean();
      change(originalChanges ? original : copy, random, 4);

      assertThat(TestingSerde.bytes(new PageSerializer(), originalChanges ? copy : original))
          .as("round %d", round)
          .isEqualTo(before);
    }
  }

  private static void change(Page page, Random random, int times) {
    for (int i = 0; i < times; i++) {
      switch (random.nextInt(4)) {
        case 0 -> measure(page, random.nextInt(Page.SIZE), random.nextFloat());
        case 1 -> page.fold(0.5f);
        case 2 -> {
          int slot = random.nextInt(Page.SIZE - 2000);
          page.retire(slot, slot + 2000);
        }
        default -> {
          int slot = random.nextInt(Page.SIZE);
          page.know(slot, slot + 1);
        }
      }
    }
  }

  @Test
  void sharesWithACopyWhatNobodyChanges() {
    measure(page, 0, 1f);
    page.fold(1);
    measure(page, 1, 1f);
    page.know(2, 3);
    Page copy = new PageSerializer().copy(page);
    measure(copy, 2, 1f);

    assertThat(copy.committed()).isSameAs(page.committed());
    assertThat(copy.known()).isSameAs(page.known());
    assertThat(copy.current()).isNotSameAs(page.current());
  }

  private static void measure(Page page, int slot, float loss) {
    page.know(slot, slot + 1);
    page.measure(new long[] {-1, slot}, new float[] {9, loss}, 1, 2);
  }
}
