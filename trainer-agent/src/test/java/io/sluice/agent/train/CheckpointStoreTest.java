package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.sluice.agent.data.SampleShape;
import io.sluice.protocol.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {
  private static final SampleShape SHAPE = new SampleShape(1, 2, 3);

  @TempDir Path folder;

  @Test
  void beginsAtZeroWithoutACheckpoint() {
    Path missing = folder.resolve("missing");
    try (Network network = network("linear", 1)) {
      assertThat(
              new CheckpointStore(missing, settings("linear", 1, 0))
                  .restore(network)
                  .progress()
                  .epoch())
          .isZero();
    }
    assertThat(missing).doesNotExist();
  }

  @Test
  void restoresTheNewestAndKeepsTwo() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1)) {
      for (int epoch = 8; epoch <= 11; epoch++) {
        network.parameters().get(0).set(new float[] {epoch, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
        store.save(Progress.before(epoch), Sync.START, network);
      }
      assertThat(files()).containsExactly("rank-0.epoch-0000010.ckpt", "rank-0.epoch-0000011.ckpt");
    }
    try (Network network = network("linear", 2)) {
      assertThat(store.restore(network).progress().epoch()).isEqualTo(11);
      NDArray weight = network.parameters().get(0);
      assertThat(weight.toFloatArray()).startsWith(11, 1, 2, 3);
      assertThat(weight.hasGradient()).isTrue();
    }
  }

  @Test
  void keepsTheLossesOfAnEpochThatIsNotOver() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1)) {
      store.save(Progress.before(3), Sync.START, network);
      Progress amid = Progress.in(3, 5);
      amid.add(new float[] {0.5f, 7, 9}, 2);
      amid.add(new float[] {1.25f}, 1);
      store.save(amid, Sync.START, network);
      assertThat(files()).as("in place of its start").containsExactly("rank-0.epoch-0000003.ckpt");

      Progress restored = store.restore(network).progress();
      assertThat(restored.epoch()).isEqualTo(3);
      assertThat(restored.samples()).isEqualTo(5);
      assertThat(restored.trained()).isEqualTo(3);
      assertThat(restored.losses(0, 3)).containsExactly(0.5f, 7, 1.25f);
      assertThat(restored.meanLoss()).isEqualTo(8.75 / 3);
    }
  }

  @Test
  void keepsTheSyncThatTheParametersComeFrom() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1)) {
      assertThat(store.restore(network).sync()).isEqualTo(Sync.START);
      for (Sync sync : List.of(new Sync(2, 7, false), new Sync(2, 8, true))) {
        store.save(Progress.before(3), sync, network);
        assertThat(store.restore(network).sync()).isEqualTo(sync);
      }
    }
  }

  @Test
  void readsAFileOfTheVersionWithoutSync() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1);
        Network other = network("linear", 2)) {
      Progress amid = Progress.in(3, 5);
      amid.add(new float[] {0.5f, 7}, 2);
      store.save(amid, new Sync(3, 1, false), network);
      Path file = folder.resolve("rank-0.epoch-0000003.ckpt");
      Files.write(file, asVersion(3, Files.readAllBytes(file)));

      CheckpointStore.Position restored = store.restore(other);
      assertThat(restored.sync()).isEqualTo(Sync.START);
      assertThat(restored.progress().losses(0, 2)).containsExactly(0.5f, 7);
      assertThat(restored.progress().samples()).isEqualTo(5);
      assertThat(other.values()).isEqualTo(network.values());
    }
  }

  @Test
  void readsAFileOfTheVersionWithoutLosses() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1);
        Network other = network("linear", 2)) {
      store.save(Progress.before(3), Sync.START, network);
      Path file = folder.resolve("rank-0.epoch-0000003.ckpt");
      Files.write(file, asVersion(2, Files.readAllBytes(file)));

      Progress restored = store.restore(other).progress();
      assertThat(restored.epoch()).isEqualTo(3);
      assertThat(restored.trained()).isZero();
      assertThat(other.parameters().get(0).toFloatArray())
          .isEqualTo(network.parameters().get(0).toFloatArray());
    }
  }

  /**
   * Another magic number, no sync, in version 2 no numbers of samples and trained ones either, and
   * the checksum of that.
   */
  private static byte[] asVersion(int version, byte[] bytes) throws IOException {
    ByteArrayOutputStream old = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(old);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    in.readInt();
    out.writeInt(0x534C4330 + version);
    for (int i = 0; i < 3; i++) { // run, dataset, model
      out.writeUTF(in.readUTF());
    }
    out.writeLong(in.readLong()); // seed
    out.writeInt(in.readInt()); // rank
    out.writeInt(in.readInt()); // epoch
    in.readNBytes(2 * Integer.BYTES + 1); // sync
    if (version == 2) {
      assertThat(in.readInt()).as("samples").isZero();
      assertThat(in.readInt()).as("trained").isZero();
    }
    out.write(in.readNBytes(in.available() - Long.BYTES));
    CRC32 checksum = new CRC32();
    checksum.update(old.toByteArray());
    out.writeLong(checksum.getValue());
    return old.toByteArray();
  }

  @Test
  void theEndOfTheLastOfAMillionEpochsIsTheNewest() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1)) {
      store.save(Progress.before(999_999), Sync.START, network);
      store.save(Progress.before(1_000_000), Sync.START, network);
      assertThat(store.restore(network).progress().epoch()).isEqualTo(1_000_000);
    }
  }

  @Test
  void ranksShareAFolder() throws Exception {
    try (Network network = network("linear", 1)) {
      new CheckpointStore(folder, settings("linear", 1, 1))
          .save(Progress.before(7), Sync.START, network);
      CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
      assertThat(store.restore(network).progress().epoch()).isZero();
      for (int epoch = 1; epoch <= 3; epoch++) {
        store.save(Progress.before(epoch), Sync.START, network);
      }
      assertThat(files()).contains("rank-1.epoch-0000007.ckpt").hasSize(3);
    }
  }

  @Test
  void refusesAnotherRun() throws Exception {
    try (Network network = network("linear", 1)) {
      new CheckpointStore(folder, settings("linear", 1, 0))
          .save(Progress.before(2), Sync.START, network);
      assertThatThrownBy(
              () -> new CheckpointStore(folder, settings("linear", 9, 0)).restore(network))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("is of another run: its seed is 1, here it is 9");
      assertThatThrownBy(() -> new CheckpointStore(folder, settings("cnn", 1, 0)).restore(network))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("its model is linear, here it is cnn");
      TrainerSettings renamed = renamed("demo-2");
      assertThatThrownBy(() -> new CheckpointStore(folder, renamed).restore(network))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("is of another run: its name is demo, here it is demo-2");
    }
  }

  @Test
  void refusesADamagedFile() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1)) {
      store.save(Progress.before(2), Sync.START, network);
      Path file = folder.resolve("rank-0.epoch-0000002.ckpt");
      byte[] whole = Files.readAllBytes(file);

      Files.write(file, Arrays.copyOf(whole, whole.length - 9));
      assertDamaged(store, network, "its checksum is wrong");
      Files.write(file, Arrays.copyOf(whole, 11));
      assertDamaged(store, network, "it ends too early");
      byte[] flipped = whole.clone();
      flipped[whole.length - 9] ^= 1;
      Files.write(file, flipped);
      assertDamaged(store, network, "its checksum is wrong");
      Files.writeString(file, "something else");
      assertDamaged(store, network, "it is not a checkpoint of this version");
    }
  }

  /** The highest byte of the first array's length, which would make it negative or 2 GB. */
  @ParameterizedTest
  @ValueSource(ints = {0x80, 0x7f})
  void doesNotBelieveALengthInADamagedFile(int flip) throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1)) {
      store.save(Progress.before(2), Sync.START, network);
      Path file = folder.resolve("rank-0.epoch-0000002.ckpt");
      byte[] bytes = Files.readAllBytes(file);
      float[] before = network.parameters().get(0).toFloatArray();
      byte[] first = network.parameters().get(0).encode();
      bytes[indexOf(bytes, first) - Integer.BYTES] ^= (byte) flip;
      Files.write(file, bytes);

      assertDamaged(store, network, "its checksum is wrong");
      assertThat(network.parameters().get(0).toFloatArray()).isEqualTo(before);
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    return IntStream.range(0, bytes.length - part.length)
        .filter(i -> Arrays.equals(bytes, i, i + part.length, part, 0, part.length))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void refusesAModelOfAnotherShape() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network small = network("linear", 1);
        Network large = new Network(settings("linear", 1, 0), new SampleShape(1, 3, 3), 2)) {
      store.save(Progress.before(2), Sync.START, small);
      assertDamaged(store, large, "it has an array of shape (2, 6) where the model has (2, 9)");
    }
  }

  @Test
  void aFileInTheWayOfTheFolder() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    try (Network network = network("linear", 1)) {
      CheckpointStore store = new CheckpointStore(file, settings("linear", 1, 0));
      assertThatThrownBy(() -> store.save(Progress.before(1), Sync.START, network))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("Could not write a checkpoint in " + file);
    }
  }

  @Test
  void anInterruptIsNoFault() throws Exception {
    CheckpointStore store = new CheckpointStore(folder, settings("linear", 1, 0));
    try (Network network = network("linear", 1)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> store.save(Progress.before(1), Sync.START, network))
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isFalse();
      assertThat(store.restore(network).progress().epoch())
          .as("what is half written does not count")
          .isZero();
    }
  }

  private static void assertDamaged(CheckpointStore store, Network network, String reason) {
    assertThatThrownBy(() -> store.restore(network))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rank-0.epoch-0000002.ckpt cannot be used: " + reason)
        .hasMessageEndingWith("Delete it to go on from the one before.");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static TrainerSettings settings(String model, long seed, int rank) {
    return TestingSettings.of(model, 20, 0.01f, seed, rank, Optional.empty());
  }

  private static TrainerSettings renamed(String run) {
    TrainerSettings s = settings("linear", 1, 0);
    return new TrainerSettings(
        run,
        s.dataset(),
        s.model(),
        s.batchSize(),
        s.learningRate(),
        s.weightDecay(),
        s.epochs(),
        s.cycle(),
        s.seed(),
        s.rank(),
        s.syncEvery(),
        s.badModel(),
        s.checkpointDir(),
        s.device());
  }

  private static Network network(String model, long seed) {
    return new Network(settings(model, seed, 0), SHAPE, 2);
  }
}
