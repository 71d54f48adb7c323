package io.sluice.agent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GrowingSplitTest {

  private final AtomicInteger looks = new AtomicInteger();

  /** Each look finds ten more. */
  private final GrowingSplit<TestingSplit> split =
      new GrowingSplit<>(
          new TestingSplit(10),
          before -> {
            looks.incrementAndGet();
            return new TestingSplit(before.count() + 10);
          });

  @Test
  void looksAgainForWhatIsBeyondAndOnlyThen() {
    assertThat(split.read(9, new float[1], 0)).isEqualTo(9);
    assertThat(looks).hasValue(0);
    assertThat(split.read(10, new float[1], 0)).isEqualTo(10);
    assertThat(split.count()).isEqualTo(20);
    assertThat(split.read(3, new float[1], 0)).isEqualTo(3);
    assertThat(split.read(19, new float[1], 0)).isEqualTo(19);
    assertThat(split.label(19)).isEqualTo(19);
    assertThat(looks).hasValue(1);
  }

  @Test
  void anIdThatIsStillNotThereIsAnErrorOfThatTime() {
    assertThatThrownBy(() -> split.read(20, new float[1], 0))
        .isInstanceOf(UserError.class)
        .hasMessage("no 20 of 20");
    assertThat(split.read(20, new float[1], 0)).as("it may come later").isEqualTo(20);
    assertThat(looks).hasValue(2);
  }

  @Test
  void callersAtTheSameTimeLookOnce() throws Exception {
    int callers = 8;
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(callers);
    GrowingSplit<TestingSplit> slow =
        new GrowingSplit<>(
            new TestingSplit(10),
            before -> {
              looks.incrementAndGet();
              awaitQuietly(looking);
              return new TestingSplit(before.count() + 10);
            });
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      List<Future<Integer>> read = new ArrayList<>();
      for (int id = 10; id < 10 + callers; id++) {
        int wanted = id;
        read.add(
            threads.submit(
                () -> {
                  waiting.countDown();
                  return slow.read(wanted, new float[1], 0);
                }));
      }
      waiting.await();
      assertThat(slow.read(5, new float[1], 0)).as("what is there needs no look").isEqualTo(5);
      looking.countDown();
      for (int i = 0; i < callers; i++) {
        assertThat(read.get(i).get()).isEqualTo(10 + i);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(looks).hasValue(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Samples that are their own labels. */
  private record TestingSplit(long count) implements SampleSplit {

    @Override
    public int label(long id) {
      return (int) id;
    }

    @Override
    public int read(long id, float[] into, int offset) {
      if (id >= count) {
        throw new UserError("no " + id + " of " + count);
      }
      return (int) id;
    }
  }
}
