package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.train.EpochResult;
import io.sluice.agent.train.EpochSamples;
import io.sluice.agent.train.TrainingListener;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.local.LocalRun;
import io.sluice.protocol.Json;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SelectionPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run without an end, on files that grow under it. */
@Timeout(180)
class GrowingFilesTest {

  private static final int AT_FIRST = 320;
  private static final int GROWN = 400;

  @TempDir Path folder;

  private final List<EpochSamples> trained = new ArrayList<>();

  @BeforeEach
  void writeFiles() throws IOException {
    writeTrain(AT_FIRST);
    write("t10k-images-idx3-ubyte", new byte[10 * 16], 10, 4, 4);
    write("t10k-labels-idx1-ubyte", new byte[10], 10);
  }

  @Test
  void anAgentTrainsOnWhatIsAddedWhileItRuns() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config =
          TestingRun.config(
              kafka,
              "growth",
              Map.of(
                  "epochs", "unbounded",
                  "dataset", "idx:" + folder,
                  "model", "linear",
                  "early-close", "0"));
      Thread tester = Thread.currentThread();
      try (LocalRun run = LocalRun.start(flink, config)) {
        assertThatThrownBy(() -> run.train(rank -> growing(config, tester)))
            .as("nothing else ends it")
            .isInstanceOf(InterruptedException.class);
      }

      for (EpochSamples samples : trained.subList(0, 4)) {
        assertThat(samples.known()).isEqualTo(AT_FIRST);
        assertThat(Arrays.stream(samples.ids())).allMatch(id -> id < AT_FIRST);
      }
      assertThat(trained.get(4).known()).isEqualTo(GROWN);
      assertThat(Arrays.stream(trained.get(4).ids()).filter(id -> id >= AT_FIRST).sorted())
          .as("all of the new ones, to be measured once")
          .containsExactlyElementsOf(LongStream.range(AT_FIRST, GROWN).boxed().toList());
      SelectionPlan next = plan(config, 5);
      assertThat(next.getKnown()).isEqualTo(GROWN);
      assertThat(next.getUnseen()).isZero();
      assertThat(TestingRun.read(config, config.topics().deadLetters())).isEmpty();
    }
  }

  /** After epoch 1 the files grow, and the samples are declared for selection 4. */
  private TrainingListener growing(RunConfig config, Thread tester) {
    return new TrainingListener() {
      @Override
      public void epochStarted(EpochSamples samples) {
        trained.add(samples);
      }

      @Override
      public void epochDone(EpochResult result) {
        if (result.epoch() == 1) {
          try {
            writeTrain(GROWN);
            declare(config, 4);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
        if (result.epoch() == 5) {
          tester.interrupt();
        }
      }
    };
  }

  private static void declare(RunConfig config, int fromEpoch) throws Exception {
    Sharding sharding = config.sharding();
    int shards = sharding.shards();
    for (int shard = 0; shard < shards; shard++) {
      SamplesAdded added =
          SamplesAdded.newBuilder()
              .setShard(shard)
              .setFromEpoch(fromEpoch)
              .addRanges(
                  IndexRange.newBuilder()
                      .setFirst(AT_FIRST / shards)
                      .setCount((GROWN - AT_FIRST) / shards))
              .build();
      LossEvent event =
          LossEvent.newBuilder().setVersion(Wire.VERSION).setSamplesAdded(added).build();
      TestingRun.write(config, sharding.partitionOf(shard), event.toByteArray());
    }
  }

  private static SelectionPlan plan(RunConfig config, int epoch) {
    return TestingRun.read(config, config.topics().selectionPlans()).stream()
        .map(record -> Json.read(record.value(), SelectionPlan.newBuilder()).build())
        .filter(plan -> plan.getEpoch() == epoch)
        .findFirst()
        .orElseThrow();
  }

  /** As a program does it that must not be seen half-way: beside the files, then in their place. */
  private void writeTrain(int count) throws IOException {
    byte[] images = new byte[count * 16];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % 3);
      Arrays.fill(images, i * 16, (i + 1) * 16, (byte) (i * 7));
    }
    write("train-images-idx3-ubyte", images, count, 4, 4);
    write("train-labels-idx1-ubyte", labels, count);
  }

  private void write(String name, byte[] content, int... sizes) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + content.length);
    file.putInt(0x0800 + sizes.length);
    for (int size : sizes) {
      file.putInt(size);
    }
    Path draft = Files.write(folder.resolve("draft"), file.put(content).array());
    Files.move(draft, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }
}
