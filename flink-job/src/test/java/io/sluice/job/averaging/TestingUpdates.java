package io.sluice.job.averaging;

import io.sluice.job.averaging.LaneEvent.MembersDeclared;
import io.sluice.job.averaging.LaneEvent.Update;
import io.sluice.job.ingest.Position;
import io.sluice.protocol.wire.ModelAverage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What agents of one lane write, in order; each rank's incarnation is 10 at first. */
final class TestingUpdates {

  static final Model MODEL = new Model(77, 4);

  private final int lane;
  private final int worldSize;
  private long offset;

  TestingUpdates(int lane, int worldSize) {
    this.lane = lane;
    this.worldSize = worldSize;
  }

  /** A sync amid an epoch. */
  static Sync amid(int epoch, int step) {
    return new Sync(epoch, step, false);
  }

  /** A sync at an epoch's end. */
  static Sync end(int epoch) {
    return new Sync(epoch, 1, true);
  }

  /** Of the lane's first chunk. */
  Update update(int rank, Sync sync, long samples, float... values) {
    return update(rank, 10, sync, lane, samples, values);
  }

  Update update(int rank, long incarnation, Sync sync, int chunk, long samples, float... values) {
    return new Update(
        next(), sync, rank, incarnation, worldSize, chunk, MODEL, samples, false, bytes(values));
  }

  /** Parameters that are not finite. */
  Update unusable(int rank, Sync sync) {
    return new Update(next(), sync, rank, 10, worldSize, lane, MODEL, 5, true, new byte[0]);
  }

  MembersDeclared members(long generation, int fromEpoch, int newWorldSize) {
    return new MembersDeclared(next(), generation, fromEpoch, newWorldSize);
  }

  static byte[] bytes(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  static float[] floats(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  static float[] values(ModelAverage average) {
    return floats(average.getValues().toByteArray());
  }

  private Position next() {
    long at = offset++;
    return new Position(lane, at, 1000 + at);
  }
}
