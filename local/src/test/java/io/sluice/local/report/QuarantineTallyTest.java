package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.sluice.local.report.QuarantineTally.Held;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SampleSet;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two shards of one part each. */
class QuarantineTallyTest {

  private final QuarantineTally tally = new QuarantineTally(new Sharding(2, 1));

  private static SelectionChunk chunk(int epoch, int shard, int... held) {
    SelectionChunk.Builder chunk =
        SelectionChunk.newBuilder()
            .setEpoch(epoch)
            .setShard(shard)
            .setShards(2)
            .setParts(1)
            .setBaseLocalIndex(4096)
            .setKnown(50);
    if (held.length > 0) {
      BitSet bits = new BitSet();
      IntStream.of(held).forEach(bits::set);
      chunk.setQuarantined(
          SampleSet.newBuilder()
              .setCount(held.length)
              .setBits(ByteString.copyFrom(bits.toByteArray())));
    }
    return chunk.build();
  }

  @Test
  void tellsWhoIsHeldAndSinceWhen() {
    tally.add(chunk(3, 0, 7));
    tally.add(chunk(3, 1));
    tally.add(chunk(4, 0, 7, 9));
    tally.add(chunk(4, 1, 0));
    tally.add(chunk(5, 0, 9));
    tally.add(chunk(5, 1, 0, 3));
    tally.add(chunk(6, 0, 1)); // of which the other shard is missing

    QuarantineTally.State state = tally.newest().orElseThrow();

    assertThat(state.selection()).isEqualTo(5);
    assertThat(state.known()).isEqualTo(100);
    assertThat(state.samples())
        .containsExactly(
            new Held(4096 * 2 + 1, 4),
            new Held((4096 + 3) * 2 + 1, 5),
            new Held((4096 + 9) * 2, 4));
  }

  @Test
  void aChunkThatComesTwiceCountsOnce() {
    tally.add(chunk(1, 0, 7));
    tally.add(chunk(1, 0, 7));
    assertThat(tally.newest()).isEmpty();
    tally.add(chunk(1, 1));
    assertThat(tally.newest()).get().extracting(QuarantineTally.State::known).isEqualTo(100L);
  }

  @Test
  void aSetWhoseCountDiffersIsNoSet() {
    SelectionChunk wrong =
        chunk(1, 0, 7).toBuilder().setQuarantined(SampleSet.newBuilder().setCount(2)).build();
    assertThatIllegalArgumentException().isThrownBy(() -> tally.add(wrong));
  }
}
