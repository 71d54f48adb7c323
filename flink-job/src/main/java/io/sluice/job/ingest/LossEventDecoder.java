package io.sluice.job.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.job.ingest.ShardEvent.EpochEnded;
import io.sluice.job.ingest.ShardEvent.Joined;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.job.ingest.ShardEvent.MembersDeclared;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.EpochEnd;
import io.sluice.protocol.wire.Join;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SamplesRetired;
import java.util.function.IntConsumer;

/**
 * From the bytes of one record to events by shard. Refuses whatever one record alone shows to be
 * wrong; what depends on the shard's history is the ledger's to judge.
 */
final class LossEventDecoder {

  /** Takes what becomes of a record. */
  interface Output {

    void event(ShardEvent event);

    /**
     * @param count how many losses are refused, or 1 for a whole record of another kind
     */
    void reject(Rejection reason, String detail, int count);

    /** All losses of a batch are refused, and the agent that sent them has to know. */
    void rejectLosses(Rejection reason, String detail, LossBatch batch);
  }

  private final Sharding sharding;
  private final boolean relativeLosses;
  private final LossBatchScanner batches;
  private final SamplesDecoder samples;

  /**
   * @param relativeLosses whether to take losses relative to their mini-batch's mean
   */
  LossEventDecoder(Sharding sharding, boolean relativeLosses) {
    this.sharding = sharding;
    this.relativeLosses = relativeLosses;
    this.batches = new LossBatchScanner(sharding, relativeLosses);
    this.samples = new SamplesDecoder(sharding);
  }

  void decode(RawRecord record, Output out) {
    Losses faultless = batches.scan(record);
    if (faultless != null) {
      out.event(faultless);
    } else {
      parse(record, out);
    }
  }

  /** Understands every record, and says what is wrong with it. */
  void parse(RawRecord record, Output out) {
    LossEvent message;
    try {
      message = LossEvent.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      out.reject(Rejection.UNDECODABLE, "not a LossEvent: " + e.getMessage(), 1);
      return;
    }
    if (message.getVersion() != Wire.VERSION) {
      String detail =
          "wire version " + message.getVersion() + ", this job reads version " + Wire.VERSION;
      out.reject(Rejection.UNKNOWN_VERSION, detail, 1);
      return;
    }
    Position at = record.position();
    switch (message.getEventCase()) {
      case LOSS_BATCH -> losses(message.getLossBatch(), at, out);
      case EPOCH_END -> epochEnd(message.getEpochEnd(), at, out);
      case JOIN -> join(message.getJoin(), at, out);
      case SAMPLES_ADDED -> samples(message.getSamplesAdded(), at, out);
      case MEMBERSHIP -> membership(message.getMembership(), at, out);
      case SAMPLES_RETIRED -> retired(message.getSamplesRetired(), at, out);
      default -> out.reject(Rejection.NO_EVENT, "the record says nothing this job knows", 1);
    }
  }

  private void losses(LossBatch batch, Position at, Output out) {
    int sent = batch.getLossesCount();
    if (!ownsShard(batch.getShard(), at, Math.max(1, sent), out)) {
      return;
    }
    if (batch.getRank() < 0 || batch.getRank() >= Wire.MAX_WORLD_SIZE) {
      String detail = "rank " + Integer.toUnsignedString(batch.getRank());
      out.reject(Rejection.BAD_RANK, detail, Math.max(1, sent));
      return;
    }
    if (batch.getEpoch() < 0 || batch.getEpoch() > Wire.MAX_EPOCH) {
      String detail = "losses of epoch " + batch.getEpoch();
      out.reject(Rejection.BAD_EPOCH, detail, Math.max(1, sent));
      return;
    }
    if (relativeLosses && sent > 0 && batch.getRelativeLossesCount() == 0) {
      String detail =
          String.format(
              "rank %d sends no losses relative to their mini-batch's mean, and signal is relative"
                  + " here; set it for the agents, too",
              batch.getRank());
      out.rejectLosses(Rejection.NO_RELATIVE_LOSS, detail, batch);
      return;
    }
    long[] indices = new long[sent];
    float[] losses = new float[sent];
    int kept = readSamples(batch, indices, losses, out);
    // Refused losses still count as received: the agent counted them when it sent them.
    out.event(
        new Losses(
            batch.getShard(),
            at,
            batch.getEpoch(),
            batch.getRank(),
            batch.getIncarnation(),
            batch.getSequence(),
            LossBlock.of(indices, losses, kept),
            sent - kept));
  }

  /** Returns how many samples are good; they stand at the front of both arrays. */
  private int readSamples(LossBatch batch, long[] indices, float[] losses, Output out) {
    int sent = losses.length;
    if (batch.getLocalIndexDeltasCount() != sent) {
      String detail = batch.getLocalIndexDeltasCount() + " indices for " + sent + " losses";
      out.reject(Rejection.LENGTH_MISMATCH, detail, Math.max(1, sent));
      return 0;
    }
    if (relativeLosses && batch.getRelativeLossesCount() != sent) {
      String detail = batch.getRelativeLossesCount() + " relative losses for " + sent + " losses";
      out.reject(Rejection.LENGTH_MISMATCH, detail, Math.max(1, sent));
      return 0;
    }
    int kept = 0;
    int nonFinite = 0;
    long index = 0;
    for (int i = 0; i < sent; i++) {
      long delta = batch.getLocalIndexDeltas(i);
      if (delta < 0) {
        out.reject(Rejection.NEGATIVE_INDEX, "index delta " + delta + " at place " + i, sent);
        return 0;
      }
      index += delta;
      if (!sharding.isLocalIndex(batch.getShard(), index)) {
        String detail = "index at place " + i + " stands for no 63-bit id, or is 2^56 or more";
        out.reject(Rejection.INDEX_TOO_LARGE, detail, sent);
        return 0;
      }
      float loss = relativeLosses ? batch.getRelativeLosses(i) : batch.getLosses(i);
      if (Float.isFinite(loss)) {
        indices[kept] = index;
        losses[kept] = loss;
        kept++;
      } else {
        nonFinite++;
      }
    }
    if (nonFinite > 0) {
      String detail = nonFinite + " of " + sent + " losses are NaN or infinite";
      out.reject(Rejection.NON_FINITE_LOSS, detail, nonFinite);
    }
    return kept;
  }

  private void epochEnd(EpochEnd end, Position at, Output out) {
    if (!ownsShard(end.getShard(), at, 1, out)
        || !isRank(end.getRank(), end.getWorldSize(), out)
        || !isEpoch(end.getEpoch(), -1, out)) {
      return;
    }
    out.event(
        new EpochEnded(
            end.getShard(),
            at,
            end.getEpoch(),
            end.getRank(),
            end.getWorldSize(),
            end.getIncarnation(),
            end.getLosses()));
  }

  private void join(Join join, Position at, Output out) {
    if (!isRank(join.getRank(), join.getWorldSize(), out) || !isEpoch(join.getEpoch(), 0, out)) {
      return;
    }
    if (join.getShards() != sharding.shards()) {
      String detail =
          "rank "
              + join.getRank()
              + " has shards "
              + join.getShards()
              + ", job "
              + sharding.shards();
      out.reject(Rejection.WRONG_SHARDS, detail, 1);
      return;
    }
    long incarnation = at.partition() == 0 ? at.offset() : join.getIncarnation();
    forShardsOf(
        at,
        shard ->
            out.event(
                new Joined(
                    shard,
                    at,
                    join.getRank(),
                    join.getWorldSize(),
                    join.getEpoch(),
                    incarnation,
                    join.getNonce())));
  }

  private void samples(SamplesAdded added, Position at, Output out) {
    if (ownsShard(added.getShard(), at, 1, out) && isEpoch(added.getFromEpoch(), 0, out)) {
      samples.added(added, at, out);
    }
  }

  private void retired(SamplesRetired retired, Position at, Output out) {
    if (ownsShard(retired.getShard(), at, 1, out)) {
      samples.retired(retired, at, out);
    }
  }

  private void membership(Membership membership, Position at, Output out) {
    int worldSize = membership.getWorldSize();
    if (worldSize < 1 || worldSize > Wire.MAX_WORLD_SIZE) {
      String detail =
          "world size "
              + Integer.toUnsignedString(worldSize)
              + "; allowed: 1 to "
              + Wire.MAX_WORLD_SIZE;
      out.reject(Rejection.BAD_RANK, detail, 1);
      return;
    }
    if (!isEpoch(membership.getFromEpoch(), -1, out)) {
      return;
    }
    long generation = at.partition() == 0 ? at.offset() : membership.getGeneration();
    forShardsOf(
        at,
        shard ->
            out.event(
                new MembersDeclared(shard, at, generation, membership.getFromEpoch(), worldSize)));
  }

  private boolean ownsShard(int shard, Position at, int count, Output out) {
    if (sharding.isShard(shard) && sharding.partitionOf(shard) == at.partition()) {
      return true;
    }
    String detail =
        String.format(
            "shard %s in partition %d; the run has %d shards in %d partitions, shard s in partition"
                + " s mod %d",
            Integer.toUnsignedString(shard),
            at.partition(),
            sharding.shards(),
            sharding.partitions(),
            sharding.partitions());
    out.reject(Rejection.WRONG_SHARD, detail, count);
    return false;
  }

  private static boolean isRank(int rank, int worldSize, Output out) {
    if (rank >= 0 && rank < worldSize && worldSize <= Wire.MAX_WORLD_SIZE) {
      return true;
    }
    String detail =
        "rank "
            + Integer.toUnsignedString(rank)
            + " of world size "
            + Integer.toUnsignedString(worldSize);
    out.reject(Rejection.BAD_RANK, detail, 1);
    return false;
  }

  private static boolean isEpoch(int epoch, int min, Output out) {
    if (epoch >= min && epoch <= Wire.MAX_EPOCH) {
      return true;
    }
    String detail = "epoch " + epoch + "; allowed: " + min + " to " + Wire.MAX_EPOCH;
    out.reject(Rejection.BAD_EPOCH, detail, 1);
    return false;
  }

  /** Control records speak to every shard of their partition. */
  private void forShardsOf(Position at, IntConsumer action) {
    for (int shard = at.partition(); shard < sharding.shards(); shard += sharding.partitions()) {
      action.accept(shard);
    }
  }
}
