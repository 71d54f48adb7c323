package io.sluice.local.experiment;

import io.sluice.agent.cli.Interruption;
import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.TrainingListener;
import io.sluice.local.EpochCollector;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Trains on a broker and a cluster in this process, which all runs share. */
final class LocalTrainer implements Trainer {

  private final LocalFlink flink;
  private final LocalKafka kafka;

  LocalTrainer(LocalFlink flink, LocalKafka kafka) {
    this.flink = flink;
    this.kafka = kafka;
  }

  @Override
  public Training train(RunConfig run, Watch watch) throws InterruptedException {
    RunConfig local =
        run.with(Map.of("bootstrap-servers", kafka.bootstrapServers()), "local broker");
    try {
      Training training = trained(local, watch);
      forget(local);
      return training;
    } catch (UserError e) {
      forget(local);
      throw e;
    }
  }

  /** Over hundreds of runs the broker's folder would fill the disk. */
  private static void forget(RunConfig local) throws InterruptedException {
    LocalKafka.delete(local.topics(), local.kafkaProperties());
  }

  private Training trained(RunConfig local, Watch watch) throws InterruptedException {
    try (LocalRun run = Interruption.start(() -> LocalRun.start(flink, local))) {
      Recorder recorder = new Recorder(local.get(Options.WORLD_SIZE), watch);
      run.train(recorder::listener);
      return recorder.training();
    }
  }

  /** Keeps what the agents, on their own threads, have come to. */
  private static final class Recorder {

    private final long start = System.nanoTime();
    private final EpochCollector collector;
    private final Watch watch;
    private final List<EpochLine> epochs = new ArrayList<>();

    Recorder(int agents, Watch watch) {
      this.collector = new EpochCollector(agents);
      this.watch = watch;
    }

    TrainingListener listener(int rank) {
      return new TrainingListener() {
        @Override
        public void batchDone(
            int epoch, long samplesDone, long samplesTotal, double meanLoss, double perSecond) {
          // The ranks keep step.
          if (rank == 0) {
            watch.at(epoch, (double) samplesDone / samplesTotal);
          }
        }

        @Override
        public void epochDone(EpochResult result) {
          done(result);
        }
      };
    }

    private synchronized void done(EpochResult result) {
      collector.add(result).ifPresent(epoch -> epochs.add(EpochLine.of(epoch, elapsed())));
    }

    synchronized Training training() {
      return new Training(List.copyOf(epochs), elapsed());
    }

    private Duration elapsed() {
      return Duration.ofNanos(System.nanoTime() - start);
    }
  }
}
