package io.sluice.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunConfigTest {

  private static final RunConfig DEFAULTS = RunConfig.defaults();

  @Test
  void defaults() {
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("run", "(required)");
    expected.put("bootstrap-servers", "(required)");
    expected.put("shards", "128");
    expected.put("partitions", "8");
    expected.put("replication", "0");
    expected.put("epochs", "12");
    expected.put("anneal-every", "0");
    expected.put("seed", "1");
    expected.put("average", "on");
    expected.put("policy", "seta");
    expected.put("signal", "raw");
    expected.put("clusters", "5");
    expected.put("window-scale", "0.9");
    expected.put("prune-ratio", "0.2");
    expected.put("budget", "1");
    expected.put("volume-swing", "0");
    expected.put("min-selected", "0");
    expected.put("max-selected", "1");
    expected.put("max-weight", "10");
    expected.put("class-floor", "0");
    expected.put("quarantine", "0");
    expected.put("annealing-start", "0.875");
    expected.put("smoothing", "1");
    expected.put("parallelism", "0");
    expected.put("checkpoint-interval", "10s");
    expected.put("stall-warning", "30s");
    expected.put("rank", "0");
    expected.put("world-size", "1");
    expected.put("dataset", "glyphs");
    expected.put("model", "cnn");
    expected.put("batch-size", "64");
    expected.put("learning-rate", "0.002");
    expected.put("weight-decay", "0.2");
    expected.put("sync-every", "0");
    expected.put("bad-model", "stop");
    expected.put("device", "auto");
    expected.put("checkpoint-dir", "");
    expected.put("early-close", "0.05");
    expected.put("loss-buffer", "4194304");
    expected.put("metrics-port", "0");

    Map<String, String> actual = new LinkedHashMap<>();
    for (Option<?> option : Options.ALL) {
      actual.put(option.key(), option.defaultText().orElse("(required)"));
      if (option.defaultText().isPresent()) {
        assertThat(DEFAULTS.get(option)).as(option.key()).isNotNull();
      }
    }
    assertThat(actual).containsExactlyEntriesOf(expected);
  }

  @Test
  void valuesHaveTheirTypes() {
    RunConfig config =
        DEFAULTS.with(
            Map.of(
                "seed", "-9223372036854775808",
                "checkpoint-interval", "1500 ms",
                "stall-warning", "2h",
                "window-scale", " 0.25 ",
                "checkpoint-dir", "some/where"),
            "test");

    assertThat(config.get(Options.SEED)).isEqualTo(Long.MIN_VALUE);
    assertThat(config.get(Options.CHECKPOINT_INTERVAL)).isEqualTo(Duration.ofMillis(1500));
    assertThat(config.get(Options.STALL_WARNING)).isEqualTo(Duration.ofHours(2));
    assertThat(config.get(Options.WINDOW_SCALE)).isEqualTo(0.25);
    assertThat(config.get(Options.CHECKPOINT_DIR)).hasToString("Optional[some/where]");
    assertThat(DEFAULTS.get(Options.CHECKPOINT_DIR)).isEqualTo(Optional.empty());
    assertThat(DEFAULTS.get(Options.CHECKPOINT_INTERVAL)).isEqualTo(Duration.ofSeconds(10));
    assertThat(DEFAULTS.get(Options.STALL_WARNING)).isEqualTo(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          shards              | 0        | an integer from 1 to 32768
          shards              | 32769    | an integer from 1 to 32768
          shards              | many     | an integer from 1 to 32768
          shards              | 1.0      | an integer from 1 to 32768
          epochs              | 0        | an integer from 1 to 1000000, or unbounded
          epochs              | 1000001  | an integer from 1 to 1000000, or unbounded
          epochs              | Unbounded | an integer from 1 to 1000000, or unbounded
          anneal-every        | -1       | an integer from 0 to 1000000
          anneal-every        | unbounded | an integer from 0 to 1000000
          window-scale        | 0        | a number above 0 to 1
          window-scale        | 1.01     | a number above 0 to 1
          prune-ratio         | -0.1     | a number from 0 and below 1
          prune-ratio         | 1        | a number from 0 and below 1
          prune-ratio         | NaN      | a number from 0 and below 1
          prune-ratio         | half     | a number from 0 and below 1
          annealing-start     | 1.5      | a number from 0 to 1
          early-close         | -0.01    | a number from 0 and below 1
          early-close         | 1        | a number from 0 and below 1
          seed                | 1e3      | a 64-bit integer
          policy              | Seta     | seta, infobatch, orderdp, repb, random, static, full
          run                 | a.b      | 1 to 100 letters, digits, '-' and '_', starting with a letter or digit
          run                 | -a       | 1 to 100 letters, digits, '-' and '_', starting with a letter or digit
          bootstrap-servers   | kafka    | host:port, several separated by commas
          checkpoint-interval | 10       | a duration such as 500ms, 10s, 5m or 1h, at least 100ms
          checkpoint-interval | 99ms     | a duration such as 500ms, 10s, 5m or 1h, at least 100ms
          checkpoint-interval | 1d       | a duration such as 500ms, 10s, 5m or 1h, at least 100ms
          dataset             | ''       | glyphs[:count], idx:DIR, fashion-mnist, cifar10 or images:DIR[?size=N]
          """)
  void aValueThatIsNotAllowedIsOneLine(String key, String value, String allowed) {
    assertThatThrownBy(() -> DEFAULTS.with(Map.of(key, value), "run.yaml"))
        .isInstanceOf(UsageError.class)
        .hasMessage("%s is '%s' (run.yaml); allowed: %s", key, value, allowed);
  }

  @Test
  void anUnknownKeyNamesTheKnownOnes() {
    assertThatThrownBy(() -> DEFAULTS.with(Map.of("shard", "4"), "run.yaml"))
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith("unknown key 'shard' (run.yaml); allowed: run, bootstrap-servers,")
        .hasMessageEndingWith(", loss-buffer, metrics-port, kafka.*");
    assertThatThrownBy(() -> DEFAULTS.withEnvironment(Map.of("SLUICE_WINDOW", "4")))
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith(
            "unknown key 'window' (environment variable SLUICE_WINDOW); allowed: run,");
  }

  @Test
  void theEnvironmentIsReadByItsPrefix() {
    RunConfig config =
        DEFAULTS.withEnvironment(
            Map.of(
                "SLUICE_WINDOW_SCALE",
                "0.75",
                "SLUICE_LAUNCHER_HOME",
                "x",
                "PATH",
                "y",
                "RANK",
                "9"));

    assertThat(config.get(Options.WINDOW_SCALE)).isEqualTo(0.75);
    assertThat(config.get(Options.RANK)).isZero();
    assertThatThrownBy(() -> DEFAULTS.withEnvironment(Map.of("SLUICE_RANK", "x")))
        .hasMessage(
            "rank is 'x' (environment variable SLUICE_RANK); allowed: an integer from 0 to 65535");
  }

  @Test
  void kafkaSettingsComeFromTheEnvironmentToo() {
    RunConfig config =
        DEFAULTS
            .with(Map.of("kafka.sasl.mechanism", "PLAIN", "kafka.linger.ms", "5"), "file")
            .withEnvironment(
                Map.of(
                    "SLUICE_BOOTSTRAP_SERVERS",
                    "a:1",
                    "SLUICE_KAFKA_SASL_MECHANISM",
                    "SCRAM-SHA-512",
                    "SLUICE_KAFKA_SASL_JAAS_CONFIG",
                    "Some_Module required password=\"a_B\";"));

    assertThat(config.kafkaProperties())
        .containsOnly(
            Map.entry("bootstrap.servers", "a:1"),
            Map.entry("linger.ms", "5"),
            Map.entry("sasl.mechanism", "SCRAM-SHA-512"),
            Map.entry("sasl.jaas.config", "Some_Module required password=\"a_B\";"));
  }

  @Test
  void kafkaFindsAPasswordInAFileOfItsOwn(@TempDir Path folder) throws IOException {
    Path secrets = folder.resolve("secrets.properties");
    Files.writeString(secrets, "jaas=Module required password\\=\"p\";\ntruststore=q\n");
    RunConfig config =
        DEFAULTS.with(
            Map.of(
                "bootstrap-servers",
                "a:1",
                "kafka.config.providers",
                "file",
                "kafka.config.providers.file.class",
                FileConfigProvider.class.getName(),
                "kafka.sasl.jaas.config",
                "${file:" + secrets + ":jaas}",
                "kafka.ssl.truststore.password",
                "${file:" + secrets + ":truststore}"),
            "file");
    Properties properties = config.kafkaProperties();
    properties.setProperty("key.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("value.serializer", ByteArraySerializer.class.getName());
    properties.setProperty("key.deserializer", ByteArrayDeserializer.class.getName());
    properties.setProperty("value.deserializer", ByteArrayDeserializer.class.getName());

    assertThat(
            List.of(
                new ProducerConfig(properties),
                new ConsumerConfig(properties),
                new AdminClientConfig(properties)))
        .allSatisfy(
            client -> {
              assertThat(client.getPassword("sasl.jaas.config").value())
                  .isEqualTo("Module required password=\"p\";");
              assertThat(client.getPassword("ssl.truststore.password").value()).isEqualTo("q");
            });
  }

  @Test
  void laterSettingsOverrideEarlierOnes() {
    RunConfig config =
        DEFAULTS
            .with(Map.of("epochs", "3", "clusters", "4"), "file")
            .with(Map.of("epochs", "5"), "flag");

    assertThat(config.get(Options.EPOCHS)).isEqualTo(new Epochs(5));
    assertThat(config.get(Options.CLUSTERS)).isEqualTo(4);
    assertThat(config.get(Options.SHARDS)).isEqualTo(128);
  }

  @Test
  void aRunWithoutAnEndGoesAsFarAsEpochsAreNumbered() {
    Epochs unbounded = DEFAULTS.with(Map.of("epochs", "unbounded"), "flag").get(Options.EPOCHS);
    Epochs most = DEFAULTS.with(Map.of("epochs", "1000000"), "flag").get(Options.EPOCHS);

    assertThat(unbounded.bounded()).isFalse();
    assertThat(unbounded).hasToString("unbounded");
    assertThat(unbounded.include(Wire.MAX_EPOCH)).isTrue();
    assertThat(unbounded.include(Wire.MAX_EPOCH + 1)).isFalse();
    assertThat(most.bounded()).isTrue();
    assertThat(most).hasToString("1000000");
    assertThat(most.include(999_999)).isTrue();
    assertThat(most.include(1_000_000)).isFalse();
  }

  @ParameterizedTest(name = "{0} epochs, annealed every {1}: {2}")
  @CsvSource({"12, 0, 12", "12, 5, 5", "12, 20, 20", "unbounded, 0, 0", "unbounded, 5, 5"})
  void aCycleIsTheWholeRunUnlessSaid(String epochs, String every, int cycle) {
    RunConfig config = DEFAULTS.with(Map.of("epochs", epochs, "anneal-every", every), "flag");

    assertThat(config.cycle()).isEqualTo(cycle);
  }

  @Test
  void aMissingSettingSaysHowToGiveIt() {
    assertThatThrownBy(() -> DEFAULTS.get(Options.RUN_NAME))
        .isInstanceOf(UsageError.class)
        .hasMessage(
            "run is not set; give it with --run, as SLUICE_RUN in the environment or as 'run:' in"
                + " the --config file; allowed: 1 to 100 letters, digits, '-' and '_', starting"
                + " with a letter or digit");
  }

  @Test
  void kafkaSettingsGoThroughAsTheyAre() {
    RunConfig config =
        DEFAULTS.with(
            Map.of("bootstrap-servers", "a:1,b:2", "kafka.ssl.keystore.location", "/k"), "file");

    assertThat(config.kafkaProperties())
        .containsOnly(
            Map.entry("bootstrap.servers", "a:1,b:2"), Map.entry("ssl.keystore.location", "/k"));
  }

  @Test
  void whatIsInEffectIsListedInTheOrderOfTheHelp() {
    Map<String, String> inEffect =
        DEFAULTS
            .with(Map.of("epochs", "3", "run", "demo", "kafka.ssl.key.password", "secret"), "flag")
            .inEffect();

    assertThat(inEffect).as("it is shown").doesNotContainValue("secret");
    assertThat(inEffect).containsEntry("run", "demo").containsEntry("epochs", "3");
    assertThat(inEffect).containsEntry("shards", "128").doesNotContainKey("bootstrap-servers");
    assertThat(inEffect.keySet()).startsWith("run", "shards").endsWith("metrics-port");
  }

  @Test
  void shardingAndTopicsFollowTheSettings() {
    RunConfig config =
        DEFAULTS.with(Map.of("run", "demo", "shards", "6", "partitions", "3"), "flag");

    assertThat(config.sharding()).isEqualTo(new Sharding(6, 3));
    assertThat(config.topics().lossEvents()).isEqualTo("demo.loss-events");
    assertThatThrownBy(() -> config.with(Map.of("partitions", "7"), "flag").sharding())
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith("partitions is 7; allowed: 1 to the number of shards (6)");
  }
}
