package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.TrainingListener;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LocalRunTest {

  @Test
  void aListenerThatFailsEndsTheTraining() throws Exception {
    try (LocalFlink flink = LocalFlink.create(0, 1);
        LocalKafka kafka = LocalKafka.create()) {
      RunConfig config =
          RunConfig.defaults()
              .with(
                  Map.of(
                      "run", "r",
                      "bootstrap-servers", kafka.bootstrapServers(),
                      "shards", "4",
                      "partitions", "2",
                      "dataset", "glyphs:200",
                      "model", "linear",
                      "epochs", "unbounded",
                      "world-size", "2"),
                  "test");
      try (LocalRun run = LocalRun.start(flink, config)) {
        assertThatThrownBy(
                () -> run.train(rank -> rank == 1 ? failing() : new TrainingListener() {}))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("an agent failed: cannot read the plans");
      }
    }
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
