package io.sluice.agent.train;

import ai.djl.Device;
import io.sluice.protocol.UserError;

/** Which device to train on. */
public enum DeviceChoice {
  /** A GPU if there is one, else the CPU. */
  AUTO,
  CPU,
  GPU;

  /** Spreads the ranks of one host over its GPUs. */
  Device resolve(int rank, int gpus) {
    if (this == GPU && gpus == 0) {
      throw new UserError(
          "The device is set to gpu, but PyTorch sees no GPU here: set it to auto or cpu, or point"
              + " PYTORCH_LIBRARY_PATH at a libtorch with CUDA.");
    }
    return this == CPU || gpus == 0 ? Device.cpu() : Device.gpu(rank % gpus);
  }
}
