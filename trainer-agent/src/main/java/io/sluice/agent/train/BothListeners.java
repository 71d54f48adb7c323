package io.sluice.agent.train;

import java.time.Duration;
import java.util.List;

/** Two listeners as one. */
record BothListeners(TrainingListener first, TrainingListener second) implements TrainingListener {

  @Override
  public void epochStarted(EpochSamples samples) {
    first.epochStarted(samples);
    second.epochStarted(samples);
  }

  @Override
  public void epochResumed(int epoch, long samplesDone) {
    first.epochResumed(epoch, samplesDone);
    second.epochResumed(epoch, samplesDone);
  }

  @Override
  public void batchDone(
      int epoch, long samplesDone, long samplesTotal, double meanLoss, double samplesPerSecond) {
    first.batchDone(epoch, samplesDone, samplesTotal, meanLoss, samplesPerSecond);
    second.batchDone(epoch, samplesDone, samplesTotal, meanLoss, samplesPerSecond);
  }

  @Override
  public void epochInterrupted(int epoch, long samplesDone, long samplesTotal, boolean saved) {
    first.epochInterrupted(epoch, samplesDone, samplesTotal, saved);
    second.epochInterrupted(epoch, samplesDone, samplesTotal, saved);
  }

  @Override
  public void checkpointSaved(long bytes, Duration time) {
    first.checkpointSaved(bytes, time);
    second.checkpointSaved(bytes, time);
  }

  @Override
  public void modelTaken(Sync sync) {
    first.modelTaken(sync);
    second.modelTaken(sync);
  }

  @Override
  public void averaged(Sync sync, List<Integer> leftOut, Duration time) {
    first.averaged(sync, leftOut, time);
    second.averaged(sync, leftOut, time);
  }

  @Override
  public void epochDone(EpochResult result) {
    first.epochDone(result);
    second.epochDone(result);
  }
}
