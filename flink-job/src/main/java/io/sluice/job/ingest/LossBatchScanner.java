package io.sluice.job.ingest;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.sluice.job.ingest.ShardEvent.Losses;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.LossBatch;
import io.sluice.protocol.wire.LossEvent;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The short way for what nearly every record is: a faultless batch of losses in the form that
 * writers give it. It looks each byte through once and copies none. About whatever else it has no
 * opinion; protobuf's parser reads that.
 */
final class LossBatchScanner {

  private static final int VERSION =
      WireFormat.WIRETYPE_VARINT | LossEvent.VERSION_FIELD_NUMBER << 3;
  private static final int BATCH =
      WireFormat.WIRETYPE_LENGTH_DELIMITED | LossEvent.LOSS_BATCH_FIELD_NUMBER << 3;
  private static final int SHARD = WireFormat.WIRETYPE_VARINT | LossBatch.SHARD_FIELD_NUMBER << 3;
  private static final int EPOCH = WireFormat.WIRETYPE_VARINT | LossBatch.EPOCH_FIELD_NUMBER << 3;
  private static final int RANK = WireFormat.WIRETYPE_VARINT | LossBatch.RANK_FIELD_NUMBER << 3;
  private static final int INCARNATION =
      WireFormat.WIRETYPE_VARINT | LossBatch.INCARNATION_FIELD_NUMBER << 3;
  private static final int SEQUENCE =
      WireFormat.WIRETYPE_VARINT | LossBatch.SEQUENCE_FIELD_NUMBER << 3;
  private static final int INDICES =
      WireFormat.WIRETYPE_LENGTH_DELIMITED | LossBatch.LOCAL_INDEX_DELTAS_FIELD_NUMBER << 3;
  private static final int LOSSES =
      WireFormat.WIRETYPE_LENGTH_DELIMITED | LossBatch.LOSSES_FIELD_NUMBER << 3;

  private static final int RELATIVE_LOSSES =
      WireFormat.WIRETYPE_LENGTH_DELIMITED | LossBatch.RELATIVE_LOSSES_FIELD_NUMBER << 3;

  /** Longer ones stand for no delta that a faultless batch may have. */
  private static final int MAX_VARINT_BITS = 56;

  private static final int FLOAT_EXPONENT = 0x7F800000;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final Sharding sharding;
  private final boolean relativeLosses;

  // Of the batch that is being looked through.
  private int shard;
  private int epoch;
  private int rank;
  private long incarnation;
  private long sequence;
  private int indicesFrom;
  private int indicesTo;
  private int lossesFrom;
  private int lossesTo;
  private int relativeFrom;
  private int relativeTo;

  /**
   * @param relativeLosses whether to take losses relative to their mini-batch's mean
   */
  LossBatchScanner(Sharding sharding, boolean relativeLosses) {
    this.sharding = sharding;
    this.relativeLosses = relativeLosses;
  }

  /** Returns the batch, or null where the long way has to say what the record is. */
  Losses scan(RawRecord record) {
    byte[] bytes = record.value();
    try {
      if (!readRecord(CodedInputStream.newInstance(bytes))) {
        return null;
      }
    } catch (IOException e) {
      return null;
    }
    if (relativeLosses) {
      if (relativeTo - relativeFrom != lossesTo - lossesFrom) {
        return null;
      }
      lossesFrom = relativeFrom;
      lossesTo = relativeTo;
    }
    int count = (lossesTo - lossesFrom) / Float.BYTES;
    boolean faultless =
        sharding.isShard(shard)
            && sharding.partitionOf(shard) == record.position().partition()
            && rank >= 0
            && rank < Wire.MAX_WORLD_SIZE
            && epoch >= 0
            && epoch <= Wire.MAX_EPOCH
            && (lossesTo - lossesFrom) % Float.BYTES == 0
            && areIndices(bytes, count)
            && areFinite(bytes);
    if (!faultless) {
      return null;
    }
    LossBlock block = new LossBlock(count, bytes, indicesFrom, indicesTo, lossesFrom);
    return new Losses(shard, record.position(), epoch, rank, incarnation, sequence, block, 0);
  }

  private boolean readRecord(CodedInputStream in) throws IOException {
    if (in.readTag() != VERSION || in.readUInt32() != Wire.VERSION || in.readTag() != BATCH) {
      return false;
    }
    int length = in.readRawVarint32();
    int limit = in.pushLimit(length);
    if (!readBatch(in)) {
      return false;
    }
    in.popLimit(limit);
    return in.isAtEnd();
  }

  /** Fields ascend, each at most once. */
  private boolean readBatch(CodedInputStream in) throws IOException {
    shard = 0;
    epoch = 0;
    rank = 0;
    incarnation = 0;
    sequence = 0;
    indicesFrom = 0;
    indicesTo = 0;
    lossesFrom = 0;
    lossesTo = 0;
    relativeFrom = 0;
    relativeTo = 0;
    int before = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag <= before) {
        return false;
      }
      before = tag;
      switch (tag) {
        case SHARD -> shard = in.readUInt32();
        case EPOCH -> epoch = in.readSInt32();
        case RANK -> rank = in.readUInt32();
        case INCARNATION -> incarnation = in.readInt64();
        case SEQUENCE -> sequence = in.readUInt64();
        case INDICES -> {
          int length = in.readRawVarint32();
          indicesFrom = in.getTotalBytesRead();
          in.skipRawBytes(length);
          indicesTo = in.getTotalBytesRead();
        }
        case LOSSES -> {
          int length = in.readRawVarint32();
          lossesFrom = in.getTotalBytesRead();
          in.skipRawBytes(length);
          lossesTo = in.getTotalBytesRead();
        }
        case RELATIVE_LOSSES -> {
          int length = in.readRawVarint32();
          relativeFrom = in.getTotalBytesRead();
          in.skipRawBytes(length);
          relativeTo = in.getTotalBytesRead();
        }
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether there are so many deltas, and each of their sums is a local index. */
  private boolean areIndices(byte[] bytes, int count) {
    int at = indicesFrom;
    long index = 0;
    for (int i = 0; i < count; i++) {
      if (at == indicesTo) {
        return false;
      }
      long delta = bytes[at++];
      if (delta < 0) {
        delta &= 0x7F;
        int shift = 7;
        byte next;
        do {
          if (at == indicesTo || shift >= MAX_VARINT_BITS) {
            return false;
          }
          next = bytes[at++];
          delta |= (next & 0x7FL) << shift;
          shift += 7;
        } while (next < 0);
      }
      index += delta;
      if (index >= Sharding.MAX_LOCAL_INDEX) {
        return false;
      }
    }
    // They ascend, so the last speaks for all.
    return at == indicesTo && sharding.isLocalIndex(shard, index);
  }

  private boolean areFinite(byte[] bytes) {
    boolean finite = true;
    for (int at = lossesFrom; at < lossesTo; at += Float.BYTES) {
      finite &= ((int) INTS.get(bytes, at) & FLOAT_EXPONENT) != FLOAT_EXPONENT;
    }
    return finite;
  }
}
