package io.sluice.agent.client;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelTopicsTest {

  private static final String UPDATES = "demo.model-updates";
  private static final String AVERAGES = "demo.model-averages";

  /** Five chunks, three of them in partition 0. */
  private static final SharedModel MODEL = new SharedModel(1, 5L * Wire.CHUNK_VALUES);

  private static final int RECORD = 4 * Wire.CHUNK_VALUES + 4096;

  @Test
  void whatKafkaSetsByItselfIsEnough() {
    check(Map.of("max.message.bytes", "1048588", "retention.bytes", "-1"), Map.of());
    check(Map.of(), Map.of());
  }

  @Test
  void aTopicThatTakesNoChunkIsRefused() {
    Map<String, String> enough = Map.of("max.message.bytes", "" + RECORD);
    check(enough, enough);
    Map<String, String> tooLittle = Map.of("max.message.bytes", "" + (RECORD - 1));
    assertThatThrownBy(() -> check(tooLittle, enough))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "max.message.bytes of topic demo.model-updates is 528383, but to average a model of"
                + " 655360 parameters takes 528384; raise it, or set average: off");
    assertThatThrownBy(() -> check(enough, tooLittle))
        .hasMessageStartingWith("max.message.bytes of topic demo.model-averages is 528383");
  }

  @Test
  void aTopicThatForgetsChunksBeforeAllRanksHaveSentTheirsIsRefused() {
    check(Map.of("retention.bytes", "" + 3 * 3 * RECORD), Map.of("retention.bytes", "1"));
    Map<String, String> tooLittle = Map.of("retention.bytes", "" + (3 * 3 * RECORD - 1));
    assertThatThrownBy(() -> check(tooLittle, Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("retention.bytes of topic demo.model-updates is 4755455, but");
  }

  @Test
  void aProducerThatSendsNoChunkIsRefused() {
    new ModelTopics(config("kafka.max.request.size", "" + RECORD), MODEL).check(topic -> Map.of());
    for (String key : new String[] {"kafka.max.request.size", "kafka.buffer.memory"}) {
      ModelTopics topics = new ModelTopics(config(key, "" + (RECORD - 1)), MODEL);
      assertThatThrownBy(() -> topics.check(topic -> Map.of()))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(key + " is 528383, but to average");
    }
  }

  @Test
  void whatStandsInAFileOfItsOwnIsForKafkaToRead() {
    new ModelTopics(config("kafka.max.request.size", "${file:/values:size}"), MODEL)
        .check(topic -> Map.of());
  }

  @Test
  void aSmallModelNeedsLess() {
    ModelTopics topics = new ModelTopics(config(), new SharedModel(1, 1000));
    Map<String, String> little = Map.of("max.message.bytes", "8096", "retention.bytes", "24288");
    assertThatCode(() -> topics.check(topic -> little)).doesNotThrowAnyException();
  }

  @Test
  void aModelThatNoAgentCanHoldIsRefused() {
    new SharedModel(1, Integer.MAX_VALUE - 8L).checkSize();
    assertThatThrownBy(new SharedModel(1, Integer.MAX_VALUE - 7L)::checkSize)
        .isInstanceOf(UserError.class)
        .hasMessage(
            "the model has 2147483640 parameters, agents can average at most 2147483639; train a"
                + " smaller one, or set average: off");
  }

  private static void check(Map<String, String> ofUpdates, Map<String, String> ofAverages) {
    new ModelTopics(config(), MODEL)
        .check(topic -> Map.of(UPDATES, ofUpdates, AVERAGES, ofAverages).get(topic));
  }

  private static RunConfig config(String... more) {
    String[] settings = new String[more.length + 2];
    System.arraycopy(more, 0, settings, 0, more.length);
    settings[more.length] = "world-size";
    settings[more.length + 1] = "3";
    return TestingRun.config(4, 2, settings);
  }
}
