package io.sluice.faults;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.core.fs.BlockLocation;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/**
 * Local files under the scheme {@code faulty}, on a disk that a test of this process can fill up,
 * or hold in the middle of a write.
 */
public final class FaultyFileSystem extends FileSystem {

  static final String SCHEME = "faulty";

  /** Registered with Flink as a service. */
  public static final class Factory implements FileSystemFactory {
    @Override
    public String getScheme() {
      return SCHEME;
    }

    @Override
    public FileSystem create(URI uri) {
      return new FaultyFileSystem();
    }
  }

  private static volatile boolean full;
  private static volatile CountDownLatch held = new CountDownLatch(0);
  private static volatile CountDownLatch reached = new CountDownLatch(0);

  private final FileSystem files = LocalFileSystem.getSharedInstance();

  /** From now on, no write succeeds. */
  static void fill() {
    full = true;
  }

  /** There is space again. */
  static void free() {
    full = false;
  }

  /** From now on, writes wait. */
  static void hold() {
    reached = new CountDownLatch(1);
    held = new CountDownLatch(1);
  }

  /** Waits until somebody waits in a write. */
  static void awaitHeldWrite() throws InterruptedException {
    reached.await();
  }

  /** Lets the writes go on. */
  static void release() {
    held.countDown();
  }

  private static void write() throws IOException {
    if (full) {
      throw new IOException("No space left on device");
    }
    CountDownLatch latch = held;
    if (latch.getCount() > 0) {
      reached.countDown();
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted in a write", e);
      }
    }
  }

  @Override
  public FSDataOutputStream create(Path path, WriteMode mode) throws IOException {
    return new FaultyStream(files.create(path, mode));
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    if (full) {
      throw new IOException("No space left on device");
    }
    return files.mkdirs(path);
  }

  @Override
  public Path getWorkingDirectory() {
    return files.getWorkingDirectory();
  }

  @Override
  public Path getHomeDirectory() {
    return files.getHomeDirectory();
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return files.getFileStatus(path);
  }

  @Override
  public BlockLocation[] getFileBlockLocations(FileStatus file, long start, long length)
      throws IOException {
    return files.getFileBlockLocations(file, start, length);
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    return files.open(path, bufferSize);
  }

  @Override
  public FSDataInputStream open(Path path) throws IOException {
    return files.open(path);
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return files.listStatus(path);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    return files.delete(path, recursive);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    return files.rename(from, to);
  }

  @Override
  public boolean isDistributedFS() {
    return false;
  }

  private static final class FaultyStream extends FSDataOutputStream {
    private final FSDataOutputStream out;

    FaultyStream(FSDataOutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      FaultyFileSystem.write();
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      FaultyFileSystem.write();
      out.write(bytes, offset, length);
    }

    @Override
    public long getPos() throws IOException {
      return out.getPos();
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void sync() throws IOException {
      out.sync();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
