package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.sluice.local.report.TestingPlans;
import io.sluice.protocol.wire.SampleSet;
import io.sluice.protocol.wire.SelectionChunk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice quarantine} on the topics of a run with 8 shards. */
@Timeout(120)
class QuarantineCommandTest extends TestingControl {

  @TempDir private Path folder;

  @Test
  void listsWhoIsHeldAndSinceWhen() throws Exception {
    selection(1, 2);
    selection(2, 0, 2);

    assertThat(quarantine()).as(err.text()).isZero();

    assertThat(out.lines())
        .containsExactly(
            "sample  since selection",
            "     3                2",
            "    19                1",
            "",
            "2 of 80 samples are in quarantine as of selection 2, 2.5 %.",
            "List written to " + file());
    assertThat(Files.readAllLines(file()))
        .containsExactly("sample_id,since_selection", "3,2", "19,1");
  }

  @Test
  void writesAllOfThemWhereMoreAreHeldThanItShows() throws Exception {
    int[] held = new int[25];
    for (int i = 0; i < held.length; i++) {
      held[i] = i;
    }
    selection(1, held);

    assertThat(quarantine()).as(err.text()).isZero();

    assertThat(out.lines()).hasSize(25).contains("and 5 more; --out writes them all");
    assertThat(Files.readAllLines(file()))
        .hasSize(26)
        .startsWith("sample_id,since_selection", "3,1", "11,1")
        .endsWith("195,1");
  }

  @Test
  void saysThatNobodyIsHeld() throws Exception {
    selection(1);

    assertThat(quarantine()).isZero();

    assertThat(out.lines())
        .containsExactly(
            "No sample is in quarantine as of selection 1.", "List written to " + file());
    assertThat(Files.readAllLines(file())).containsExactly("sample_id,since_selection");
  }

  @Test
  void saysThatThereIsNoSelectionYet() {
    assertThat(quarantine()).isZero();

    assertThat(out.lines())
        .containsExactly(
            "Run 'saysThatThereIsNoSelectionYet' has no selection yet that is complete.");
    assertThat(file()).doesNotExist();
  }

  @Test
  void saysThatThereIsNoSuchRun() {
    config = config.with(Map.of("run", "misspelt"), "test");

    assertThat(quarantine()).isEqualTo(1);

    assertThat(err.lines()).hasSize(1);
    assertThat(err.text()).startsWith("sluice: there is no run 'misspelt' at 127.0.0.1:");
  }

  private Path file() {
    return folder.resolve("q.csv");
  }

  private int quarantine() {
    return run("quarantine", "--out", file().toString());
  }

  /**
   * Of eight shards that know 10 samples each; shard 3 holds some.
   *
   * @param held local indices
   */
  private void selection(int epoch, int... held) throws Exception {
    BitSet bits = new BitSet();
    for (int index : held) {
      bits.set(index);
    }
    for (int shard = 0; shard < 8; shard++) {
      SelectionChunk.Builder chunk =
          TestingPlans.chunk(epoch, shard, 8, 5).toBuilder().setKnown(10);
      if (shard == 3 && held.length > 0) {
        chunk.setQuarantined(
            SampleSet.newBuilder()
                .setCount(held.length)
                .setBits(ByteString.copyFrom(bits.toByteArray())));
      }
      write(config.topics().selectedSamples(), shard % 2, chunk.build().toByteArray());
    }
  }
}
