package io.sluice.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.junit.jupiter.api.Test;

class EpochWatermarksTest {

  private final TestingEvents agents = new TestingEvents(0, 2);
  private final EpochWatermarks watermarks = new EpochWatermarks();
  private final List<Long> emitted = new ArrayList<>();

  @Test
  void followsTheEpochThatEveryRankHasEnded() {
    see(agents.join(0, 0));
    see(agents.join(1, 0));
    see(agents.end(0, -1));
    assertThat(emitted).isEmpty();
    see(agents.end(1, -1));
    assertThat(emitted).containsExactly(-1L);
    see(agents.losses(0, 0, 0, 1f));
    see(agents.end(0, 0));
    assertThat(emitted).last().isEqualTo(-1L);
    see(agents.end(1, 0));
    assertThat(emitted).last().isEqualTo(0L);
  }

  @Test
  void goesOnAfterARestartAmidARun() {
    agents.join(0, 0); // read before the restart
    agents.join(1, 0);
    see(agents.end(0, 7));
    assertThat(emitted).isEmpty();
    see(agents.end(1, 7));
    assertThat(emitted).containsExactly(7L);
  }

  @Test
  void isSilentWhileNothingEnds() {
    see(agents.join(0, 0));
    see(agents.losses(0, 0, 0, 1f));
    assertThat(emitted).isEmpty();
  }

  @Test
  void countsWithTheRanksThatTheNewestEndSpeaksOf() {
    see(agents.join(0, 0));
    see(agents.join(1, 0));
    see(agents.end(1, 3));
    see(agents.end(0, 4));
    assertThat(emitted).containsExactly(3L);

    TestingEvents alone = new TestingEvents(0, 1);
    alone.join(0, 0);
    see(alone.end(0, 5));
    assertThat(emitted).last().isEqualTo(5L);
  }

  private void see(ShardEvent event) {
    WatermarkOutput output =
        new WatermarkOutput() {
          @Override
          public void emitWatermark(Watermark watermark) {
            emitted.add(watermark.getTimestamp());
          }

          @Override
          public void markIdle() {}

          @Override
          public void markActive() {}
        };
    watermarks.onEvent(event, 0, output);
    watermarks.onPeriodicEmit(output);
  }
}
