package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The benchmark still runs; how fast is not asked here. */
class LossBufferBenchmarkTest {

  @Test
  void fillsRecords() {
    LossBufferBenchmark benchmark = new LossBufferBenchmark();
    benchmark.measure();

    assertThat(benchmark.gather()).as("losses").isEqualTo(128 * 1024);
    assertThat(benchmark.encode()).as("bytes").isBetween(128L * 5 * 1024, 128L * 6 * 1024);
  }
}
