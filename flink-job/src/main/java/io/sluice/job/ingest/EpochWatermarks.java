package io.sluice.job.ingest;

import io.sluice.job.ingest.ShardEvent.EpochEnded;
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

  /** As the newest end says. */
  private int worldSize;

  private boolean changed;

  @Override
  public void onEvent(ShardEvent event, long timestamp, WatermarkOutput output) {
    if (event instanceof EpochEnded end) {
      worldSize = end.worldSize();
      endedByRank.merge(end.rank(), end.epoch(), Math::max);
      endedByRank.keySet().removeIf(rank -> rank >= worldSize);
      changed = true;
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
