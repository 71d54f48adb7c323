package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.SelectionClient;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.jar.JarFile;
import org.apache.flink.client.cli.CliFrontend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shaded jar is what a cluster gets. */
class JobJarTest {

  @Test
  void holdsNoFlinkCore() throws IOException {
    try (JarFile jar = new JarFile(JobJar.path().toFile())) {
      List<String> names = jar.stream().map(entry -> entry.getName()).toList();
      assertThat(names).contains("io/sluice/job/SelectionJob.class");
      assertThat(names)
          .filteredOn(name -> name.startsWith("org/apache/flink/") && name.endsWith(".class"))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(originOf(name)).contains("/flink-connector-kafka-"));
      assertThat(names).noneMatch(name -> name.startsWith("org/slf4j/"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo("io.sluice.job.SelectionJob");
    }
  }

  @Test
  void runsUnchangedByFlinkRun(@TempDir Path folder) throws Exception {
    try (LocalKafka kafka = LocalKafka.create()) {
      RunConfig config = TestingRun.config(kafka, "by-flink-run", Map.of());
      Path yaml = folder.resolve("run.yaml");
      Files.writeString(
          yaml,
          String.join(
              "\n",
              "run: by-flink-run",
              "bootstrap-servers: " + kafka.bootstrapServers(),
              "shards: 8",
              "partitions: 2",
              "world-size: 1 # of concern to agents"));
      Process flink =
          flinkRun(
              folder, JobJar.path().toString(), "--config", yaml.toString(), "--parallelism", "2");
      try (SelectionClient client = SelectionClient.join(config, 0, List.of(new IdRange(0, 100)))) {
        assertThat(client.awaitSelection(0, Duration.ofMinutes(1)).selected()).isEqualTo(100);
      } catch (TimeoutException e) {
        throw new AssertionError(Files.readString(folder.resolve("flink.txt")), e);
      } finally {
        flink.destroy();
        flink.waitFor();
      }
    }
  }

  @Test
  void tellsAUsersMistakeAsOneLine(@TempDir Path folder) throws Exception {
    Process flink =
        flinkRun(
            folder, JobJar.path().toString(), "--run", "r", "--bootstrap-servers", "127.0.0.1:1");

    assertThat(flink.waitFor()).isEqualTo(1);
    assertThat(Files.readString(folder.resolve("flink.txt")))
        .contains("no Kafka broker answered at 127.0.0.1:1 within 15 s;");
  }

  /**
   * {@code flink run}, with a cluster of its own and nothing on the class path that Flink lacks.
   */
  private static Process flinkRun(Path folder, String... arguments) throws IOException {
    Files.writeString(folder.resolve("config.yaml"), "rest.bind-address: 127.0.0.1\n");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx1g",
            "-cp",
            JobJar.flinkAlone(),
            CliFrontend.class.getName(),
            "run",
            "--target",
            "local"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("flink.txt").toFile());
    builder.environment().put("FLINK_CONF_DIR", folder.toString());
    return builder.start();
  }

  /** Path of the library that an entry of the jar comes from. */
  private static String originOf(String entry) {
    return JobJarTest.class.getClassLoader().getResource(entry).getPath();
  }
}
