package io.sluice.job.selection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {
  @ParameterizedTest(name = "round-half-even({0} x {1}) is {2}")
  @CsvSource({
    // groups, scale, size
    "10, 0.5, 5",
    "5, 0.5, 2", // 2.5, to even
    "7, 0.5, 4", // 3.5, to even
    "3, 0.5, 2", // 1.5, to even
    "10, 0.25, 2", // 2.5, to even
    "10, 0.35, 4", // 3.5, to even
    "1, 0.5, 1", // 0.5 to 0, but at least one
    "10, 0.01, 1",
    "10, 0.26, 3",
    "10, 1, 10",
    "4, 0.99, 4"
  })
  void hasTheScaledSize(int groups, double scale, int size) {
    assertThat(Window.sliding(1, groups, scale).size()).isEqualTo(size);
  }

  @ParameterizedTest(name = "selection {0} of {1} groups at scale {2} starts at {3}")
  @CsvSource({
    // n, groups, scale, start: n mod (groups - size + 1)
    "1, 10, 0.5, 1",
    "5, 10, 0.5, 5",
    "6, 10, 0.5, 0",
    "7, 10, 0.5, 1",
    "16, 10, 0.5, 4",
    "2147483647, 10, 0.5, 1",
    "3, 5, 0.5, 3",
    "4, 5, 0.5, 0",
    "1, 3, 0.5, 1",
    "2, 3, 0.5, 0",
    "1, 10, 1, 0",
    "9, 10, 1, 0",
    "9, 10, 0.1, 9",
    "10, 10, 0.1, 0",
    "3, 1, 0.5, 0"
  })
  void climbsAndBeginsAgain(int n, int groups, double scale, int start) {
    assertThat(Window.sliding(n, groups, scale).start()).isEqualTo(start);
  }
}
