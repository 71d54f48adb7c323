package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.SelectionClient;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.flink.client.cli.CliFrontend;
import org.apache.flink.client.cli.DefaultCLI;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.RestOptions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shaded jar is what a cluster gets. */
class JobJarTest {

  @Test
  void holdsNoFlinkCore() throws IOException {
    try (JarFile jar = new JarFile(jobJar().toFile())) {
      List<String> names = jar.stream().map(entry -> entry.getName()).toList();
      assertThat(names).contains("io/sluice/job/SelectionJob.class");
      assertThat(names)
          .filteredOn(name -> name.startsWith("org/apache/flink/") && name.endsWith(".class"))
          .allMatch(
              name ->
                  name.startsWith("org/apache/flink/connector/kafka/")
                      || name.startsWith("org/apache/flink/streaming/connectors/kafka/")
                      || name.startsWith("org/apache/flink/formats/kafka/"));
      assertThat(names).noneMatch(name -> name.startsWith("org/slf4j/"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo("io.sluice.job.SelectionJob");
    }
  }

  @Test
  void runsUnchangedByFlinkRun(@TempDir Path folder) throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
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
              "world-size: 1"));
      Configuration flinkConf = new Configuration();
      flinkConf.set(DeploymentOptions.TARGET, "remote");
      flinkConf.set(RestOptions.ADDRESS, flink.uiAddress().getHost());
      flinkConf.set(RestOptions.PORT, flink.uiAddress().getPort());

      int code =
          new CliFrontend(flinkConf, List.of(new DefaultCLI()))
              .parseAndRun(
                  new String[] {
                    "run",
                    "-d",
                    jobJar().toString(),
                    "--config",
                    yaml.toString(),
                    "--parallelism",
                    "2"
                  });

      assertThat(code).isZero();
      try (SelectionClient client = SelectionClient.join(config, 0, List.of(new IdRange(0, 100)))) {
        assertThat(client.awaitSelection(0, Duration.ofSeconds(60)).selected()).isEqualTo(100);
      }
    }
  }

  private static Path jobJar() throws IOException {
    Path target = Path.of("..", "flink-job", "target");
    try (Stream<Path> files = Files.isDirectory(target) ? Files.list(target) : Stream.empty()) {
      List<Path> jars =
          files.filter(file -> file.getFileName().toString().endsWith("-job.jar")).toList();
      Assumptions.assumeFalse(
          jars.isEmpty(), "the job's jar is built by 'mvn package', not by 'mvn test'");
      return jars.get(0);
    }
  }
}
