package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TopicsTest {

  @Test
  void topicsAreNamedAfterTheRun() {
    Topics topics = new Topics("demo");

    assertThat(topics.lossEvents()).isEqualTo("demo.loss-events");
    assertThat(topics.selectedSamples()).isEqualTo("demo.selected-samples");
    assertThat(topics.selectionPlans()).isEqualTo("demo.selection-plans");
    assertThat(topics.deadLetters()).isEqualTo("demo.dead-letters");
    assertThat(topics.modelUpdates()).isEqualTo("demo.model-updates");
    assertThat(topics.modelAverages()).isEqualTo("demo.model-averages");
  }
}
