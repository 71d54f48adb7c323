package io.sluice.agent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleSourcesTest {

  @Test
  void glyphsWithAndWithoutCount() {
    assertThat(SampleSources.open("glyphs", 1).train().count()).isEqualTo(20_000);
    assertThat(SampleSources.open("glyphs:300", 1).train().count()).isEqualTo(300);
  }

  @Test
  void glyphsDependOnTheSeed() {
    float[] one = new float[784];
    float[] two = new float[784];
    SampleSources.open("glyphs", 1).train().read(0, one, 0);
    SampleSources.open("glyphs", 2).train().read(0, two, 0);
    assertThat(one).isNotEqualTo(two);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "mnist", "idx", "idx:", "images:", "cifar10:x", "fashion-mnist:1"})
  void unknownSpecListsWhatIsAllowed(String spec) {
    assertThatThrownBy(() -> SampleSources.open(spec, 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("There is no dataset '" + spec + "'")
        .hasMessageContaining("glyphs[:COUNT], idx:DIR, fashion-mnist, cifar10 or images:DIR")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"glyphs:", "glyphs:0", "glyphs:-5", "glyphs:1e3", "images:/x?size=0"})
  void badNumber(String spec) {
    assertThatThrownBy(() -> SampleSources.open(spec, 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("The dataset '" + spec + "' has")
        .hasMessageContaining("use 1 to");
  }
}
