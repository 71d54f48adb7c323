package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.Agent;
import io.sluice.agent.AgentCommand;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.TrainingListener;
import io.sluice.faults.AgentProcesses;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.Json;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import io.sluice.protocol.wire.SelectionPlan;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** Ranks go and come while a run trains. */
@Timeout(180)
class MembershipTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SAMPLES = 400;

  private static LocalKafka kafka;
  private static LocalFlink flink;

  private final List<SelectionClient> clients = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
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
  void leave() throws Exception {
    clients.forEach(SelectionClient::close);
    job.cancel().get();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void goesOnWithoutARankThatIsGoneForGood() throws Exception {
    RunConfig config = config("gone", 3);
    TestingOperator operator = new TestingOperator(config);
    submit(config);
    for (int rank = 0; rank < 3; rank++) {
      join(config, rank);
    }
    clients.forEach(client -> train(client, 0, 3));

    train(clients.get(0), 1, 3);
    train(clients.get(1), 1, 3);
    SelectionClient gone = clients.get(2);
    long[] slice = awaitSelection(gone, 1).slice(2).ids();
    report(gone, 1, Arrays.copyOf(slice, slice.length / 2));
    gone.flush().join();
    gone.close();
    assertThatThrownBy(() -> clients.get(0).awaitSelection(2, Duration.ofSeconds(3)))
        .isInstanceOf(TimeoutException.class);

    assertThat(operator.membership("set", "--world-size", "2"))
        .contains("The world size is 2 from the open epoch on: ranks 0 to 1.")
        .contains("Removed: rank 2.");

    for (int epoch = 2; epoch < 4; epoch++) {
      train(clients.get(0), epoch, 2);
      train(clients.get(1), epoch, 2);
    }
    assertThat(awaitSelection(clients.get(0), 4).worldSize()).isEqualTo(2);

    assertThat(plans(config))
        .extracting(SelectionPlan::getWorldSize)
        .containsExactly(3, 3, 2, 2, 2);
    assertThat(plans(config).get(2).getUnseen())
        .as("all were measured in epoch 0, and what the rank that is gone had said counts")
        .isZero();
    assertThat(deadLetters(config)).isEmpty();
    assertThat(operator.membership("show")).startsWith("Selection 4 is shared by 2 ranks");
  }

  /** The new one has no checkpoint, so it would begin with epoch 0. */
  @Test
  void aRankThatIsAddedTakesPartFromItsEpochOn() throws Exception {
    RunConfig config = config("added", 2);
    TestingOperator operator = new TestingOperator(config);
    submit(config);
    join(config, 0);
    join(config, 1);
    clients.forEach(client -> train(client, 0, 2));
    Selection first = awaitSelection(clients.get(0), 1);

    assertThat(operator.membership("set", "--world-size", "3"))
        .contains("The world size is 3 from epoch 3 on")
        .contains("Added: rank 2.")
        .contains("epoch 3 waits for it.");
    List<EpochSamples> trained = Collections.synchronizedList(new ArrayList<>());
    Future<?> added = threads.submit(() -> trainAsAgent(config, 2, trained));

    train(clients.get(1), 1, 2);
    report(clients.get(0), 1, first.slice(0).ids());
    end(clients.get(0), 1);
    clients.forEach(client -> train(client, 2, 2));
    Selection third = awaitSelection(clients.get(0), 3);
    assertThat(third.worldSize()).isEqualTo(3);
    train(clients.get(1), 3, 3);
    await().atMost(PATIENCE).until(() -> !trained.isEmpty());
    report(clients.get(0), 3, third.slice(0).ids());
    end(clients.get(0), 3);
    clients.forEach(client -> train(client, 4, 3));
    added.get(60, TimeUnit.SECONDS);
    awaitSelection(clients.get(0), 5);

    assertThat(trained).extracting(EpochSamples::epoch).containsExactly(3, 4);
    assertThat(LongStream.of(trained.get(0).ids()).boxed())
        .containsExactlyInAnyOrderElementsOf(LongStream.of(third.slice(2).ids()).boxed().toList());
    assertThat(plans(config))
        .extracting(SelectionPlan::getWorldSize)
        .containsExactly(2, 2, 2, 3, 3, 3);
    assertThat(deadLetters(config)).isEmpty();
  }

  /** Before the change is announced, there is no such rank. */
  @Test
  void aRankThatNobodyAddedIsTurnedAway() throws Exception {
    RunConfig config = config("uninvited", 2);
    submit(config);
    join(config, 0);
    join(config, 1);
    clients.forEach(client -> train(client, 0, 2));

    Future<?> uninvited =
        threads.submit(() -> trainAsAgent(of(config, 2, 3), 2, new ArrayList<>()));
    assertThatThrownBy(() -> uninvited.get(60, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(UserError.class)
        .hasMessageContaining("wrong-world")
        .hasMessageContaining("sluice membership set");
  }

  @Test
  void theAgentOfARankThatIsRemovedEndsByItself() throws Exception {
    RunConfig config = config("removed", 2);
    submit(config);
    join(config, 0);
    StringWriter out = new StringWriter();
    Future<Integer> agent = threads.submit(() -> runAgentCommand(config, 1, out));
    train(clients.get(0), 0, 2);
    Selection first = awaitSelection(clients.get(0), 1);
    assertThat(first.worldSize()).isEqualTo(2);

    new TestingOperator(config).membership("set", "--world-size", "1");
    report(clients.get(0), 1, first.slice(0).ids());
    end(clients.get(0), 1);

    assertThat(agent.get(60, TimeUnit.SECONDS)).as(out.toString()).isZero();
    assertThat(out.toString())
        .contains("epoch 1: ")
        .endsWith(
            "rank 1 has no part in run removed from epoch 2 on: the run has fewer ranks now\n");
    train(clients.get(0), 2, 1);
    assertThat(awaitSelection(clients.get(0), 3).worldSize()).isEqualTo(1);
  }

  private void join(RunConfig config, int rank) throws InterruptedException {
    List<IdRange> samples = rank == 0 ? List.of(new IdRange(0, SAMPLES)) : List.of();
    clients.add(SelectionClient.join(of(config, rank, 0), 0, samples));
  }

  /**
   * @param worldSize 0 leaves it as it is
   */
  private static RunConfig of(RunConfig config, int rank, int worldSize) {
    RunConfig own = config.with(Map.of("rank", Integer.toString(rank)), "test");
    return worldSize == 0
        ? own
        : own.with(Map.of("world-size", Integer.toString(worldSize)), "test");
  }

  /** As one who has no checkpoint. */
  private static Void trainAsAgent(RunConfig config, int rank, List<EpochSamples> trained)
      throws InterruptedException {
    try (Agent agent = Agent.open(of(config, rank, rank + 1))) {
      agent.run(
          new TrainingListener() {
            @Override
            public void epochStarted(EpochSamples samples) {
              trained.add(samples);
            }
          });
    }
    return null;
  }

  private static int runAgentCommand(RunConfig config, int rank, StringWriter out) {
    CommandLine command = AgentCommand.commandLine(Map.of());
    command.setOut(new PrintWriter(out));
    return command.execute(AgentProcesses.flags(of(config, rank, 0)).toArray(String[]::new));
  }

  /** Trains this client's part of an epoch that so many share. */
  private void train(SelectionClient client, int epoch, int worldSize) {
    Selection selection = awaitSelection(client, epoch);
    assertThat(selection.worldSize()).as("world size of epoch %d", epoch).isEqualTo(worldSize);
    report(client, epoch, selection.slice(clients.indexOf(client)).ids());
    end(client, epoch);
  }

  private static void end(SelectionClient client, int epoch) {
    try {
      client.endEpoch(epoch);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Selection awaitSelection(SelectionClient client, int epoch) {
    try {
      return client.awaitSelection(epoch, PATIENCE);
    } catch (InterruptedException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void report(SelectionClient client, int epoch, long[] ids) {
    float[] losses = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      losses[i] = (1 + ids[i] % 97) * 0.37f / (epoch + 1);
    }
    client.report(epoch, ids, losses, ids.length);
  }

  private static RunConfig config(String run, int worldSize) {
    return TestingRun.config(
        kafka,
        run,
        Map.of(
            "average",
            "off", // most ranks here have no model
            "epochs",
            "5",
            "dataset",
            "glyphs:" + SAMPLES,
            "model",
            "linear",
            "world-size",
            Integer.toString(worldSize)));
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
}
