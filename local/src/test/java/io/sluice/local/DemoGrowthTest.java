package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoGrowthTest {

  private final RunConfig config =
      RunConfig.defaults().with(Map.of("epochs", "5", "dataset", "glyphs:100"), "test");

  @Test
  void isACountAndAnEpoch() {
    DemoGrowth growth = DemoGrowth.parse("5000@4", config);

    assertThat(growth).isEqualTo(new DemoGrowth(5000, 4));
    assertThat(growth.describe()).isEqualTo("5,000 more samples from epoch 4 on");
    RunConfig endless = config.with(Map.of("epochs", "unbounded"), "test");
    assertThat(DemoGrowth.parse("1@1000", endless).epoch()).isEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "@3", "5@", "0@3", "5@0", "5@5", "-1@2", "5@x", "5@3@4"})
  void isNothingElse(String text) {
    assertThatThrownBy(() -> DemoGrowth.parse(text, config))
        .isInstanceOf(UsageError.class)
        .hasMessage(
            "grow is '%s' (flag); allowed: COUNT@EPOCH, such as 5000@3, with a count from 1 and an"
                + " epoch from 1 that is below epochs",
            text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fashion-mnist", "images:glyphs", "glyphsome"})
  void needsADatasetThatNeverEnds(String dataset) {
    RunConfig other = config.with(Map.of("dataset", dataset), "test");

    assertThatThrownBy(() -> DemoGrowth.parse("1@1", other))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("grow is for the dataset glyphs");
    assertThat(DemoGrowth.parse("1@1", config.with(Map.of("dataset", "glyphs"), "test")).count())
        .isEqualTo(1);
  }
}
