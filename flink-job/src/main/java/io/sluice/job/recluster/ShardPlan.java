package io.sluice.job.recluster;

import io.sluice.job.selection.Band;
import io.sluice.job.selection.Freshness;
import io.sluice.job.selection.TopUp;
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
 * @param topUps what is selected of single classes besides
 * @param hardestFrom the least difficulty code of the hardest cluster; -1 without clusters
 */
public record ShardPlan(
    int epoch,
    int shard,
    long endedAtMillis,
    int worldSize,
    List<Band> bands,
    List<TopUp> topUps,
    int hardestFrom) {

  public static final TypeInformation<ShardPlan> TYPE =
      new SerializerTypeInfo<>(ShardPlan.class, new Serializer());

  public ShardPlan {
    bands = List.copyOf(bands);
    topUps = List.copyOf(topUps);
  }

  /**
   * Layout: epoch, shard, ended at, world size, number of bands; per band its fields in order;
   * number of top-ups; per top-up its fields; where the hardest cluster begins.
   *
   * <p>Version 1 had no world size; version 2 neither weights by inclusion nor what follows the
   * bands.
   */
  public static final class Serializer extends VersionedSerializer<ShardPlan> {

    @Override
    protected int version() {
      return 3;
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
        out.writeBoolean(band.byInclusion());
      }
      out.writeInt(plan.topUps().size());
      for (TopUp topUp : plan.topUps()) {
        out.writeInt(topUp.label());
        out.writeDouble(topUp.keep());
      }
      out.writeInt(plan.hardestFrom());
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
                in.readFloat(),
                version >= 3 && in.readBoolean()));
      }
      List<TopUp> topUps = new ArrayList<>();
      for (int left = version < 3 ? 0 : in.readInt(); left > 0; left--) {
        topUps.add(new TopUp(in.readInt(), in.readDouble()));
      }
      int hardestFrom = version < 3 ? -1 : in.readInt();
      return new ShardPlan(epoch, shard, endedAtMillis, worldSize, bands, topUps, hardestFrom);
    }
  }
}
