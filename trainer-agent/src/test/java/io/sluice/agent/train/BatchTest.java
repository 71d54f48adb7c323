package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.data.SampleShape;
import io.sluice.protocol.UserError;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchTest {

  /** The first two products overflow an int, to below and above 0; the last only in bytes. */
  @ParameterizedTest
  @CsvSource({"1000000, 1024, 170", "1000000, 2000, 44", "179, 1000, 178"})
  void refusesABatchThatDoesNotFit(int batchSize, int side, int most) {
    SampleShape shape = new SampleShape(3, side, side);

    assertThatThrownBy(() -> new Batch(shape, batchSize))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "batch-size is %d: a batch of so many samples of 3 × %d × %d values does not fit in"
                + " 2 GiB; use at most %d.",
            batchSize, side, side, most);
  }
}
