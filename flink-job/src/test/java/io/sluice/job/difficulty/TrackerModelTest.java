package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.selection.DifficultyCode;
import io.sluice.protocol.wire.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tracker against a model that keeps two maps: random batches of two ranks, in bulks and less
 * than bulks, losses ahead of their epoch, and a checkpoint that is written while more comes in.
 */
class TrackerModelTest {

  private static final float SMOOTHING = 0.25f;
  private static final int SAMPLES = 20_000;
  private static final int EPOCHS = 4;

  /** What a shard comes to, without pages, backlog or lists. */
  private static final class Model {
    private final Set<Long> known = new TreeSet<>();
    private final Set<Long> retired = new TreeSet<>();
    private final Map<Long, Float> committed = new TreeMap<>();
    private final Map<Long, Float> open = new TreeMap<>();
    private final Map<Long, Float> early = new TreeMap<>();

    void close() {
      open.forEach(
          (index, loss) ->
              committed.merge(
                  index, loss, (difficulty, l) -> difficulty + SMOOTHING * (l - difficulty)));
      open.clear();
      early.forEach(this::measure);
      early.clear();
    }

    void measure(long index, float loss) {
      if (known.contains(index)) {
        open.put(index, loss);
      }
    }

    void know(long first, long count) {
      LongStream.range(first, first + count)
          .filter(index -> !retired.contains(index))
          .forEach(known::add);
    }

    void retire(long first, long count) {
      LongStream.range(first, first + count)
          .forEach(
              index -> {
                retired.add(index);
                known.remove(index);
                open.remove(index);
                committed.remove(index);
              });
    }

    Map<Long, Integer> codes() {
      Map<Long, Integer> codes = new TreeMap<>();
      known.forEach(index -> codes.put(index, (int) DifficultyCode.UNSEEN));
      committed.forEach((index, loss) -> codes.put(index, (int) DifficultyCode.encode(loss)));
      return codes;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void comesToWhatTheModelComesTo(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    TestingEvents agents = new TestingEvents(2, 2);
    Model model = new Model();
    TestingTracker tracker = TestingTracker.open(4, SMOOTHING, 1, 0, null);
    try {
      tracker.process(agents.join(0, 0), agents.join(1, 0), agents.end(0, -1), agents.end(1, -1));
      tracker.codes();
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        List<ShardEvent> events = new ArrayList<>();
        for (int batch = random.nextInt(12); batch > 0; batch--) {
          if (random.nextInt(3) == 0) {
            events.add(change(agents, random, model));
          }
          events.add(batch(agents, random.nextInt(2), epoch, random, model::measure));
        }
        events.add(agents.end(0, epoch));
        for (int batch = random.nextInt(4); batch > 0; batch--) {
          events.add(batch(agents, 0, epoch + 1, random, model.early::put));
        }
        int checkpoint = random.nextInt(events.size());
        int restart = checkpoint + random.nextInt(events.size() - checkpoint);
        tracker.process(events.subList(0, checkpoint).toArray(ShardEvent[]::new));
        TestingTracker.Checkpoint taken = tracker.beginCheckpoint();
        tracker.process(events.subList(checkpoint, restart).toArray(ShardEvent[]::new));
        OperatorSubtaskState state = taken.write();
        tracker.close();
        tracker = TestingTracker.open(4, SMOOTHING, 1, 0, state);
        tracker.process(events.subList(checkpoint, events.size()).toArray(ShardEvent[]::new));
        tracker.process(agents.end(1, epoch));
        model.close();

        assertThat(codes(tracker)).as("epoch %d", epoch).isEqualTo(model.codes());
        assertThat(tracker.deadLetters())
            .extracting(DeadLetter::getReason)
            .isSubsetOf("unknown-sample", "retired-sample");
      }
    } finally {
      tracker.close();
    }
  }

  /** Samples come or go. */
  private static ShardEvent change(TestingEvents agents, SplittableRandom random, Model model) {
    long first = random.nextLong(SAMPLES);
    if (random.nextInt(4) == 0) {
      model.retire(first, 10);
      return agents.retired(first, 10);
    }
    long count = 1 + random.nextLong(SAMPLES - first);
    model.know(first, count);
    return agents.samples(0, first, count);
  }

  private static ShardEvent batch(
      TestingEvents agents,
      int rank,
      int epoch,
      SplittableRandom random,
      BiConsumer<Long, Float> expected) {
    long[] indices = random.longs(1 + random.nextInt(1500), 0, SAMPLES).sorted().toArray();
    float[] losses = new float[indices.length];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = (float) random.nextDouble(-2, 9);
      expected.accept(indices[i], losses[i]);
    }
    return agents.losses(rank, epoch, indices, losses);
  }

  private static Map<Long, Integer> codes(TestingTracker tracker) {
    Map<Long, Integer> codes = new TreeMap<>();
    for (CodesPart part : tracker.codes()) {
      for (PageCodes page : part.pages()) {
        for (int slot = 0; slot < PageCodes.SIZE; slot++) {
          if (page.code(slot) != DifficultyCode.ABSENT) {
            codes.put(page.page() * PageCodes.SIZE + slot, page.code(slot));
          }
        }
      }
    }
    return codes;
  }
}
