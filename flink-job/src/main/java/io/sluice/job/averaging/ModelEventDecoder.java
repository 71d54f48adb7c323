package io.sluice.job.averaging;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.sluice.job.averaging.LaneEvent.MembersDeclared;
import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.Position;
import io.sluice.job.ingest.RawRecord;
import io.sluice.job.ingest.Rejection;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.Membership;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import java.io.IOException;

/**
 * From the bytes of one record to an event of its lane. Refuses whatever one record alone shows to
 * be wrong; what depends on the lane's history is the ledger's to judge.
 */
final class ModelEventDecoder {

  /** Takes what becomes of a record. */
  interface Output {

    void event(LaneEvent event);

    void reject(Rejection reason, String detail);
  }

  /** So that the samples of all ranks together are a 63-bit number. */
  static final long MAX_SAMPLES = 1L << 47;

  private static final int FULL = Wire.CHUNK_VALUES * Float.BYTES;
  private static final byte[] NO_VALUES = {};

  private final int partitions;

  /**
   * @param partitions number of the topic's partitions P
   */
  ModelEventDecoder(int partitions) {
    this.partitions = partitions;
  }

  void decode(RawRecord record, Output out) {
    ModelEvent message;
    try {
      message = parse(record.value());
    } catch (InvalidProtocolBufferException e) {
      out.reject(Rejection.UNDECODABLE, "not a ModelEvent: " + e.getMessage());
      return;
    }
    if (message.getVersion() != Wire.VERSION) {
      String detail =
          "wire version " + message.getVersion() + ", this job reads version " + Wire.VERSION;
      out.reject(Rejection.UNKNOWN_VERSION, detail);
      return;
    }
    switch (message.getEventCase()) {
      case UPDATE -> update(message.getUpdate(), record.position(), out);
      case MEMBERSHIP -> membership(message.getMembership(), record.position(), out);
      default -> out.reject(Rejection.NO_EVENT, "the record says nothing this job knows");
    }
  }

  /** The values stay in the record's own bytes, which are most of it. */
  private static ModelEvent parse(byte[] value) throws InvalidProtocolBufferException {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(value).newCodedInput();
    in.enableAliasing(true);
    try {
      ModelEvent message = ModelEvent.parseFrom(in);
      in.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
  }

  private void update(ModelUpdate update, Position at, Output out) {
    if (!isEpoch(update.getEpoch(), 0, out)
        || !isStep(update.getStep(), out)
        || !isRank(update.getRank(), update.getWorldSize(), out)
        || !isChunk(update, at, out)
        || !isSamples(update.getSamples(), out)) {
      return;
    }
    byte[] values = update.getValues().toByteArray();
    boolean unusable = update.getUnusable();
    int nonFinite = ChunkValues.nonFinite(values);
    if (nonFinite > 0) {
      String detail =
          String.format(
              "%d of %d values of rank %d in chunk %d are NaN or infinite; the rank is left out of"
                  + " the chunk's mean",
              nonFinite, values.length / Float.BYTES, update.getRank(), update.getChunk());
      out.reject(Rejection.NON_FINITE_MODEL, detail);
      unusable = true;
      values = NO_VALUES;
    }
    out.event(
        new Update(
            at,
            new Sync(update.getEpoch(), update.getStep(), update.getEndsEpoch()),
            update.getRank(),
            update.getIncarnation(),
            update.getWorldSize(),
            update.getChunk(),
            new Model(update.getModel(), update.getChunks()),
            update.getSamples(),
            unusable,
            values));
  }

  private void membership(Membership membership, Position at, Output out) {
    int worldSize = membership.getWorldSize();
    if (worldSize < 1 || worldSize > Wire.MAX_WORLD_SIZE) {
      String detail =
          "world size "
              + Integer.toUnsignedString(worldSize)
              + "; allowed: 1 to "
              + Wire.MAX_WORLD_SIZE;
      out.reject(Rejection.BAD_RANK, detail);
    } else if (isEpoch(membership.getFromEpoch(), -1, out)) {
      out.event(
          new MembersDeclared(
              at, membership.getGeneration(), membership.getFromEpoch(), worldSize));
    }
  }

  private static boolean isEpoch(int epoch, int min, Output out) {
    if (epoch >= min && epoch <= Wire.MAX_EPOCH) {
      return true;
    }
    String detail = "epoch " + epoch + "; allowed: " + min + " to " + Wire.MAX_EPOCH;
    out.reject(Rejection.BAD_EPOCH, detail);
    return false;
  }

  private static boolean isStep(int step, Output out) {
    if (step >= 1) {
      return true;
    }
    String detail = "step " + Integer.toUnsignedString(step) + "; allowed: 1 to 2147483647";
    out.reject(Rejection.BAD_STEP, detail);
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
    out.reject(Rejection.BAD_RANK, detail);
    return false;
  }

  private boolean isChunk(ModelUpdate update, Position at, Output out) {
    int chunk = update.getChunk();
    int chunks = update.getChunks();
    if (chunks < 1 || chunks > Wire.MAX_CHUNKS || chunk < 0 || chunk >= chunks) {
      String detail =
          String.format(
              "chunk %s of %s; allowed: 1 to %d chunks",
              Integer.toUnsignedString(chunk), Integer.toUnsignedString(chunks), Wire.MAX_CHUNKS);
      out.reject(Rejection.BAD_CHUNK, detail);
      return false;
    }
    if (chunk % partitions != at.partition()) {
      String detail =
          String.format(
              "chunk %d in partition %d; the run has %d partitions, chunk c in partition c mod %d",
              chunk, at.partition(), partitions, partitions);
      out.reject(Rejection.BAD_CHUNK, detail);
      return false;
    }
    int bytes = update.getValues().size();
    if (update.getUnusable() ? bytes == 0 : isLength(bytes, chunk == chunks - 1)) {
      return true;
    }
    String detail =
        String.format(
            "%d bytes of values in chunk %d of %d; allowed: %d, in the last chunk less but no fewer"
                + " than 4, and none of a rank whose parameters are not finite",
            bytes, chunk, chunks, FULL);
    out.reject(Rejection.BAD_CHUNK, detail);
    return false;
  }

  private static boolean isLength(int bytes, boolean last) {
    return bytes == FULL || (last && bytes > 0 && bytes < FULL && bytes % Float.BYTES == 0);
  }

  private static boolean isSamples(long samples, Output out) {
    if (samples >= 0 && samples <= MAX_SAMPLES) {
      return true;
    }
    String detail =
        Long.toUnsignedString(samples) + " samples of one rank; allowed: at most " + MAX_SAMPLES;
    out.reject(Rejection.BAD_SAMPLES, detail);
    return false;
  }
}
