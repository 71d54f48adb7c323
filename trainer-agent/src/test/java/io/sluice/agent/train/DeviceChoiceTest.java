package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.sluice.protocol.UserError;
import org.junit.jupiter.api.Test;

class DeviceChoiceTest {

  @Test
  void autoTakesAGpuIfThereIsOne() {
    assertThat(DeviceChoice.AUTO.resolve(0, 0)).isEqualTo(Device.cpu());
    assertThat(DeviceChoice.AUTO.resolve(0, 1)).isEqualTo(Device.gpu(0));
    assertThat(DeviceChoice.CPU.resolve(0, 1)).isEqualTo(Device.cpu());
  }

  @Test
  void ranksOfAHostSpreadOverItsGpus() {
    assertThat(DeviceChoice.GPU.resolve(3, 4)).isEqualTo(Device.gpu(3));
    assertThat(DeviceChoice.AUTO.resolve(6, 4)).isEqualTo(Device.gpu(2));
  }

  @Test
  void gpuWithoutOneIsTheUsersMistake() {
    assertThatThrownBy(() -> DeviceChoice.GPU.resolve(0, 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("PyTorch sees no GPU here: set it to auto or cpu");
  }
}
