package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.client.IdRange;
import io.sluice.local.control.DatasetGrowth;
import io.sluice.protocol.Json;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.SelectionPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** An operator's commands on a real broker, with a job that is not there: what they write. */
@Timeout(120)
class ControlCommandsTest {

  private static LocalKafka kafka;

  private final TestingTerminal out = new TestingTerminal();
  private final TestingTerminal err = new TestingTerminal();
  private RunConfig config;

  @BeforeAll
  static void start() {
    kafka = LocalKafka.create();
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @BeforeEach
  void createRun(TestInfo test) {
    String run = test.getTestMethod().orElseThrow().getName();
    config =
        RunConfig.defaults()
            .with(
                Map.of(
                    "run",
                    run,
                    "bootstrap-servers",
                    kafka.bootstrapServers(),
                    "shards",
                    "8",
                    "partitions",
                    "2"),
                "test");
    RunTopics.ensure(config, Role.JOB);
    // A broker may be a moment behind the controller that has just made them.
    await()
        .ignoreExceptionsInstanceOf(UserError.class)
        .until(
            () -> {
              RunTopics.require(config, Role.OPERATOR);
              return true;
            });
  }

  @Test
  void addsIdsThatFollowThoseBefore() throws Exception {
    assertThat(run("dataset", "add", "--count", "10")).as(err.text()).isZero();
    assertThat(out.text())
        .contains("Announced 10 samples, ids 0 to 9, from epoch 0 on.")
        .contains("Nothing was announced before");
    assertThat(run("dataset", "add", "--count", "1", "--from-epoch", "7")).isZero();
    assertThat(out.text()).contains("Announced 1 sample, id 10, from epoch 7 on.");

    assertThat(declared(0)).containsExactlyElementsOf(ids(0, 10));
    assertThat(declared(7)).containsExactly(10L);
  }

  @Test
  void goesOnFromTheNewestPlanAlsoWhenAnOlderOneStandsBehindIt() throws Exception {
    run("dataset", "add", "--count", "30");
    plan(SelectionPlan.newBuilder().setEpoch(5).setDatasetSize(100).setLogOffset(end()));
    plan(SelectionPlan.newBuilder().setEpoch(4).setDatasetSize(50).setLogOffset(0));

    assertThat(run("dataset", "add", "--count", "20")).as(err.text()).isZero();
    assertThat(out.text())
        .contains("Announced 20 samples, ids 100 to 119, from epoch 6 on.")
        .contains("If epoch 5 is just ending, some of them come one epoch later.");
    assertThat(run("dataset", "add", "--count", "5", "--from-epoch", "2")).isZero();

    assertThat(out.text()).contains("ids 120 to 124, from epoch 6 on");
    assertThat(declared(6)).containsExactlyElementsOf(ids(100, 125));
  }

  @Test
  void addsIdsThatAreNamed() throws Exception {
    assertThat(run("dataset", "add", "--ids", "3,8-10,100")).as(err.text()).isZero();
    assertThat(out.text()).contains("Announced 5 samples, id 3, ids 8 to 10, id 100");
    assertThat(declared(0)).containsExactly(3L, 8L, 9L, 10L, 100L);

    run("dataset", "add", "--count", "2");
    assertThat(out.text()).contains("ids 101 to 102");
  }

  /** As many as there are cores would never meet; these do. */
  @Test
  void allWhoAddAtTheSameTimeGetDifferentIds() throws Exception {
    int writers = 6;
    int rounds = 5;
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    List<Long> taken = new ArrayList<>();
    try {
      List<Future<List<IdRange>>> results = new ArrayList<>();
      for (int i = 0; i < writers * rounds; i++) {
        int count = 1 + i % 7;
        Callable<List<IdRange>> add = () -> DatasetGrowth.add(config, count, 0);
        results.add(threads.submit(add));
      }
      for (int i = 0; i < results.size(); i++) {
        List<Long> own = new ArrayList<>();
        for (IdRange range : results.get(i).get()) {
          own.addAll(ids(range.first(), range.last() + 1));
        }
        assertThat(own).hasSize(1 + i % 7);
        taken.addAll(own);
      }
    } finally {
      threads.shutdownNow();
    }

    int total = IntStream.range(0, writers * rounds).map(i -> 1 + i % 7).sum();
    assertThat(taken).containsExactlyInAnyOrderElementsOf(ids(0, total));
    assertThat(declared(0)).containsExactlyElementsOf(ids(0, total));
  }

  @Test
  void retiresIds() throws Exception {
    run("dataset", "add", "--count", "100");

    assertThat(run("dataset", "retire", "--ids", "5,20-29,5")).as(err.text()).isZero();
    assertThat(out.text()).contains("Retired 11 ids for good");
    Set<Long> retired = new TreeSet<>();
    for (LossEvent event : events()) {
      if (event.hasSamplesRetired()) {
        int shard = event.getSamplesRetired().getShard();
        collect(shard, event.getSamplesRetired().getRangesList(), retired);
      }
    }
    assertThat(retired).contains(5L).containsAll(ids(20, 30)).hasSize(11);
  }

  @Test
  void retiresNoIdThatIsStillToCome() throws Exception {
    run("dataset", "add", "--count", "100");

    assertThat(run("dataset", "retire", "--ids", "99-100")).isEqualTo(1);
    assertThat(err.text())
        .contains("has no sample 100: its ids are below 100; nothing was retired");
    assertThat(events()).noneMatch(LossEvent::hasSamplesRetired);
  }

  @Test
  void showsPlansAndWhatIsAnnounced() throws Exception {
    assertThat(run("dataset", "show")).as(err.text()).isZero();
    assertThat(run("membership", "show")).isZero();
    assertThat(out.text()).contains("has no plans yet: no selection was made.");

    for (int epoch = 0; epoch < 25; epoch++) {
      plan(
          SelectionPlan.newBuilder()
              .setEpoch(epoch)
              .setKnown(40)
              .setDatasetSize(40)
              .setWorldSize(2)
              .setLogOffset(0));
    }
    run("dataset", "add", "--count", "7");
    TestingTerminal last = show("dataset", "show");
    assertThat(last.lines())
        .hasSize(22)
        .contains(
            "   24     40       0        0            40           2",
            "Announced and in no plan yet: dataset size 40 to 47, from epoch 25 on.");
    assertThat(last.lines().get(1)).startsWith("    5 ");
    assertThat(show("dataset", "show", "--all").lines()).hasSize(27);
    assertThat(show("membership", "show").lines())
        .containsExactly("Selection 24 is shared by 2 ranks, of generation 0.");
  }

  @Test
  void setsMembersWithOneGenerationInAllPartitions() throws Exception {
    write(config.topics().lossEvents(), 0, new byte[] {1}); // so that the offsets differ
    plan(SelectionPlan.newBuilder().setEpoch(3).setWorldSize(3));

    assertThat(run("membership", "set", "--world-size", "2")).as(err.text()).isZero();
    assertThat(out.text())
        .contains("The world size is 2 from the open epoch on: ranks 0 to 1.")
        .contains("Removed: rank 2.");
    assertThat(run("membership", "set", "--world-size", "4", "--from-epoch", "4")).isEqualTo(1);
    assertThat(err.text()).contains("the earliest is epoch 5");
    assertThat(run("membership", "set", "--world-size", "4")).isZero();
    assertThat(out.text()).contains("Added: ranks 2 to 3.").contains("epoch 5 waits for them");

    for (int partition = 0; partition < 2; partition++) {
      List<LossEvent> written = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : read(config.topics().lossEvents(), partition)) {
        LossEvent event = parse(record.value());
        if (event.hasMembership()) {
          written.add(event);
          assertThat(event.getVersion()).isEqualTo(1);
        }
      }
      boolean first = partition == 0;
      assertThat(written)
          .extracting(
              event -> event.getMembership().getGeneration(),
              event -> event.getMembership().getFromEpoch(),
              event -> event.getMembership().getWorldSize())
          .as("generation: offset in partition 0, where the field is not used")
          .containsExactly(tuple(first ? 0L : 1L, 3, 2), tuple(first ? 0L : 2L, 5, 4));
      assertThat(toAverager(partition))
          .extracting(Membership::getGeneration, Membership::getFromEpoch, Membership::getWorldSize)
          .as("the averager knows no other generation than this field")
          .containsExactly(tuple(1L, 2, 2), tuple(2L, 5, 4));
    }
    assertThat(show("membership", "show").lines())
        .containsExactly(
            "Selection 3 is shared by 3 ranks, of generation 0.",
            "Announced since: world size 2 from the epoch on that was open then, generation 1.",
            "Announced since: world size 4 from epoch 5 on, generation 2.");
  }

  @Test
  void membersCountFromTheFirstAgentWhileThereIsNoSelection() throws Exception {
    LossEvent join =
        LossEvent.newBuilder()
            .setVersion(1)
            .setJoin(Join.newBuilder().setWorldSize(3).setShards(8))
            .build();
    write(config.topics().lossEvents(), 0, join.toByteArray());

    assertThat(run("membership", "set", "--world-size", "2")).as(err.text()).isZero();
    assertThat(out.text()).contains("from the open epoch on").contains("Removed: rank 2.");
  }

  @Test
  void tellsNobodyOfMembersWhoTrainsNoCommonModel() throws Exception {
    assertThat(run("membership", "set", "--world-size", "2", "--average", "off")).isZero();
    assertThat(events()).hasSize(2);
    assertThat(toAverager(0)).isEmpty();

    try (Admin admin = Admin.create(config.kafkaProperties())) {
      admin.deleteTopics(List.of(config.topics().modelUpdates())).all().get();
      await()
          .until(() -> !admin.listTopics().names().get().contains(config.topics().modelUpdates()));
    }
    assertThat(run("membership", "set", "--world-size", "3")).isEqualTo(1);
    assertThat(err.text())
        .contains(config.topics().modelUpdates() + " does not exist")
        .contains("that average is the run's");
    assertThat(events()).as("nothing was written").hasSize(2);
  }

  /** Neither as a run nor as topics. */
  @Test
  void aRunThatIsNotThereIsNotMade() throws Exception {
    config = config.with(Map.of("run", "misspelt"), "test");
    for (String[] command :
        List.of(
            new String[] {"dataset", "add", "--count", "1"},
            new String[] {"dataset", "retire", "--ids", "1"},
            new String[] {"dataset", "show"},
            new String[] {"membership", "set", "--world-size", "1"},
            new String[] {"membership", "show"})) {
      assertThat(run(command)).as(String.join(" ", command)).isEqualTo(1);
    }
    assertThat(err.lines())
        .hasSize(5)
        .allMatch(line -> line.startsWith("sluice: there is no run 'misspelt' at 127.0.0.1:"));
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      assertThat(admin.listTopics().names().get()).noneMatch(name -> name.startsWith("misspelt"));
    }
  }

  /** It would count other samples than the job. */
  @Test
  void refusesAnotherNumberOfShards() throws Exception {
    SelectionChunk chunk = SelectionChunk.newBuilder().setVersion(1).setShards(16).build();
    write(config.topics().selectedSamples(), 0, chunk.toByteArray());

    assertThat(run("dataset", "add", "--count", "1")).isEqualTo(1);
    assertThat(err.text()).contains("counts with 16 shards, this command with 8; set shards to 16");
    assertThat(events()).isEmpty();

    config = config.with(Map.of("partitions", "4"), "test");
    assertThat(run("dataset", "add", "--count", "1")).isEqualTo(1);
    assertThat(err.text()).contains("has 2 partitions, but this run counts with 4");
  }

  @Test
  void doesNotGuessAtWhatWasDeleted() throws Exception {
    run("dataset", "add", "--count", "10");
    TopicPartition log = new TopicPartition(config.topics().lossEvents(), 0);
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      admin.deleteRecords(Map.of(log, RecordsToDelete.beforeOffset(2))).all().get();
    }

    assertThat(run("dataset", "add", "--count", "1")).isEqualTo(1);
    assertThat(err.text()).contains("begins with offset 2").contains("was deleted");
  }

  @Test
  void saysWhatIsNotAllowed() {
    assertThat(run("dataset", "add", "--count", "0")).isEqualTo(2);
    assertThat(run("dataset", "add", "--count", "1", "--from-epoch", "1000001")).isEqualTo(2);
    assertThat(run("dataset", "add", "--count", "1", "--ids", "3")).isEqualTo(2);
    assertThat(run("dataset", "retire", "--ids", "7-5")).isEqualTo(2);
    assertThat(run("membership", "set", "--world-size", "0")).isEqualTo(2);
    assertThat(run("membership", "set", "--world-size", "1", "--from-epoch", "-1")).isEqualTo(2);
    assertThat(run("membership", "set")).isEqualTo(2);
    assertThat(run("dataset")).isEqualTo(2);
    assertThat(err.lines()).hasSize(8);
    assertThat(run("dataset", "add", "--count", "9000000000000000000")).isEqualTo(1);
    assertThat(err.text()).contains("is too large for 8 shards");
  }

  private int run(String... arguments) {
    return run(out, arguments);
  }

  private TestingTerminal show(String... arguments) {
    TestingTerminal shown = new TestingTerminal();
    assertThat(run(shown, arguments)).as(err.text()).isZero();
    return shown;
  }

  private int run(TestingTerminal to, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (arguments.length > 1) {
      for (String key : List.of("run", "bootstrap-servers", "shards", "partitions")) {
        all.add("--" + key);
        all.add(config.inEffect().get(key));
      }
    }
    return Sluice.commandLine(to.plain(), err.out(), LogFile.open(), Map.of())
        .execute(all.toArray(String[]::new));
  }

  private static List<Long> ids(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  /** All ids that are declared from an epoch on. */
  private Set<Long> declared(int fromEpoch) throws Exception {
    Set<Long> ids = new TreeSet<>();
    for (LossEvent event : events()) {
      if (event.hasSamplesAdded() && event.getSamplesAdded().getFromEpoch() == fromEpoch) {
        collect(event.getSamplesAdded().getShard(), event.getSamplesAdded().getRangesList(), ids);
      }
    }
    return ids;
  }

  private void collect(int shard, List<IndexRange> ranges, Set<Long> to) {
    Sharding sharding = config.sharding();
    for (IndexRange range : ranges) {
      for (long i = 0; i < range.getCount(); i++) {
        to.add(sharding.sampleId(shard, range.getFirst() + i));
      }
    }
  }

  /** Everything in both partitions; each record is where its shard lives. */
  private List<LossEvent> events() throws Exception {
    List<LossEvent> events = new ArrayList<>();
    for (int partition = 0; partition < 2; partition++) {
      for (ConsumerRecord<byte[], byte[]> record : read(config.topics().lossEvents(), partition)) {
        LossEvent event = parse(record.value());
        if (event.hasSamplesAdded()) {
          assertThat(event.getSamplesAdded().getShard() % 2).isEqualTo(partition);
        }
        events.add(event);
      }
    }
    return events;
  }

  /** Who the ranks are, as the averager is told. */
  private List<Membership> toAverager(int partition) throws Exception {
    List<Membership> told = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : read(config.topics().modelUpdates(), partition)) {
      ModelEvent event = ModelEvent.parseFrom(record.value());
      assertThat(event.getVersion()).isEqualTo(1);
      told.add(event.getMembership());
    }
    return told;
  }

  /** Something undecodable is an event without a kind. */
  private static LossEvent parse(byte[] value) throws Exception {
    return value.length == 1 ? LossEvent.getDefaultInstance() : LossEvent.parseFrom(value);
  }

  private long end() {
    return read(config.topics().lossEvents(), 0).size();
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic, int partition) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            config.kafkaProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition from = new TopicPartition(topic, partition);
      consumer.assign(List.of(from));
      consumer.seekToBeginning(List.of(from));
      long end = consumer.endOffsets(List.of(from)).get(from);
      while (consumer.position(from) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  private void plan(SelectionPlan.Builder plan) throws Exception {
    write(config.topics().selectionPlans(), 0, Json.write(plan.setVersion(1).build()));
  }

  private void write(String topic, int partition, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.kafkaProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, partition, null, value)).get();
    }
  }
}
