package io.sluice.job.difficulty;

import io.sluice.job.selection.SparseHistogram;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A histogram inside other records. Layout: number of bins; per bin its code and count. */
public final class HistogramBytes {

  private HistogramBytes() {}

  public static void write(SparseHistogram histogram, DataOutputView out) throws IOException {
    out.writeInt(histogram.distinct());
    for (int i = 0; i < histogram.distinct(); i++) {
      out.writeChar(histogram.codes()[i]);
      out.writeLong(histogram.counts()[i]);
    }
  }

  public static SparseHistogram read(DataInputView in) throws IOException {
    char[] codes = new char[in.readInt()];
    long[] counts = new long[codes.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = in.readChar();
      counts[i] = in.readLong();
    }
    return new SparseHistogram(codes, counts);
  }
}
