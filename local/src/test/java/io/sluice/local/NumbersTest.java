package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {

  @ParameterizedTest
  @CsvSource({"0,0", "999,999", "1234,'1,234'", "-1234567,'-1,234,567'"})
  void counts(long value, String text) {
    assertThat(Numbers.count(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "987,987",
    "999.4,999",
    "999.6,1.00k",
    "1234,1.23k",
    "12345,12.3k",
    "99960,100k",
    "123456,123k",
    "999900,1.00M",
    "4.56e9,4.56G",
    "-1500,-1.50k"
  })
  void roughly(double value, String text) {
    assertThat(Numbers.rough(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0,0.0 %", "0.4321,43.2 %", "1,100.0 %"})
  void percents(double fraction, String text) {
    assertThat(Numbers.percent(fraction)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "87,87 ms",
    "999,999 ms",
    "1000,1.0 s",
    "12345,12.3 s",
    "59949,59.9 s",
    "59950,1 min 00 s",
    "245000,4 min 05 s"
  })
  void times(long millis, String text) {
    assertThat(Numbers.time(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "2.302585,2.303",
    "0.0123456,0.01235",
    "-12.5,-12.50",
    "65504,65504",
    "1e-5,1.000e-05",
    "123456,1.235e+05"
  })
  void decimals(double value, String text) {
    assertThat(Numbers.decimal(value)).isEqualTo(text);
  }
}
