package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.TestingEvents;
import io.sluice.job.selection.DifficultyCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
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
    private final Map<Long, Float> committed = new TreeMap<>();
    private final Map<Long, Float> open = new TreeMap<>();
    private final Map<Long, Float> early = new TreeMap<>();

    void close() {
      open.forEach(
          (index, loss) ->
              committed.merge(
                  index, loss, (difficulty, l) -> difficulty + SMOOTHING * (l - difficulty)));
      open.clear();
      open.putAll(early);
      early.clear();
    }

    Map<Long, Integer> codes() {
      Map<Long, Integer> codes = new TreeMap<>();
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
          events.add(batch(agents, random.nextInt(2), epoch, random, model.open));
        }
        events.add(agents.end(0, epoch));
        for (int batch = random.nextInt(4); batch > 0; batch--) {
          events.add(batch(agents, 0, epoch + 1, random, model.early));
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
        assertThat(tracker.deadLetters()).isEmpty();
      }
    } finally {
      tracker.close();
    }
  }

  private static ShardEvent batch(
      TestingEvents agents,
      int rank,
      int epoch,
      SplittableRandom random,
      Map<Long, Float> expected) {
    long[] indices = random.longs(1 + random.nextInt(1500), 0, SAMPLES).sorted().toArray();
    float[] losses = new float[indices.length];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = (float) random.nextDouble(-2, 9);
      expected.put(indices[i], losses[i]);
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
