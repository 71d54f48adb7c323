package io.sluice.job.difficulty;

import io.sluice.job.selection.SparseHistogram;
import io.sluice.job.selection.Stratum;
import io.sluice.job.serde.SerializerTypeInfo;
import io.sluice.job.serde.VersionedSerializer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What a shard holds when it closes an epoch.
 *
 * @param epoch number of the selection it is for
 * @param endedAtMillis Kafka timestamp of the shard's last EpochEnd; for metrics only
 * @param logOffset offset of the record with which the shard closed the epoch
 * @param world who shares the selection
 * @param samples which samples there are
 * @param measured those with a loss, by difficulty code
 * @param strata the same ones by stratum; empty where nothing is told apart
 * @param hardest the hardest of them, hardest first
 */
public record ShardReport(
    int epoch,
    int shard,
    long endedAtMillis,
    long logOffset,
    World world,
    Samples samples,
    SparseHistogram measured,
    Map<Stratum, SparseHistogram> strata,
    List<HardSample> hardest) {

  /**
   * Samples, of one shard or of several.
   *
   * @param unseen known samples without a loss yet
   * @param retired samples that are gone for good
   * @param datasetSize one more than the greatest sample id declared so far, in any shard
   */
  public record Samples(long unseen, long retired, long datasetSize) {

    public static final Samples NONE = new Samples(0, 0, 0);

    public Samples plus(Samples other) {
      return new Samples(
          unseen + other.unseen, retired + other.retired, Math.max(datasetSize, other.datasetSize));
    }
  }

  public static final TypeInformation<ShardReport> TYPE =
      new SerializerTypeInfo<>(ShardReport.class, new Serializer());

  /**
   * Layout: epoch, shard, ended at, unseen, retired, dataset size, log offset, generation, world
   * size, number of bins; per bin its code and count; strata; hardest samples.
   *
   * <p>Version 1 had nothing from retired to world size, version 2 no strata and hardest samples.
   */
  public static final class Serializer extends VersionedSerializer<ShardReport> {

    @Override
    protected int version() {
      return 3;
    }

    @Override
    protected void write(ShardReport report, DataOutputView out) throws IOException {
      out.writeInt(report.epoch());
      out.writeInt(report.shard());
      out.writeLong(report.endedAtMillis());
      out.writeLong(report.samples().unseen());
      out.writeLong(report.samples().retired());
      out.writeLong(report.samples().datasetSize());
      out.writeLong(report.logOffset());
      out.writeLong(report.world().generation());
      out.writeInt(report.world().size());
      HistogramBytes.write(report.measured(), out);
      StrataBytes.write(report.strata(), out);
      StrataBytes.write(report.hardest(), out);
    }

    @Override
    protected ShardReport read(int version, DataInputView in) throws IOException {
      int epoch = in.readInt();
      int shard = in.readInt();
      long endedAtMillis = in.readLong();
      long unseen = in.readLong();
      if (version == 1) {
        Samples samples = new Samples(unseen, 0, 0);
        return new ShardReport(
            epoch,
            shard,
            endedAtMillis,
            0,
            World.UNKNOWN,
            samples,
            HistogramBytes.read(in),
            Map.of(),
            List.of());
      }
      Samples samples = new Samples(unseen, in.readLong(), in.readLong());
      long logOffset = in.readLong();
      World world = new World(in.readLong(), in.readInt());
      return new ShardReport(
          epoch,
          shard,
          endedAtMillis,
          logOffset,
          world,
          samples,
          HistogramBytes.read(in),
          version < 3 ? Map.of() : StrataBytes.read(in),
          version < 3 ? List.of() : StrataBytes.readHard(in));
    }
  }
}
