package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.agent.client.ControlWriter;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.Json;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.SelectionPlan;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Samples come and go while a run trains. */
@Timeout(180)
class GrowthTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static LocalKafka kafka;
  private static LocalFlink flink;

  /** Losses that were reported last, by sample. */
  private final Map<Long, Float> difficulty = new HashMap<>();

  private JobClient job;

  @BeforeAll
  static void start() {
    kafka = LocalKafka.create();
    flink = LocalFlink.create(0, 2);
  }

  @AfterAll
  static void stop() {
    flink.close();
    kafka.close();
  }

  @AfterEach
  void cancel() throws Exception {
    job.cancel().get();
  }

  @Test
  void growsAmidTwoEpochs() throws Exception {
    RunConfig config = config("growth");
    TestingOperator operator = new TestingOperator(config);
    submit(config);
    try (SelectionClient client = SelectionClient.join(config, 0, List.of(new IdRange(0, 400)))) {
      train(client, config, 0, 400, () -> {});
      train(
          client,
          config,
          1,
          400,
          () ->
              assertThat(operator.dataset("add", "--count", "101"))
                  .contains("Announced 101 samples, ids 400 to 500, from epoch 2 on."));

      Set<Long> second =
          train(
              client,
              config,
              2,
              501,
              () -> {
                assertThat(operator.dataset("add", "--count", "50", "--from-epoch", "4"))
                    .contains("Announced 50 samples, ids 501 to 550, from epoch 4 on.");
                assertThat(operator.dataset("show"))
                    .contains("dataset size 501 to 551, from epoch 4 on");
              });
      assertThat(second).as("from its epoch on").containsAll(ids(400, 501));

      train(client, config, 3, 501, () -> {});
      Set<Long> fourth = train(client, config, 4, 551, () -> {});
      assertThat(fourth).as("from its epoch on").containsAll(ids(501, 551));
      client.awaitSelection(5, PATIENCE);
    }

    assertThat(TestingRun.read(config, config.topics().deadLetters())).isEmpty();
    assertThat(plans(config))
        .extracting(
            SelectionPlan::getKnown, SelectionPlan::getUnseen, SelectionPlan::getDatasetSize)
        .containsExactly(
            tuple(400L, 400L, 400L),
            tuple(400L, 0L, 400L),
            tuple(501L, 101L, 501L),
            tuple(501L, 0L, 551L),
            tuple(551L, 50L, 551L),
            tuple(551L, 0L, 551L));
    assertThat(operator.dataset("show").lines().toList().get(5))
        .isEqualTo("    4    551      50        0           551           1");
  }

  @Test
  void whatIsRetiredAmidAnEpochNeverComesBack() throws Exception {
    RunConfig config = config("retire");
    TestingOperator operator = new TestingOperator(config);
    submit(config);
    List<Long> gone = ids(100, 150);
    long[] refused = new long[1];
    try (SelectionClient client = SelectionClient.join(config, 0, List.of(new IdRange(0, 400)))) {
      train(client, config, 0, 400, () -> {});
      Selection selection = client.awaitSelection(1, PATIENCE);
      long[] slice = selection.slice(0).ids();
      int half = slice.length / 2;
      report(client, 1, Arrays.copyOf(slice, half));
      client.flush().join();
      assertThat(operator.dataset("retire", "--ids", "100-149"))
          .contains("Retired 50 ids for good");
      long[] rest = Arrays.copyOfRange(slice, half, slice.length);
      report(client, 1, rest);
      refused[0] = Arrays.stream(rest).filter(gone::contains).count();
      client.endEpoch(1);
      difficulty.keySet().removeAll(gone);

      train(client, config, 2, without(400, gone), () -> {});
      train(
          client,
          config,
          3,
          without(400, gone),
          () -> {
            try (ControlWriter writer = new ControlWriter(config)) {
              writer.add(List.of(new IdRange(90, 70)), 0, null);
            }
          });
      train(client, config, 4, without(400, gone), () -> {});
      client.awaitSelection(5, PATIENCE);
    }

    assertThat(refused[0]).as("some of them were still to be trained").isPositive();
    List<DeadLetter> letters = deadLetters(config);
    assertThat(letters).isNotEmpty().allMatch(l -> l.getReason().equals("retired-sample"));
    assertThat(letters.stream().mapToLong(GrowthTest::count).sum()).isEqualTo(refused[0]);
    assertThat(plans(config))
        .extracting(SelectionPlan::getKnown, SelectionPlan::getRetired)
        .startsWith(tuple(400L, 0L), tuple(400L, 0L))
        .endsWith(tuple(350L, 50L), tuple(350L, 50L), tuple(350L, 50L), tuple(350L, 50L));
  }

  private interface Interlude {
    void happen() throws InterruptedException;
  }

  private Set<Long> train(
      SelectionClient client, RunConfig config, int epoch, int known, Interlude amid)
      throws Exception {
    return train(client, config, epoch, ids(0, known), amid);
  }

  /** Trains an epoch, whose selection has to be the expected one; returns that. */
  private Set<Long> train(
      SelectionClient client, RunConfig config, int epoch, List<Long> known, Interlude amid)
      throws InterruptedException, TimeoutException {
    Selection selection = client.awaitSelection(epoch, PATIENCE);
    long[] slice = selection.slice(0).ids();
    Set<Long> selected =
        Arrays.stream(slice).boxed().collect(Collectors.toCollection(TreeSet::new));
    assertThat(selection.known()).as("known in epoch %d", epoch).isEqualTo(known.size());
    assertThat(selected)
        .as("selection %d", epoch)
        .containsExactlyInAnyOrderElementsOf(
            TestingExpectation.selection(config, epoch, known, difficulty));
    report(client, epoch, Arrays.copyOf(slice, slice.length / 2));
    client.flush().join();
    amid.happen();
    report(client, epoch, Arrays.copyOfRange(slice, slice.length / 2, slice.length));
    client.endEpoch(epoch);
    return selected;
  }

  private void report(SelectionClient client, int epoch, long[] ids) {
    float[] losses = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      losses[i] = (1 + ids[i] % 97) * 0.37f / (epoch + 1);
      difficulty.put(ids[i], losses[i]);
    }
    client.report(epoch, ids, losses, ids.length);
  }

  private static List<Long> ids(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  private static List<Long> without(long size, List<Long> gone) {
    return ids(0, size).stream().filter(id -> !gone.contains(id)).toList();
  }

  private static RunConfig config(String run) {
    return TestingRun.config(
        kafka,
        run,
        Map.of("epochs", "20", "clusters", "4", "window-scale", "0.5", "annealing-start", "1"));
  }

  private void submit(RunConfig config) {
    job =
        flink.submit(
            SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
  }

  private static List<SelectionPlan> plans(RunConfig config) {
    return TestingRun.read(config, config.topics().selectionPlans()).stream()
        .map(record -> Json.read(record.value(), SelectionPlan.newBuilder()).build())
        .toList();
  }

  private static List<DeadLetter> deadLetters(RunConfig config) {
    return TestingRun.read(config, config.topics().deadLetters()).stream()
        .map(record -> Json.read(record.value(), DeadLetter.newBuilder()).build())
        .toList();
  }

  /** How many losses a letter is about. */
  private static long count(DeadLetter letter) {
    Matcher matcher = Pattern.compile("^(\\d+) of \\d+ losses").matcher(letter.getDetail());
    assertThat(matcher.find()).as(letter.getDetail()).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
