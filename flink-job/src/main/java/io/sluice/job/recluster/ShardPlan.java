package io.sluice.job.recluster;

import io.sluice.job.selection.Band;
import io.sluice.job.selection.Freshness;
import io.sluice.job.serde.SerializerTypeInfo;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * One shard's copy of what a selection takes.
 *
 * @param epoch number of the selection
 * @param endedAtMillis Kafka timestamp of the last EpochEnd before it; for metrics only
 * @param worldSize number of ranks that share the selection
 * @param bands what is selected of the measured samples
 */
public record ShardPlan(int epoch, int shard, long endedAtMillis, int worldSize, List<Band> bands) {

  public static final TypeInformation<ShardPlan> TYPE =
      new SerializerTypeInfo<>(ShardPlan.class, new Serializer());

  public ShardPlan {
    bands = List.copyOf(bands);
  }

  /**
   * Layout: epoch, shard, ended at, world size, number of bands; per band its fields in order.
   *
   * <p>Version 1 had no world size.
   */
  public static final class Serializer extends VersionedSerializer<ShardPlan> {

    @Override
    protected int version() {
      return 2;
    }

    @Override
    protected void write(ShardPlan plan, DataOutputView out) throws IOException {
      out.writeInt(plan.epoch());
      out.writeInt(plan.shard());
      out.writeLong(plan.endedAtMillis());
      out.writeInt(plan.worldSize());
      out.writeInt(plan.bands().size());
      for (Band band : plan.bands()) {
        out.writeInt(band.lowerCode());
        out.writeInt(band.upperCode());
        out.writeUTF(band.freshness().name());
        out.writeDouble(band.splitFrom());
        out.writeDouble(band.splitTo());
        out.writeDouble(band.keep());
        out.writeFloat(band.weight());
      }
    }

    @Override
    protected ShardPlan read(int version, DataInputView in) throws IOException {
      int epoch = in.readInt();
      int shard = in.readInt();
      long endedAtMillis = in.readLong();
      int worldSize = version == 1 ? 0 : in.readInt();
      List<Band> bands = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        bands.add(
            new Band(
                in.readInt(),
                in.readInt(),
                Freshness.valueOf(in.readUTF()),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readFloat()));
      }
      return new ShardPlan(epoch, shard, endedAtMillis, worldSize, bands);
    }
  }
}
