package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sluice.job.SelectionJob;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A password of the configuration is never printed or logged, whatever goes wrong. */
class SecretsTest {

  private static final String SECRET = "hUnTeR2xyzzy";
  private static final String NOBODY = "127.0.0.1:1";

  /** Everything that anybody logs from DEBUG on. */
  private static final String LOG4J =
      """
      <Configuration status="ERROR" shutdownHook="disable">
        <Appenders>
          <File name="file" fileName="${sys:sluice.log}">
            <PatternLayout pattern="%p %c %m%n%ex"/>
          </File>
        </Appenders>
        <Loggers>
          <Root level="DEBUG"><AppenderRef ref="file"/></Root>
        </Loggers>
      </Configuration>
      """;

  /** What an unescaped quote makes of a password. */
  private static final String BROKEN_PASSWORD = "a\"" + SECRET;

  @TempDir private Path folder;

  @Test
  void notWhenNoBrokerIsThere() throws Exception {
    Path config = config(NOBODY, SECRET, "");

    assertThat(run(1, "agent", "--config", config.toString())).contains("no Kafka broker answered");
    assertLogTellsClientSettings();
  }

  @Test
  void notWhenTheBrokerRefuses() throws Exception {
    // It knows no SASL.
    try (LocalKafka kafka = LocalKafka.create()) {
      Path config = config(kafka.bootstrapServers(), SECRET, "");

      assertThat(run(1, "dataset", "show", "--config", config.toString())).contains("Kafka at");
      assertLogTellsClientSettings();
    }
  }

  @Test
  void notWhenItIsMisquoted() throws Exception {
    Path config = config(NOBODY, BROKEN_PASSWORD, "");

    assertThat(run(1, "dataset", "show", "--config", config.toString()))
        .contains("kafka.sasl.jaas.config is not what Kafka understands");
    assertThat(run(1, "agent", "--config", config.toString()))
        .contains("kafka.sasl.jaas.config is not what Kafka understands");
  }

  @Test
  void notWhenTheFileIsNoYaml() throws Exception {
    Path config = config(NOBODY, SECRET, "kafka.ssl.key.password: " + SECRET + ": x");

    assertThat(run(2, "agent", "--config", config.toString()))
        .contains("config file " + config + " is not YAML of settings: line 7, column ");
  }

  /** Flink prints what the job's main throws, with its causes. */
  @ParameterizedTest
  @ValueSource(strings = {"", "kafka.ssl.key.password: *" + SECRET, "epochs: 0"})
  void notByTheJob(String line) throws Exception {
    Path config = config(NOBODY, BROKEN_PASSWORD, line);

    Throwable error =
        catchThrowable(() -> SelectionJob.main(new String[] {"--config", config.toString()}));

    assertThat(error).isInstanceOf(UserError.class);
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString()).doesNotContain(SECRET);
  }

  /** What the command printed, which like its log does not hold the secret. */
  private String run(int exitCode, String... arguments) throws Exception {
    Path log4j = Files.writeString(folder.resolve("log4j2.xml"), LOG4J);
    Files.deleteIfExists(log());
    TestingProcess sluice =
        TestingProcess.start(
            folder,
            List.of("-Dlog4j2.configurationFile=" + log4j, "-Dsluice.log=" + log()),
            arguments);
    assertThat(sluice.await()).as(sluice.err()).isEqualTo(exitCode);
    String printed = sluice.out() + sluice.err();
    assertThat(printed).doesNotContain(SECRET);
    if (Files.exists(log())) {
      assertThat(log()).content().doesNotContain(SECRET);
    }
    return printed;
  }

  private void assertLogTellsClientSettings() {
    assertThat(log()).content().contains("DEBUG org.apache.kafka", "sasl.jaas.config = [hidden]");
  }

  private Path log() {
    return folder.resolve("sluice.log");
  }

  private Path config(String brokers, String password, String more) throws IOException {
    return Files.writeString(
        folder.resolve("run.yaml"),
        """
        run: secrets
        bootstrap-servers: %s
        kafka.security.protocol: SASL_PLAINTEXT
        kafka.sasl.mechanism: PLAIN
        kafka.sasl.jaas.config: org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="%s";
        kafka.ssl.truststore.password: %s
        %s
        """
            .formatted(brokers, password, SECRET, more));
  }
}
