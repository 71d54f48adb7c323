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
  void startsOverWhenTheRanksChange() {
    see(agents.join(0, 0));
    see(agents.join(1, 0));
    see(agents.end(0, -1));
    see(agents.members(1, 0, 0, 5));
    see(agents.end(0, 0));
    assertThat(emitted).isEmpty();
    see(agents.end(0, 1));
    assertThat(emitted).as("rank 5 has not ended").isEmpty();
    see(agents.members(2, 1, 0));
    see(agents.end(0, 2));
    assertThat(emitted).containsExactly(2L);
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
