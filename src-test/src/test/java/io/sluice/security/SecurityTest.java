package io.sluice.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.TestingRun;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.Selection;
import io.sluice.agent.client.SelectionClient;
import io.sluice.faults.Processes;
import io.sluice.job.SelectionJob;
import io.sluice.local.Console;
import io.sluice.local.LocalFlink;
import io.sluice.local.control.DatasetCommand;
import io.sluice.local.control.MembershipCommand;
import io.sluice.protocol.Json;
import io.sluice.protocol.Topics;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * A run on a broker that takes nothing but TLS, asks for a password, and allows what
 * docs/security.md lists: that suffices, and all of it is needed.
 */
@Timeout(180)
class SecurityTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SAMPLES = 400;
  private static final int ADDED = 5;
  private static final String AGENT = "agent";
  private static final String JOB = "job";
  private static final String OPERATOR = "operator";
  private static final String STRANGER = "stranger";

  @RegisterExtension static final Processes PROCESSES = new Processes();

  private static SecureKafka kafka;
  private static LocalFlink flink;

  @TempDir private Path folder;
  private JobClient job;

  /** What somebody of a run does; refused with a {@link UserError}. */
  private interface Part {
    void play(RunConfig config) throws Exception;
  }

  @BeforeAll
  static void start() throws Exception {
    kafka = SecureKafka.start(PROCESSES, List.of(AGENT, JOB, OPERATOR, STRANGER));
    flink = LocalFlink.create(0, 2);
  }

  @AfterAll
  static void stop() {
    flink.close();
  }

  @AfterEach
  void cancel() throws Exception {
    if (job != null) {
      job.cancel().get();
    }
  }

  @Test
  void theRightsOfTheDocsSuffice() throws Exception {
    String run = "suffice";
    createTopics(run);
    Rights.grant(kafka, Rights.of(run).stream().filter(SecurityTest::isOfTopic).toList());
    submit(config(JOB, run));
    try (SelectionClient client = join(config(AGENT, run))) {
      long[] first = train(client, 0);
      assertThat(first).hasSize(SAMPLES);

      RunConfig operator = config(OPERATOR, run);
      assertThat(sluice(operator, "dataset", "add", "--count", Integer.toString(ADDED)))
          .contains("Announced " + ADDED + " samples, ids 400 to 404");
      assertThat(sluice(operator, "membership", "set", "--world-size", "2", "--from-epoch", "1000"))
          .contains("The world size is 2 from epoch 1000 on");

      client.report(1, new long[] {0}, new float[] {Float.NaN}, 1);
      train(client, 1);
      assertThat(awaitSelection(client, 2).known()).isEqualTo(SAMPLES + ADDED);

      assertThat(sluice(operator, "dataset", "show")).contains("405");
      assertThat(sluice(operator, "membership", "show")).contains("shared by 1 rank");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(deadLetters(run))
                      .extracting(DeadLetter::getReason)
                      .containsExactly("non-finite-loss"));
    }
    flink.checkpoint(job.getJobID());
    assertNothingFailed();
    assertThat(committed(run)).isEmpty();
  }

  @Test
  void strangersAreToldSoAndChangeNothing() throws Exception {
    String run = "strangers";
    createTopics(run);
    Rights.grant(kafka, Rights.of(run));
    submit(config(JOB, run));
    try (SelectionClient client = join(config(AGENT, run))) {
      train(client, 0);
      long[] next = awaitSelection(client, 1).slice(0).ids();
      Map<TopicPartition, Long> before = endOffsets(run);

      RunConfig stranger = config(STRANGER, run);
      RunConfig wrongPassword = config(run, kafka.settings(AGENT, "guessed"));
      Map<String, String> noCertificate = new HashMap<>(kafka.settings(AGENT));
      noCertificate.keySet().removeIf(key -> key.startsWith("kafka.ssl."));
      RunConfig untrusting = config(run, noCertificate);
      for (Part part : parts().values()) {
        assertRefused(part, stranger)
            .contains("does not let this user")
            .contains("topic " + run + ".")
            .contains("docs/security.md");
        assertRefused(part, wrongPassword)
            .contains("did not let this user in: Authentication failed")
            .contains("check user and password in kafka.sasl.jaas.config")
            .doesNotContain("guessed");
        assertRefused(part, untrusting)
            .contains("that can be trusted: ")
            .contains("check kafka.ssl.truststore");
      }
      // Whoever does without Sluice's own checks gets no further.
      Topics topics = new Topics(run);
      assertThat(refusalOfWrite(STRANGER, topics.lossEvents())).isPresent();
      assertThat(refusalOfRead(STRANGER, topics.lossEvents())).isPresent();
      assertThat(refusalOfRead(STRANGER, topics.selectedSamples())).isPresent();
      assertThat(refusalOfWrite(STRANGER, topics.modelUpdates())).isPresent();
      assertThat(refusalOfRead(STRANGER, topics.modelUpdates())).isPresent();
      assertThat(refusalOfRead(STRANGER, topics.modelAverages())).isPresent();

      assertThat(endOffsets(run)).isEqualTo(before);
      end(client, 1, next);
      awaitSelection(client, 2);
    }
  }

  /** For those who look at the group to see how far the job has read. */
  @Test
  void theJobCommitsToItsGroupWhenItIsToldTo() throws Exception {
    String run = "group";
    createTopics(run);
    Rights.grant(kafka, Rights.of(run));
    submit(config(JOB, run).with(Map.of("kafka.commit.offsets.on.checkpoint", "true"), "test"));
    try (SelectionClient client = join(config(AGENT, run))) {
      train(client, 0);
      await().atMost(PATIENCE).until(() -> !committed(run).isEmpty());
      awaitSelection(client, 1);
    }
    assertNothingFailed();
  }

  @Test
  void passwordsMayStandInFilesOfTheirOwn() throws Exception {
    String run = "files";
    createTopics(run);
    Rights.grant(kafka, Rights.of(run));
    submit(config(run, kafka.settingsByFile(JOB, folder)));
    try (SelectionClient client = join(config(run, kafka.settingsByFile(AGENT, folder)))) {
      train(client, 0);
      RunConfig operator = config(run, kafka.settingsByFile(OPERATOR, folder));
      assertThat(sluice(operator, "dataset", "add", "--count", "1")).contains("id 400");
      awaitSelection(client, 1);
    }
    assertNothingFailed();
  }

  static Stream<AclBinding> rights() {
    return Rights.of("needed").stream().filter(SecurityTest::isOfTopic);
  }

  /** To see the topic, and no more, is not enough either. */
  @ParameterizedTest
  @MethodSource("rights")
  void eachRightOfTheDocsIsNeeded(AclBinding right) throws Exception {
    int number = Rights.of("needed").indexOf(right);
    for (boolean describes : new boolean[] {false, true}) {
      String run = "needed-" + number + (describes ? "-described" : "");
      createTopics(run);
      List<AclBinding> rights = new ArrayList<>(Rights.of(run));
      AclBinding missing = rights.remove(number);
      if (describes) {
        rights.add(Rights.toDescribe(missing));
      }
      Rights.grant(kafka, rights);

      String user = Rights.user(missing);
      assertRefused(parts().get(user), config(user, run))
          .contains("topic " + missing.pattern().name());
    }
  }

  /** Flink would start a job again that has failed, and so hide it. */
  private void assertNothingFailed() throws Exception {
    URI failures = flink.uiAddress().resolve("/jobs/" + job.getJobID() + "/exceptions");
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(failures).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.body()).contains("\"entries\":[]");
  }

  private Map<String, Part> parts() {
    return Map.of(AGENT, this::asAgent, JOB, this::asJob, OPERATOR, this::asOperator);
  }

  private static boolean isOfTopic(AclBinding right) {
    return right.pattern().resourceType() == ResourceType.TOPIC;
  }

  private static AbstractStringAssert<?> assertRefused(Part part, RunConfig config) {
    List<Throwable> thrown = new ArrayList<>();
    assertThatThrownBy(() -> part.play(config))
        .isInstanceOf(UserError.class)
        .satisfies(thrown::add);
    return assertThat(thrown.get(0).getMessage()).doesNotContain("\n");
  }

  private void asAgent(RunConfig config) throws InterruptedException {
    join(config).close();
  }

  private void asJob(RunConfig config) {
    SelectionJob.build(StreamExecutionEnvironment.getExecutionEnvironment(), config);
  }

  private void asOperator(RunConfig config) throws Exception {
    sluice(config, "dataset", "add", "--count", "1");
    sluice(config, "membership", "set", "--world-size", "1");
  }

  /** Runs a command with the settings in a file, and returns what it prints. */
  private String sluice(RunConfig config, String command, String... arguments) throws Exception {
    Map<String, String> settings = new TreeMap<>();
    for (String key : List.of("run", "bootstrap-servers", "shards", "partitions")) {
      settings.put(key, config.inEffect().get(key));
    }
    config
        .kafkaProperties()
        .forEach(
            (key, value) -> {
              if (!key.equals("bootstrap.servers")) {
                settings.put("kafka." + key, (String) value);
              }
            });
    Path file = folder.resolve("run.yaml");
    Files.writeString(
        file,
        settings.entrySet().stream()
            .map(setting -> setting.getKey() + ": '" + setting.getValue() + "'\n")
            .collect(Collectors.joining()));

    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Console console =
        new Console(new PrintStream(printed, true, StandardCharsets.UTF_8), false, false, 80);
    CommandLine line =
        command.equals("dataset")
            ? DatasetCommand.commandLine(console, Map.of())
            : MembershipCommand.commandLine(console, Map.of());
    List<Exception> failure = new ArrayList<>();
    line.setExecutionExceptionHandler(
        (e, failed, parsed) -> {
          failure.add(e);
          return 1;
        });
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", file.toString()));
    int code = line.execute(all.toArray(String[]::new));
    if (!failure.isEmpty()) {
      throw failure.get(0);
    }
    assertThat(code).isZero();
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static RunConfig config(String user, String run) {
    return config(run, kafka.settings(user));
  }

  private static RunConfig config(String run, Map<String, String> settings) {
    return TestingRun.config(kafka.bootstrapServers(), run, settings);
  }

  private void submit(RunConfig config) {
    job =
        flink.submit(
            SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
  }

  private static SelectionClient join(RunConfig config) throws InterruptedException {
    return SelectionClient.join(config, 0, List.of(new IdRange(0, SAMPLES)));
  }

  /** Returns the samples trained. */
  private static long[] train(SelectionClient client, int epoch) throws Exception {
    long[] ids = awaitSelection(client, epoch).slice(0).ids();
    end(client, epoch, ids);
    return ids;
  }

  private static void end(SelectionClient client, int epoch, long[] ids)
      throws InterruptedException {
    float[] losses = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      losses[i] = (1 + ids[i] % 97) * 0.37f / (epoch + 1);
    }
    client.report(epoch, ids, losses, ids.length);
    client.endEpoch(epoch);
  }

  private static Selection awaitSelection(SelectionClient client, int epoch) throws Exception {
    return client.awaitSelection(epoch, PATIENCE);
  }

  private static List<DeadLetter> deadLetters(String run) {
    return TestingRun.read(config(SecureKafka.ADMIN, run), new Topics(run).deadLetters()).stream()
        .map(record -> Json.read(record.value(), DeadLetter.newBuilder()).build())
        .toList();
  }

  /** As the operator does where agents and job may not. */
  private static void createTopics(String run) throws Exception {
    Topics topics = new Topics(run);
    try (Admin admin = kafka.admin()) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topics.lossEvents(), Optional.of(2), Optional.empty()),
                  new NewTopic(topics.selectedSamples(), Optional.of(2), Optional.empty()),
                  new NewTopic(topics.selectionPlans(), Optional.of(1), Optional.empty()),
                  new NewTopic(topics.deadLetters(), Optional.of(1), Optional.empty()),
                  new NewTopic(topics.modelUpdates(), Optional.of(2), Optional.empty()),
                  new NewTopic(topics.modelAverages(), Optional.of(2), Optional.empty())))
          .all()
          .get();
    }
  }

  private static Map<TopicPartition, Long> endOffsets(String run) {
    String topic = new Topics(run).lossEvents();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(SecureKafka.ADMIN)) {
      return consumer.endOffsets(
          List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
    }
  }

  /** How far the job says that it has read, by its group. */
  private static Map<TopicPartition, OffsetAndMetadata> committed(String run) throws Exception {
    try (Admin admin = kafka.admin()) {
      return admin.listConsumerGroupOffsets(run + ".sluice").partitionsToOffsetAndMetadata().get();
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(String user) {
    return new KafkaConsumer<>(
        kafka.properties(user), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static Optional<TopicAuthorizationException> refusalOfRead(String user, String topic) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(user)) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      consumer.seekToBeginning(consumer.assignment());
      consumer.poll(PATIENCE);
      return Optional.empty();
    } catch (TopicAuthorizationException e) {
      return Optional.of(e);
    }
  }

  private static Optional<TopicAuthorizationException> refusalOfWrite(String user, String topic)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.properties(user), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {1})).get();
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicAuthorizationException refused) {
        return Optional.of(refused);
      }
      throw e;
    }
  }
}
