package io.sluice.agent.train;

import io.sluice.protocol.UserError;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * One rank's checkpoints in a folder, one file per epoch, of which the newest two are kept. A file
 * holds what it is of (run, dataset, model, seed, rank), the next epoch, the sync that the
 * parameters come from, the losses of what is trained of that epoch, all parameters and the
 * optimizer's state, and a checksum; it appears whole or not at all. One that is written amid an
 * epoch replaces that of the epoch's start.
 *
 * <p>Files of the versions before are read too: one had no sync, the one before it no losses.
 */
final class CheckpointStore {
  private static final int MAGIC = 0x534C4334; // "SLC4"
  private static final int MAGIC_WITHOUT_SYNC = 0x534C4333; // "SLC3"
  private static final int MAGIC_WITHOUT_LOSSES = 0x534C4332; // "SLC2"
  private static final Set<Integer> MAGICS =
      Set.of(MAGIC, MAGIC_WITHOUT_SYNC, MAGIC_WITHOUT_LOSSES);
  private static final int KEPT = 2;

  private final Path folder;
  private final TrainerSettings settings;
  private final String prefix;

  /**
   * Where a checkpoint goes on.
   *
   * @param sync the newest whose mean the parameters come from
   */
  record Position(Progress progress, Sync sync) {

    /** Without a checkpoint. */
    static final Position START = new Position(Progress.before(0), Sync.START);
  }

  CheckpointStore(Path folder, TrainerSettings settings) {
    this.folder = folder;
    this.settings = settings;
    prefix = "rank-" + settings.rank() + ".epoch-";
  }

  /**
   * Loads the newest checkpoint into the network.
   *
   * @return where to go on; the start if there is no checkpoint
   * @throws UserError if the checkpoint is another run's, or damaged
   */
  Position restore(Network network) {
    List<Path> files = newestFirst();
    if (files.isEmpty()) {
      return Position.START;
    }
    Path file = files.get(0);
    try {
      verify(file);
      return load(file, network);
    } catch (IOException e) {
      throw new UserError(
          "The checkpoint "
              + file
              + " cannot be used: "
              + (e.getMessage() == null ? "it ends too early" : e.getMessage())
              + ". Delete it to go on from the one before.",
          e);
    }
  }

  /** Lengths are only believed in a file that is whole. */
  private static void verify(Path file) throws IOException {
    CRC32 checksum = new CRC32();
    try (DataInputStream in = new DataInputStream(new CheckedInputStream(open(file), checksum))) {
      int magic = in.readInt();
      if (!MAGICS.contains(magic)) {
        throw new IOException("it is not a checkpoint of this version");
      }
      in.skipNBytes(Files.size(file) - Integer.BYTES - Long.BYTES);
      long expected = checksum.getValue();
      if (in.readLong() != expected) {
        throw new IOException("its checksum is wrong");
      }
    }
  }

  private Position load(Path file, Network network) throws IOException {
    try (DataInputStream in = new DataInputStream(open(file))) {
      int magic = in.readInt();
      check(file, "name", in.readUTF(), settings.run());
      check(file, "dataset", in.readUTF(), settings.dataset());
      check(file, "model", in.readUTF(), settings.model());
      check(file, "seed", in.readLong(), settings.seed());
      check(file, "rank", in.readInt(), settings.rank());
      int epoch = in.readInt();
      Sync sync =
          magic == MAGIC ? new Sync(in.readInt(), in.readInt(), in.readBoolean()) : Sync.START;
      Progress progress =
          magic == MAGIC_WITHOUT_LOSSES ? Progress.before(epoch) : readLosses(epoch, in);
      network.load(in);
      return new Position(progress, sync);
    }
  }

  private static Progress readLosses(int epoch, DataInputStream in) throws IOException {
    Progress progress = Progress.in(epoch, in.readInt());
    float[] losses = new float[in.readInt()];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = in.readFloat();
    }
    progress.add(losses, losses.length);
    return progress;
  }

  private static InputStream open(Path file) throws IOException {
    return new BufferedInputStream(Files.newInputStream(file));
  }

  private static void check(Path file, String what, Object saved, Object wanted) {
    if (!saved.equals(wanted)) {
      throw new UserError(
          "The checkpoint "
              + file
              + " is of another run: its "
              + what
              + " is "
              + saved
              + ", here it is "
              + wanted
              + ". Use the same settings or another checkpoint folder.");
    }
  }

  /**
   * Writes a checkpoint and deletes those no longer kept.
   *
   * @param sync the newest whose mean the network's parameters come from
   * @return its size in bytes
   */
  long save(Progress progress, Sync sync, Network network) throws InterruptedException {
    try {
      Files.createDirectories(folder);
      // Seven digits sort by age up to the end of the last of a million epochs.
      Path file = folder.resolve(String.format("%s%07d.ckpt", prefix, progress.epoch()));
      Path partial = folder.resolve(file.getFileName() + ".tmp");
      write(partial, progress, sync, network);
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      List<Path> files = newestFirst();
      for (Path old : files.subList(Math.min(KEPT, files.size()), files.size())) {
        Files.delete(old);
      }
      return Files.size(file);
    } catch (ClosedByInterruptException e) {
      throw interrupted(e);
    } catch (IOException e) {
      throw new UserError(
          "Could not write a checkpoint in " + folder + ": " + e + ". Check space and access.", e);
    }
  }

  private void write(Path file, Progress progress, Sync sync, Network network) throws IOException {
    CRC32 checksum = new CRC32();
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      DataOutputStream out =
          new DataOutputStream(
              new CheckedOutputStream(
                  new BufferedOutputStream(Channels.newOutputStream(channel)), checksum));
      out.writeInt(MAGIC);
      out.writeUTF(settings.run());
      out.writeUTF(settings.dataset());
      out.writeUTF(settings.model());
      out.writeLong(settings.seed());
      out.writeInt(settings.rank());
      out.writeInt(progress.epoch());
      out.writeInt(sync.epoch());
      out.writeInt(sync.step());
      out.writeBoolean(sync.endsEpoch());
      out.writeInt(progress.samples());
      out.writeInt(progress.trained());
      for (float loss : progress.losses(0, progress.trained())) {
        out.writeFloat(loss);
      }
      network.save(out);
      out.writeLong(checksum.getValue());
      out.flush();
      channel.force(true);
    }
  }

  private static InterruptedException interrupted(ClosedByInterruptException e) {
    // The channel has set the flag again; the exception takes its place.
    Thread.interrupted();
    InterruptedException interrupted = new InterruptedException();
    interrupted.initCause(e);
    return interrupted;
  }

  private List<Path> newestFirst() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          new ArrayList<>(
              files
                  .filter(file -> file.getFileName().toString().startsWith(prefix))
                  .filter(file -> file.getFileName().toString().endsWith(".ckpt"))
                  .toList());
      found.sort(Comparator.comparing(Path::getFileName).reversed());
      return found;
    } catch (IOException e) {
      throw new UserError("Could not list the checkpoint folder " + folder + ": " + e + ".", e);
    }
  }
}
