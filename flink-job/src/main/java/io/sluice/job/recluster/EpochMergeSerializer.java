package io.sluice.job.recluster;

import io.sluice.job.difficulty.HistogramBytes;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.BitSet;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: words of the shard set after their number, unseen, ended at, histogram. */
public final class EpochMergeSerializer extends VersionedSerializer<EpochMerge> {

  @Override
  protected int version() {
    return 1;
  }

  @Override
  protected void write(EpochMerge merge, DataOutputView out) throws IOException {
    long[] words = merge.shards().toLongArray();
    out.writeInt(words.length);
    for (long word : words) {
      out.writeLong(word);
    }
    out.writeLong(merge.unseen());
    out.writeLong(merge.endedAtMillis());
    HistogramBytes.write(merge.measured(), out);
  }

  @Override
  protected EpochMerge read(int version, DataInputView in) throws IOException {
    long[] words = new long[in.readInt()];
    for (int i = 0; i < words.length; i++) {
      words[i] = in.readLong();
    }
    return new EpochMerge(
        BitSet.valueOf(words), in.readLong(), in.readLong(), HistogramBytes.read(in));
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
