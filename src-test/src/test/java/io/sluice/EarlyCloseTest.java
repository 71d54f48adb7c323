package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.TrainingListener;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.SelectionChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Training goes on while the next selection is made, or stands still until it is there. */
class EarlyCloseTest {

  private static final int EPOCHS = 3;
  private static final int SAMPLES = 2000;

  private static LocalKafka kafka;
  private static LocalFlink flink;

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

  @Test
  void trainingNeverStandsStillWhenTheRestTakesLongerThanTheSelection() throws Exception {
    RunConfig config = config("early", Map.of("early-close", "0.5", "batch-size", "8"));
    List<EpochResult> results = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          /**
           * Makes the rest take as long as the selection, however slow this machine is now, and a
           * hundred batches more, for an agent to which the selection is milliseconds away.
           */
          @Override
          public void batchDone(
              int epoch, long samplesDone, long total, double meanLoss, double perSecond) {
            if (samplesDone == SAMPLES / 2 + 200 && epoch + 1 < EPOCHS) {
              waitUntil(() -> chunks(config, epoch + 1) == 8);
            }
          }

          @Override
          public void epochDone(EpochResult result) {
            results.add(result);
          }
        };
    train(config, rank -> listener);

    assertThat(results).hasSize(EPOCHS);
    // 10 to 25 microseconds on a busy machine.
    assertThat(results.subList(1, EPOCHS))
        .allSatisfy(result -> assertThat(result.gpuIdle().toMillis()).isZero());
    assertThat(TestingRun.lossesEnded(config, 0)).as("half of epoch 0").isEqualTo(SAMPLES / 2);
    assertThat(TestingRun.lossesEnded(config, 1)).as("the rest counts here").isEqualTo(SAMPLES);
    assertThat(TestingRun.lossesEnded(config, EPOCHS - 1))
        .as("the last epoch is ended whole")
        .isEqualTo(SAMPLES / 2 + SAMPLES);
  }

  @Test
  void trainingStandsStillForEachSelectionWithoutARest() throws Exception {
    RunConfig config =
        config(
            "late",
            // The first would wait for the second's parameters.
            Map.of("early-close", "0", "world-size", "2", "average", "off"));
    List<EpochResult> ofFirst = new CopyOnWriteArrayList<>();
    TrainingListener first =
        new TrainingListener() {
          @Override
          public void epochDone(EpochResult result) {
            ofFirst.add(result);
          }
        };
    TrainingListener second =
        new TrainingListener() {
          /** Lets the first agent evaluate before the epoch can close, so that it has to wait. */
          @Override
          public void batchDone(
              int epoch, long samplesDone, long total, double meanLoss, double perSecond) {
            if (samplesDone == total) {
              waitUntil(() -> ofFirst.size() > epoch);
            }
          }
        };
    train(config, rank -> rank == 0 ? first : second);

    assertThat(ofFirst).hasSize(EPOCHS);
    // At least the job's turnaround, which is 60 ms and more.
    assertThat(ofFirst).allSatisfy(result -> assertThat(result.gpuIdle().toMillis()).isPositive());
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      assertThat(TestingRun.lossesEnded(config, epoch)).isEqualTo(SAMPLES);
    }
  }

  private static RunConfig config(String run, Map<String, String> more) {
    return TestingRun.config(
            kafka,
            run,
            Map.of(
                "epochs",
                "" + EPOCHS,
                "dataset",
                "glyphs:" + SAMPLES,
                "model",
                "linear",
                "policy",
                "full"))
        .with(more, "test");
  }

  private static void train(RunConfig config, IntFunction<TrainingListener> listeners)
      throws Exception {
    try (LocalRun run = LocalRun.start(flink, config)) {
      run.train(listeners);
    }
    assertThat(TestingRun.read(config, config.topics().deadLetters())).isEmpty();
  }

  private static void waitUntil(Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(60)).until(condition);
  }

  private static long chunks(RunConfig config, int epoch) throws Exception {
    long chunks = 0;
    for (ConsumerRecord<byte[], byte[]> record :
        TestingRun.read(config, config.topics().selectedSamples())) {
      chunks += SelectionChunk.parseFrom(record.value()).getEpoch() == epoch ? 1 : 0;
    }
    return chunks;
  }
}
