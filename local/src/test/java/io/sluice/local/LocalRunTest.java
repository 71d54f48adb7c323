package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.TrainingListener;
import io.sluice.protocol.config.RunConfig;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class LocalRunTest {

  private static RunConfig config(LocalKafka kafka, Map<String, String> others) {
    return RunConfig.defaults()
        .with(
            Map.of(
                "run", "r",
                "bootstrap-servers", kafka.bootstrapServers(),
                "shards", "4",
                "partitions", "2",
                "dataset", "glyphs:200",
                "model", "linear"),
            "test")
        .with(others, "test");
  }

  @Test
  void aListenerThatFailsEndsTheTraining() throws Exception {
    try (LocalFlink flink = LocalFlink.create(0, 1);
        LocalKafka kafka = LocalKafka.create()) {
      RunConfig config = config(kafka, Map.of("epochs", "unbounded", "world-size", "2"));
      try (LocalRun run = LocalRun.start(flink, config)) {
        assertThatThrownBy(
                () -> run.train(rank -> rank == 1 ? failing() : new TrainingListener() {}))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("an agent failed: cannot read the plans");
      }
    }
  }

  /** Whoever closes a run may delete its topics at once. */
  @Test
  void itsJobHasEndedWhenItIsClosed() throws Exception {
    try (LocalFlink flink = LocalFlink.create(0, 1);
        LocalKafka kafka = LocalKafka.create()) {
      RunConfig config = config(kafka, Map.of("epochs", "1"));
      HttpClient http = HttpClient.newHttpClient();
      HttpRequest jobs = HttpRequest.newBuilder(flink.uiAddress().resolve("/jobs")).build();
      LocalRun run = LocalRun.start(flink, config);
      run.train(rank -> new TrainingListener() {});
      assertThat(http.send(jobs, HttpResponse.BodyHandlers.ofString()).body()).contains("RUNNING");

      run.close();

      assertThat(http.send(jobs, HttpResponse.BodyHandlers.ofString()).body()).contains("CANCELED");
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 128, 2", "0, 1, 1", "3, 128, 3"})
  void aRunTakesItsParallelismOrTwo(String parallelism, String shards, int slots) {
    RunConfig config =
        RunConfig.defaults().with(Map.of("parallelism", parallelism, "shards", shards), "test");

    assertThat(LocalRun.slots(config)).isEqualTo(slots);
  }

  private static TrainingListener failing() {
    return new TrainingListener() {
      @Override
      public void epochDone(EpochResult result) {
        throw new IllegalStateException("cannot read the plans");
      }
    };
  }
}
