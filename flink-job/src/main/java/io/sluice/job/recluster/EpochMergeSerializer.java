package io.sluice.job.recluster;

import io.sluice.job.difficulty.HistogramBytes;
import io.sluice.job.difficulty.ShardReport.Samples;
import io.sluice.job.difficulty.StrataBytes;
import io.sluice.job.difficulty.World;
import io.sluice.job.recluster.EpochMerge.Totals;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout: words of the shard set after their number, unseen, ended at, retired, dataset size, log
 * offset, generation, world size, histogram, strata, hardest samples.
 *
 * <p>Version 1 had nothing from retired to world size, version 2 no strata and hardest samples.
 */
public final class EpochMergeSerializer extends VersionedSerializer<EpochMerge> {

  @Override
  protected int version() {
    return 3;
  }

  @Override
  protected void write(EpochMerge merge, DataOutputView out) throws IOException {
    long[] words = merge.shards().toLongArray();
    out.writeInt(words.length);
    for (long word : words) {
      out.writeLong(word);
    }
    Totals totals = merge.totals();
    out.writeLong(totals.samples().unseen());
    out.writeLong(totals.endedAtMillis());
    out.writeLong(totals.samples().retired());
    out.writeLong(totals.samples().datasetSize());
    out.writeLong(totals.logOffset());
    out.writeLong(totals.world().generation());
    out.writeInt(totals.world().size());
    HistogramBytes.write(merge.measured(), out);
    StrataBytes.write(merge.strata(), out);
    StrataBytes.write(merge.hardest(), out);
  }

  @Override
  protected EpochMerge read(int version, DataInputView in) throws IOException {
    long[] words = new long[in.readInt()];
    for (int i = 0; i < words.length; i++) {
      words[i] = in.readLong();
    }
    return new EpochMerge(
        BitSet.valueOf(words),
        readTotals(version, in),
        HistogramBytes.read(in),
        version < 3 ? Map.of() : StrataBytes.read(in),
        version < 3 ? List.of() : StrataBytes.readHard(in));
  }

  private static Totals readTotals(int version, DataInputView in) throws IOException {
    long unseen = in.readLong();
    long endedAtMillis = in.readLong();
    if (version == 1) {
      return new Totals(new Samples(unseen, 0, 0), World.UNKNOWN, endedAtMillis, 0);
    }
    Samples samples = new Samples(unseen, in.readLong(), in.readLong());
    long logOffset = in.readLong();
    return new Totals(samples, new World(in.readLong(), in.readInt()), endedAtMillis, logOffset);
  }

  @Override
  public EpochMerge copy(EpochMerge merge) {
    return merge.deepCopy();
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }
}
