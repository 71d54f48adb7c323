package io.sluice.agent.train;

import java.util.Arrays;

/**
 * How far training has come: the epoch that is next or under way, and the loss of each of its
 * samples that are trained, in training order. Whoever goes on from here reports them again, so
 * that the epoch's count of losses is whole. 4 bytes a sample.
 */
final class Progress {

  private final int epoch;
  private final float[] losses;
  private int trained;
  private double lossSum;

  private Progress(int epoch, float[] losses) {
    this.epoch = epoch;
    this.losses = losses;
  }

  /** Nothing of the epoch is trained, nor is it known what there is to train. */
  static Progress before(int epoch) {
    return new Progress(epoch, new float[0]);
  }

  /** Nothing is trained of an epoch of so many samples. */
  static Progress in(int epoch, int samples) {
    return new Progress(epoch, new float[samples]);
  }

  int epoch() {
    return epoch;
  }

  /** Number of samples of the epoch on this rank; 0 if that is not known. */
  int samples() {
    return losses.length;
  }

  int trained() {
    return trained;
  }

  /** Mean loss of the samples that are trained; NaN if none is. */
  double meanLoss() {
    return lossSum / trained;
  }

  /** Adds the losses of the next {@code count} samples. */
  void add(float[] batch, int count) {
    System.arraycopy(batch, 0, losses, trained, count);
    trained += count;
    for (int i = 0; i < count; i++) {
      lossSum += batch[i];
    }
  }

  /** Losses of the samples from one place up to another, in training order. */
  float[] losses(int from, int to) {
    return Arrays.copyOfRange(losses, from, to);
  }
}
