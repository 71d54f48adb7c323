package io.sluice.agent.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Writes arrays, and reads them back in place. */
final class Tensors {
  private Tensors() {}

  static void write(NDList arrays, DataOutputStream out) throws IOException {
    out.writeInt(arrays.size());
    for (NDArray array : arrays) {
      byte[] bytes = array.encode();
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  /** Fails with an IOException unless the saved arrays have the shapes of those to be filled. */
  static void read(NDManager manager, DataInputStream in, NDList into) throws IOException {
    int count = in.readInt();
    if (count != into.size()) {
      throw new IOException("it has " + count + " arrays where the model has " + into.size());
    }
    for (NDArray array : into) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      try (NDArray saved = NDArray.decode(manager, bytes)) {
        if (!saved.getShape().equals(array.getShape())) {
          throw new IOException(
              "it has an array of shape "
                  + saved.getShape()
                  + " where the model has "
                  + array.getShape());
        }
        saved.copyTo(array);
      }
    }
  }
}
