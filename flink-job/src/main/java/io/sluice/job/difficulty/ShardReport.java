package io.sluice.job.difficulty;

import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.serde.SerializerTypeInfo;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What a shard holds when it closes an epoch.
 *
 * @param epoch number of the selection it is for
 * @param endedAtMillis Kafka timestamp of the shard's last EpochEnd; for metrics only
 * @param unseen samples without a loss yet
 * @param measured the others, by difficulty code
 */
public record ShardReport(
    int epoch, int shard, long endedAtMillis, long unseen, SparseHistogram measured) {

  public static final TypeInformation<ShardReport> TYPE =
      new SerializerTypeInfo<>(ShardReport.class, new Serializer());

  /** Layout: epoch, shard, ended at, unseen, number of bins; per bin its code and count. */
  public static final class Serializer extends VersionedSerializer<ShardReport> {

    @Override
    protected int version() {
      return 1;
    }

    @Override
    protected void write(ShardReport report, DataOutputView out) throws IOException {
      out.writeInt(report.epoch());
      out.writeInt(report.shard());
      out.writeLong(report.endedAtMillis());
      out.writeLong(report.unseen());
      HistogramBytes.write(report.measured(), out);
    }

    @Override
    protected ShardReport read(int version, DataInputView in) throws IOException {
      return new ShardReport(
          in.readInt(), in.readInt(), in.readLong(), in.readLong(), HistogramBytes.read(in));
    }
  }
}
