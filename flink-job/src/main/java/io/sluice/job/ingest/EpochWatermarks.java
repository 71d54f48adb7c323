package io.sluice.job.ingest;

import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;

/**
 * Flink watermarks with timestamp = the last epoch that every rank has ended in some shard read
 * here, so that people see in the Flink UI how far each operator is. Nothing waits on them: they
 * are not checkpointed, and the ledger in keyed state decides when an epoch closes.
 */
public final class EpochWatermarks implements WatermarkGenerator<ShardEvent> {

  private final Map<Integer, Integer> endedByRank = new HashMap<>();

  /** 0 until it is known. */
  private int worldSize;

  private boolean changed;

  @Override
  public void onEvent(ShardEvent event, long timestamp, WatermarkOutput output) {
    if (event instanceof EpochEnded end) {
      if (worldSize == 0) { // started amid a run: who joined is not read again
        worldSize = end.worldSize();
      }
      endedByRank.merge(end.rank(), end.epoch(), Math::max);
      changed = true;
    } else if (event instanceof MembersDeclared members) {
      worldSize = members.ranks().length;
      endedByRank.clear();
    } else if (event instanceof Joined join) {
      worldSize = join.worldSize();
      endedByRank.clear();
    }
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    if (changed && endedByRank.size() >= worldSize) {
      int ended = endedByRank.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
      output.emitWatermark(new Watermark(ended));
      changed = false;
    }
  }
}
