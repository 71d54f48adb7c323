package io.sluice.job.difficulty;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.ingest.ShardEvent;
import io.sluice.job.ingest.ShardKeys;
import io.sluice.job.ingest.TestingEvents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A snapshot taken amid an epoch, restored at other parallelisms, goes on to the same output. */
class TrackerRescaleTest {

  private static final int SHARDS = 8;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 8})
  void givesTheSameOutputAtAnyParallelism(int newParallelism) throws Exception {
    List<String> uninterrupted = run(1, 0);
    assertThat(uninterrupted).as("two closes of each shard").hasSize(SHARDS * 2 * 2);
    assertThat(run(3, newParallelism)).isEqualTo(uninterrupted);
  }

  /**
   * Text of all reports and codes after the first close, by shard.
   *
   * @param after parallelism after a snapshot and restore; 0 for neither
   */
  private static List<String> run(int before, int after) throws Exception {
    List<ShardEvent> head = new ArrayList<>();
    List<ShardEvent> tail = new ArrayList<>();
    for (int shard = 0; shard < SHARDS; shard++) {
      TestingEvents at = new TestingEvents(shard, 2);
      head.addAll(
          List.of(
              at.join(0, 0),
              at.join(1, 0),
              at.samples(0, 0, 5000),
              at.end(0, -1),
              at.end(1, -1),
              at.losses(0, 0, shard, 1f + shard, 0.5f),
              at.end(0, 0),
              at.losses(0, 1, 7, 42f),
              at.samples(2, 9000, 3)));
      tail.addAll(List.of(at.losses(1, 0, 4999, 3f), at.end(1, 0), at.end(0, 1), at.end(1, 1)));
    }
    List<String> output = new ArrayList<>();
    if (after == 0) {
      try (TestingTracker tracker = TestingTracker.open(SHARDS, 0.5, 1, 0, null)) {
        tracker.process(head.toArray(ShardEvent[]::new));
        tracker.reports();
        tracker.codes();
        tracker.process(tail.toArray(ShardEvent[]::new));
        collect(tracker, output);
      }
      output.sort(Comparator.naturalOrder());
      return output;
    }
    OperatorSubtaskState snapshot = snapshotAfter(head, before);
    for (int subtask = 0; subtask < after; subtask++) {
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              snapshot, SHARDS, before, after, subtask);
      try (TestingTracker tracker = TestingTracker.open(SHARDS, 0.5, after, subtask, part)) {
        for (ShardEvent event : tail) {
          if (owner(event.shard(), after) == subtask) {
            tracker.process(event);
          }
        }
        collect(tracker, output);
      }
    }
    output.sort(Comparator.naturalOrder());
    return output;
  }

  private static void collect(TestingTracker tracker, List<String> output) {
    tracker.reports().forEach(report -> output.add(text(report)));
    tracker.codes().forEach(codes -> output.add(text(codes)));
    assertThat(tracker.deadLetters()).isEmpty();
  }

  private static OperatorSubtaskState snapshotAfter(List<ShardEvent> events, int parallelism)
      throws Exception {
    OperatorSubtaskState[] states = new OperatorSubtaskState[parallelism];
    for (int subtask = 0; subtask < parallelism; subtask++) {
      try (TestingTracker tracker = TestingTracker.open(SHARDS, 0.5, parallelism, subtask, null)) {
        for (ShardEvent event : events) {
          if (owner(event.shard(), parallelism) == subtask) {
            tracker.process(event);
          }
        }
        states[subtask] = tracker.harness().snapshot(1, 1);
      }
    }
    return AbstractStreamOperatorTestHarness.repackageState(states);
  }

  private static int owner(int shard, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(
        ShardKeys.of(SHARDS)[shard], SHARDS, parallelism);
  }

  private static String text(ShardReport report) {
    StringBuilder text = new StringBuilder("report " + report);
    for (int i = 0; i < report.measured().distinct(); i++) {
      text.append(' ').append((int) report.measured().codes()[i]);
      text.append(':').append(report.measured().counts()[i]);
    }
    return text.toString();
  }

  private static String text(CodesPart codes) {
    StringBuilder text = new StringBuilder("codes " + codes.epoch() + " " + codes.shard());
    for (PageCodes page : codes.pages()) {
      text.append(" page ").append(page.page());
      for (int slot = 0; slot < PageCodes.SIZE; slot++) {
        text.append(' ').append(page.code(slot)).append(page.isFresh(slot) ? "*" : "");
      }
    }
    return text.toString();
  }
}
