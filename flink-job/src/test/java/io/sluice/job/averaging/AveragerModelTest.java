package io.sluice.job.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.job.averaging.LaneEvent.MembersDeclared;
import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.Position;
import io.sluice.protocol.wire.ModelAverage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The averager against a model that keeps whole updates in a map: random orders of several ranks,
 * records twice, agents that start again with other values, older ones that write on, ranks that
 * are removed and added, and a job that goes back to a snapshot.
 */
class AveragerModelTest {

  private static final int EPOCHS = 12;
  private static final int LANES = 2;
  private static final int CHUNKS = 5;
  private static final Model MODEL = new Model(5, CHUNKS);

  /** What a lane comes to, judged as the protocol's page puts it. */
  private static final class ModelLane {
    private final Map<Integer, Map<Integer, Update>> newest = new HashMap<>();
    private final Map<String, Long> incarnations = new HashMap<>();
    private final Map<Integer, Sync> averaged = new HashMap<>();
    private final Map<Integer, Integer> worldSizes = new TreeMap<>();

    /** By chunk and sync, in the order in which they come. */
    private final List<String> means = new ArrayList<>();

    void apply(LaneEvent event) {
      if (event instanceof MembersDeclared members) {
        worldSizes.put(members.fromEpoch(), members.worldSize());
        newest.values().forEach(held -> held.values().removeIf(u -> u.rank() >= worldSize(u)));
        newest.keySet().stream().sorted().forEach(this::complete);
        return;
      }
      Update update = (Update) event;
      int chunk = update.chunk();
      String who = chunk + " " + update.rank();
      if (update.incarnation() < incarnations.getOrDefault(who, 0L)) {
        return;
      }
      incarnations.put(who, update.incarnation());
      Map<Integer, Update> held = newest.computeIfAbsent(chunk, c -> new TreeMap<>());
      Update before = held.get(update.rank());
      boolean old = averaged.containsKey(chunk) && !averaged.get(chunk).isBefore(update.sync());
      boolean known =
          before != null
              && before.incarnation() == update.incarnation()
              && !before.sync().isBefore(update.sync());
      if (!old && !known && update.rank() < worldSize(update)) {
        held.put(update.rank(), update);
        complete(chunk);
      }
    }

    private int worldSize(Update update) {
      int worldSize = Integer.MAX_VALUE;
      for (Map.Entry<Integer, Integer> members : worldSizes.entrySet()) {
        if (members.getKey() <= update.sync().epoch()) {
          worldSize = members.getValue();
        }
      }
      return Math.min(update.worldSize(), worldSize);
    }

    private void complete(int chunk) {
      Map<Integer, Update> held = newest.get(chunk);
      Update first = held.get(0);
      if (first == null) {
        return;
      }
      List<Update> all = new ArrayList<>();
      for (int rank = 0; rank < worldSize(first); rank++) {
        Update update = held.get(rank);
        if (update == null || !update.sync().equals(first.sync())) {
          return;
        }
        all.add(update);
      }
      averaged.put(chunk, first.sync());
      held.clear();
      means.add(text(chunk, first.sync(), all.stream().filter(u -> !u.unusable()).toList()));
    }

    private static String text(int chunk, Sync sync, List<Update> usable) {
      long samples = usable.stream().mapToLong(Update::samples).sum();
      int length = usable.isEmpty() ? 0 : usable.get(0).values().length / Float.BYTES;
      float[] mean = new float[length];
      for (int i = 0; i < length; i++) {
        double sum = 0;
        for (Update update : usable) {
          double weight = samples == 0 ? 1 : update.samples();
          sum += weight * TestingUpdates.floats(update.values())[i];
        }
        mean[i] = (float) (sum / (samples == 0 ? usable.size() : samples));
      }
      return AveragerModelTest.text(chunk, sync, usable.size(), samples, mean);
    }
  }

  private final List<Long> offsets = new ArrayList<>(Collections.nCopies(LANES, 0L));
  private final Map<Integer, Long> incarnations = new HashMap<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void comesToWhatTheModelComesTo(long seed) throws Exception {
    Random random = new Random(seed);
    List<LaneEvent> log = new ArrayList<>();
    int worldSize = 3;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      int syncs = 1 + random.nextInt(3);
      boolean removes = worldSize > 1 && random.nextInt(4) == 0;
      for (int step = 1; step <= syncs; step++) {
        boolean last = step == syncs;
        // A rank that is removed has sent a part of its last sync, or all of it, or nothing.
        int gone = removes && last ? worldSize - 1 : -1;
        log.addAll(sync(new Sync(epoch, step, last), worldSize, gone, random));
      }
      if (removes) {
        worldSize--;
      } else if (random.nextInt(4) == 0) {
        worldSize++;
        log.addAll(members(1000 + epoch, epoch + 1, worldSize));
      }
    }

    List<String> expected = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      ModelLane model = new ModelLane();
      for (LaneEvent event : log) {
        if (event.lane() == lane) {
          model.apply(event);
        }
      }
      expected.addAll(model.means);
    }
    assertThat(expected).as("each sync of each chunk").hasSizeGreaterThanOrEqualTo(EPOCHS * CHUNKS);
    assertThat(run(log, random)).isEqualTo(expected);
  }

  /** What all ranks send at a sync, with what should not make a difference or is to be refused. */
  private List<LaneEvent> sync(Sync sync, int worldSize, int gone, Random random) {
    List<LaneEvent> events = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      long samples = random.nextInt(5);
      boolean unusable = random.nextInt(8) == 0;
      boolean restarts = random.nextInt(4) == 0;
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        if (rank == gone && random.nextBoolean()) {
          continue;
        }
        Update update = update(sync, rank, worldSize, chunk, samples, unusable, random);
        events.add(update);
        if (random.nextInt(5) == 0) {
          events.add(update);
        }
        if (restarts) {
          long older = update.incarnation();
          incarnations.put(rank, older + 1);
          events.add(update(sync, rank, worldSize, chunk, samples, unusable, random));
          incarnations.put(rank, older);
        }
      }
      incarnations.put(rank, incarnations.getOrDefault(rank, 5L) + (restarts ? 1 : 0));
    }
    if (gone >= 0) {
      events.addAll(members(1000 + sync.epoch(), sync.epoch(), worldSize - 1));
    }
    Collections.shuffle(events, random);
    return events.stream().map(this::placed).toList();
  }

  private Update update(
      Sync sync,
      int rank,
      int worldSize,
      int chunk,
      long samples,
      boolean unusable,
      Random random) {
    float[] values = new float[unusable ? 0 : chunk == CHUNKS - 1 ? 3 : 7];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Update(
        new Position(chunk % LANES, 0, 0),
        sync,
        rank,
        incarnations.getOrDefault(rank, 5L),
        worldSize,
        chunk,
        MODEL,
        samples,
        unusable,
        TestingUpdates.bytes(values));
  }

  private List<LaneEvent> members(long generation, int fromEpoch, int worldSize) {
    List<LaneEvent> events = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      events.add(
          placed(new MembersDeclared(new Position(lane, 0, 0), generation, fromEpoch, worldSize)));
    }
    return events;
  }

  /** At the end of its lane. */
  private LaneEvent placed(LaneEvent event) {
    long offset = offsets.get(event.lane());
    offsets.set(event.lane(), offset + 1);
    Position at = new Position(event.lane(), offset, offset);
    if (event instanceof Update u) {
      return new Update(
          at,
          u.sync(),
          u.rank(),
          u.incarnation(),
          u.worldSize(),
          u.chunk(),
          u.model(),
          u.samples(),
          u.unusable(),
          u.values());
    }
    MembersDeclared m = (MembersDeclared) event;
    return new MembersDeclared(at, m.generation(), m.fromEpoch(), m.worldSize());
  }

  /** Returns the means by lane, in order, after several failures of the job. */
  private static List<String> run(List<LaneEvent> log, Random random) throws Exception {
    List<AverageRecord> published = new ArrayList<>();
    TestingAverager averager = TestingAverager.open();
    try {
      int at = 0;
      while (at < log.size()) {
        int checkpoint = Math.min(log.size(), at + random.nextInt(60));
        process(averager, log.subList(at, checkpoint));
        published.addAll(averager.records());
        OperatorSubtaskState state = averager.snapshot();
        int failure = Math.min(log.size(), checkpoint + random.nextInt(60));
        process(averager, log.subList(checkpoint, failure));
        List<AverageRecord> again = averager.records();
        averager.close();
        averager = TestingAverager.open(1, 0, state);
        process(averager, log.subList(checkpoint, failure));
        List<AverageRecord> repeated = averager.records();
        assertThat(repeated).usingRecursiveComparison().isEqualTo(again);
        published.addAll(repeated);
        at = failure;
      }
      averager.setProcessingTime(10 * TestingAverager.STALL_WARNING.toMillis());
      assertThat(averager.timers()).as("nothing waits").isZero();
      for (int lane = 0; lane < LANES; lane++) {
        assertThat(averager.heldValues(lane)).isZero();
      }
      assertThat(averager.stateEntries())
          .as("of each lane ledgers, and members at most")
          .isBetween(LANES, 2 * LANES);
    } finally {
      averager.close();
    }
    List<String> means = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      for (AverageRecord record : published) {
        if (record.lane() == lane) {
          ModelAverage mean = ModelAverage.parseFrom(record.value());
          Sync sync = new Sync(mean.getEpoch(), mean.getStep(), mean.getEndsEpoch());
          means.add(
              text(
                  mean.getChunk(),
                  sync,
                  mean.getRanks(),
                  mean.getSamples(),
                  TestingUpdates.values(mean)));
        }
      }
    }
    return means;
  }

  private static void process(TestingAverager averager, List<LaneEvent> events) throws Exception {
    averager.process(events.toArray(LaneEvent[]::new));
  }

  private static String text(int chunk, Sync sync, int ranks, long samples, float[] mean) {
    StringBuilder text =
        new StringBuilder(
            "chunk %d, %s: %d ranks, %d samples".formatted(chunk, sync, ranks, samples));
    for (float value : mean) {
      text.append(' ').append(Float.floatToRawIntBits(value));
    }
    return text.toString();
  }
}
