package io.sluice.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.TestingRun;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A real agent dies when it has sent some chunks of its parameters and others not, and is started
 * again by its command: the mean is of the same parameters, and all of it comes.
 */
@Timeout(300)
class AgentKilledAmidSyncTest {

  private static final int EPOCHS = 3;
  private static final int CHUNKS = 4;

  /** Nearly all of the parameters, and nothing of the optimizer's state behind them. */
  private static final int MODEL_BYTES = 1_600_000;

  private static final Duration TRAINS_WITHIN = Duration.ofMinutes(2);

  /** Half a minute for a chunk; what brokers allow at once is spent with the first. */
  private static final double SLOW_BYTES_PER_SECOND = 20_000;

  @RegisterExtension final Processes processes = new Processes();

  @Test
  void anAgentDiesBetweenTwoChunksAndComesBack() throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2, LocalJob.settings())) {
      RunConfig undisturbed = config(kafka, "undisturbed");
      LocalJob job = LocalJob.submit(flink, undisturbed);
      JavaProcess rank0 = AgentProcesses.start(processes, undisturbed, 0);
      JavaProcess rank1 = AgentProcesses.start(processes, undisturbed, 1);
      assertThat(rank0.await(TRAINS_WITHIN)).as(rank0.output()).isZero();
      assertThat(rank1.await(TRAINS_WITHIN)).as(rank1.output()).isZero();
      job.cancel();

      RunConfig config = config(kafka, "killed");
      job = LocalJob.submit(flink, config);
      limitProducers(config, SLOW_BYTES_PER_SECOND);
      rank0 = AgentProcesses.start(processes, config, 0);
      rank1 = AgentProcesses.start(processes, config, 1);
      await()
          .atMost(TRAINS_WITHIN)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> !updates(config, 1, 0).isEmpty());
      rank1.kill();
      limitProducers(config, null);
      assertThat(updates(config, 1, 0)).as("chunks sent before").hasSizeLessThan(CHUNKS);

      rank1.start();
      assertThat(rank0.await(TRAINS_WITHIN)).as(rank0.output()).isZero();
      assertThat(rank1.await(TRAINS_WITHIN)).as(rank1.output()).isZero();
      assertThat(rank1.output()).contains("averaged over 2 agents");
      assertSameChunksTwice(updates(config, 1, 0));
      await()
          .atMost(SyntheticTrainer.CLOSES_WITHIN)
          .until(() -> Selections.of(config).newestPlan() == EPOCHS);
      job.cancel();
      Selections.of(config).assertSameAs(Selections.of(undisturbed));
      assertThat(Arrays.copyOf(parameters("killed", 0), MODEL_BYTES))
          .as("one model")
          .isEqualTo(Arrays.copyOf(parameters("killed", 1), MODEL_BYTES));
      for (int rank = 0; rank < 2; rank++) {
        assertThat(parameters("killed", rank))
            .as("the model and the optimizer of rank %d", rank)
            .isEqualTo(parameters("undisturbed", rank));
      }
    }
  }

  /** The first agent's are not all there; the second's are, and what both sent is the same. */
  private static void assertSameChunksTwice(List<ModelUpdate> updates) {
    Map<Long, Map<Integer, ModelUpdate>> byIncarnation =
        updates.stream()
            .collect(
                Collectors.groupingBy(
                    ModelUpdate::getIncarnation,
                    Collectors.toMap(ModelUpdate::getChunk, update -> update)));
    assertThat(byIncarnation).hasSize(2);
    Map<Integer, ModelUpdate> after =
        byIncarnation.get(byIncarnation.keySet().stream().max(Long::compare).orElseThrow());
    Map<Integer, ModelUpdate> before =
        byIncarnation.get(byIncarnation.keySet().stream().min(Long::compare).orElseThrow());
    assertThat(after).hasSize(CHUNKS);
    assertThat(before).hasSizeLessThan(CHUNKS);
    before.forEach(
        (chunk, update) -> {
          assertThat(after.get(chunk).getValues()).isEqualTo(update.getValues());
          assertThat(after.get(chunk).getSamples()).isEqualTo(update.getSamples());
        });
  }

  private static List<ModelUpdate> updates(RunConfig config, int rank, int epoch) {
    return TestingRun.read(config, config.topics().modelUpdates()).stream()
        .map(record -> update(record.value()))
        .filter(update -> update.getRank() == rank && update.getEpoch() == epoch)
        .toList();
  }

  private static ModelUpdate update(byte[] value) {
    try {
      return ModelEvent.parseFrom(value).getUpdate();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * @param bytesPerSecond null for no limit
   */
  private static void limitProducers(RunConfig config, Double bytesPerSecond) throws Exception {
    Map<String, String> anyClient = new HashMap<>();
    anyClient.put(ClientQuotaEntity.CLIENT_ID, null);
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      admin
          .alterClientQuotas(
              List.of(
                  new ClientQuotaAlteration(
                      new ClientQuotaEntity(anyClient),
                      List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond)))))
          .all()
          .get();
    }
  }

  /** All of the file but its checksum and what it is of. */
  private byte[] parameters(String run, int rank) throws IOException {
    Path file =
        AgentProcesses.checkpoints(processes, run)
            .resolve(String.format("rank-%d.epoch-%07d.ckpt", rank, EPOCHS));
    byte[] bytes = Files.readAllBytes(file);
    return Arrays.copyOfRange(bytes, 150 + run.length(), bytes.length - Long.BYTES);
  }

  /** With two ranks, runs are the same only without a rest of the epoch before. */
  private static RunConfig config(LocalKafka kafka, String run) {
    return AgentProcesses.config(
        kafka.bootstrapServers(),
        run,
        Map.of(
            "epochs", Integer.toString(EPOCHS),
            "model", "class:" + WideModel.class.getName(),
            "dataset", "glyphs:4000",
            "batch-size", "32",
            "early-close", "0"));
  }
}
