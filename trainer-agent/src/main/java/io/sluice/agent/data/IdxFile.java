package io.sluice.agent.data;

import io.sluice.protocol.UserError;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * An IDX file of unsigned bytes: a big-endian magic number 0x0000080d for d dimensions, d sizes of
 * 32 bits, then the bytes.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record IdxFile(Path path, int[] sizes, byte[] content) {
  private static final int UNSIGNED_BYTES = 0x0800;

  int size(int dimension) {
    return sizes[dimension];
  }

  static IdxFile read(Path path, int dimensions) {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path));
        DataInputStream in = new DataInputStream(unzip(path, file))) {
      int magic = in.readInt();
      if (magic != UNSIGNED_BYTES + dimensions) {
        throw new UserError(
            String.format(
                "%s is not an IDX file of bytes in %d dimensions: it begins with %08x, expected"
                    + " %08x.",
                path, dimensions, magic, UNSIGNED_BYTES + dimensions));
      }
      int[] sizes = new int[dimensions];
      long total = 1;
      for (int i = 0; i < dimensions; i++) {
        sizes[i] = in.readInt();
        total = sizes[i] <= 0 || total > Integer.MAX_VALUE ? -1 : total * sizes[i];
        if (total <= 0 || total > Integer.MAX_VALUE - 8) {
          throw new UserError(
              path
                  + " cannot be held: its sizes must be positive and make less than 2 GiB, but they"
                  + " begin with "
                  + text(Arrays.copyOf(sizes, i + 1))
                  + ".");
        }
      }
      byte[] content = in.readNBytes((int) total);
      if (content.length < total) {
        throw new UserError(
            String.format(
                "%s is too short: it promises %s bytes and holds %d.",
                path, text(sizes), content.length));
      }
      return new IdxFile(path, sizes, content);
    } catch (EOFException e) {
      throw new UserError(path + " is too short: it ends before all its data. Fetch it again.", e);
    } catch (IOException e) {
      throw new UserError("Could not read " + path + ": " + e.getMessage() + ".", e);
    }
  }

  private static InputStream unzip(Path path, InputStream file) throws IOException {
    return path.toString().endsWith(".gz") ? new GZIPInputStream(file, 1 << 16) : file;
  }

  private static String text(int[] sizes) {
    return Arrays.stream(sizes).mapToObj(Integer::toString).collect(Collectors.joining(" × "));
  }
}
