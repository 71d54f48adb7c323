package io.sluice.job.difficulty;

import io.sluice.job.selection.Freshness;
import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.Stratum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Counts by stratum, and hard samples, inside other records. Layout of strata: their number; per
 * stratum label, freshness and histogram. Of hard samples: their number; per sample id and code.
 */
public final class StrataBytes {

  private StrataBytes() {}

  public static void write(Map<Stratum, SparseHistogram> strata, DataOutputView out)
      throws IOException {
    out.writeInt(strata.size());
    for (Map.Entry<Stratum, SparseHistogram> stratum : strata.entrySet()) {
      out.writeInt(stratum.getKey().label());
      out.writeUTF(stratum.getKey().freshness().name());
      HistogramBytes.write(stratum.getValue(), out);
    }
  }

  public static Map<Stratum, SparseHistogram> read(DataInputView in) throws IOException {
    Map<Stratum, SparseHistogram> strata = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      Stratum stratum = new Stratum(in.readInt(), Freshness.valueOf(in.readUTF()));
      strata.put(stratum, HistogramBytes.read(in));
    }
    return strata;
  }

  public static void write(List<HardSample> samples, DataOutputView out) throws IOException {
    out.writeInt(samples.size());
    for (HardSample sample : samples) {
      out.writeLong(sample.id());
      out.writeChar(sample.code());
    }
  }

  public static List<HardSample> readHard(DataInputView in) throws IOException {
    List<HardSample> samples = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      samples.add(new HardSample(in.readLong(), in.readChar()));
    }
    return samples;
  }
}
