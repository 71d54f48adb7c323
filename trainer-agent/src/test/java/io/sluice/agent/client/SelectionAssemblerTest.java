package io.sluice.agent.client;

import static io.sluice.agent.client.SelectionAssembler.Outcome.LATER;
import static io.sluice.agent.client.SelectionAssembler.Outcome.PAST;
import static io.sluice.agent.client.SelectionAssembler.Outcome.REPEATED;
import static io.sluice.agent.client.SelectionAssembler.Outcome.TAKEN;
import static io.sluice.agent.client.TestingRun.chunk;
import static io.sluice.agent.client.TestingRun.emptyChunk;
import static io.sluice.agent.client.TestingRun.record;
import static io.sluice.agent.client.TestingRun.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelectionAssemblerTest {

  private final ClientCounters counters = new ClientCounters();
  private final SelectionAssembler assembler = new SelectionAssembler(new Sharding(3, 2), counters);
  private long nextOffset;

  @BeforeEach
  void wantTheFirst() {
    assembler.want(0);
  }

  @Test
  void completeWhenAllPartsOfAllShardsAreHereInAnyOrder() {
    List<SelectionChunk> chunks = new ArrayList<>();
    for (int part = 0; part < 4; part++) {
      chunks.add(chunk(0, 0, 3, part).setParts(4).setPart(part).build());
    }
    chunks.add(chunk(0, 1, 3, 5).build());
    chunks.add(emptyChunk(0, 2, 3).build());

    for (int seed = 0; seed < 50; seed++) {
      Collections.shuffle(chunks, new Random(seed));
      SelectionAssembler fresh = new SelectionAssembler(new Sharding(3, 2), counters);
      fresh.want(0);
      for (SelectionChunk chunk : chunks) {
        assertThat(fresh.isComplete()).isFalse();
        assertThat(fresh.accept(next(chunk))).isEqualTo(TAKEN);
      }
      assertThat(fresh.isComplete()).isTrue();
      assertThat(fresh.take().parts())
          .extracting(part -> part.shard() + "." + part.part())
          .containsExactly("0.0", "0.1", "0.2", "0.3", "1.0", "2.0");
    }
  }

  @Test
  void allChunksSpeakOfTheSameRanks() {
    accept(chunk(0, 1, 3, 5).setWorldSize(2));
    assertThatThrownBy(() -> accept(chunk(0, 2, 3, 5).setWorldSize(3)))
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith("is for 3 ranks, an earlier one of the same selection for 2");
    assembler.want(1);
    for (int shard = 0; shard < 3; shard++) {
      accept(chunk(1, shard, 3, 5).setWorldSize(3));
    }
    assertThat(assembler.take().worldSize()).isEqualTo(3);
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(assembler.missing()).isEqualTo("0 of 3 shards are here; missing: 0, 1, 2");
    accept(chunk(0, 1, 3, 5));
    accept(chunk(0, 2, 3, 5).setParts(3).setPart(1));

    assertThat(assembler.missing())
        .isEqualTo("1 of 3 shards are here; missing: 0, 2 (1 of 3 parts)");
  }

  @Test
  void saysSoWithoutEndWhenMuchIsMissing() {
    SelectionAssembler large = new SelectionAssembler(new Sharding(128, 2), counters);
    large.want(0);

    assertThat(large.missing())
        .isEqualTo("0 of 128 shards are here; missing: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...");
  }

  @Test
  void anIdenticalRepeatIsDroppedAndCounted() {
    assertThat(accept(chunk(0, 1, 3, 5))).isEqualTo(TAKEN);
    assertThat(accept(chunk(0, 1, 3, 5))).isEqualTo(REPEATED);
    accept(chunk(0, 0, 3, 5));
    accept(chunk(0, 2, 3, 5));

    assertThat(assembler.take().parts()).hasSize(3);
    assertThat(counters.snapshot().repeatsDropped()).isOne();
  }

  @Test
  void aRepeatOfTheSelectionBeforeIsStillCompared() {
    accept(chunk(0, 1, 3, 5));
    assembler.want(1);

    assertThat(accept(chunk(0, 1, 3, 5))).isEqualTo(REPEATED);
    assertThatThrownBy(() -> accept(chunk(0, 1, 3, 6))).isInstanceOf(UserError.class);
  }

  @Test
  void aRecordReadTwiceIsNoRepeat() {
    ConsumerRecord<Void, byte[]> record = next(chunk(0, 1, 3, 5).build());

    assertThat(assembler.accept(record)).isEqualTo(TAKEN);
    assertThat(assembler.accept(record)).isEqualTo(PAST);
    assertThat(counters.snapshot().repeatsDropped()).isZero();
  }

  @Test
  void aRepeatThatDiffersStopsTheAgent() {
    assembler.accept(record(1, 7, chunk(0, 1, 3, 5).build()));

    assertThatThrownBy(() -> assembler.accept(record(1, 9, chunk(0, 1, 3, 6).build())))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "topic demo.selected-samples holds two different chunks of epoch 0, shard 1, part 0:"
                + " partition 1 offset 7 and partition 1 offset 9; see that only one job serves the"
                + " run and that its settings were not changed in between");
  }

  @Test
  void chunksOfOtherSelectionsAreNotKept() {
    assertThat(accept(chunk(1, 0, 3, 5))).isEqualTo(LATER);
    assembler.want(5);
    assertThat(accept(chunk(3, 0, 3, 5))).isEqualTo(PAST);
    assertThat(accept(chunk(4, 0, 3, 5))).isEqualTo(PAST);
    assertThat(accept(chunk(6, 0, 3, 5))).isEqualTo(LATER);

    assertThat(assembler.missing()).startsWith("0 of 3");
  }

  @Test
  void whatWasGatheredOfOneSelectionIsNotTakenForTheNext() {
    accept(chunk(0, 0, 3, 5));
    accept(chunk(0, 1, 3, 5).setParts(2));
    assembler.want(1);

    for (int shard = 0; shard < 3; shard++) {
      assertThat(assembler.isComplete()).isFalse();
      assertThat(accept(chunk(1, shard, 3, 5))).isEqualTo(TAKEN);
    }
    assertThat(assembler.isComplete()).isTrue();
  }

  @Test
  void anotherNumberOfShardsIsAnError() {
    assertThatThrownBy(() -> assembler.accept(record(1, 9, chunk(0, 1, 4, 5).build())))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "the selection chunk in topic demo.selected-samples, partition 1, offset 9 counts with"
                + " 4 shards, this agent with 3: job and agent are configured differently; give"
                + " both the same 'shards'");
  }

  @Test
  void anUnknownVersionIsAnErrorOnceItMatters() {
    assertThat(accept(chunk(1, 1, 3, 5).setVersion(2))).isEqualTo(LATER);
    assertThatThrownBy(
            () -> assembler.accept(record(1, 9, chunk(0, 1, 3, 5).setVersion(2).build())))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "the selection chunk in topic demo.selected-samples, partition 1, offset 9 has version"
                + " 2, this agent knows version 1; upgrade the older of job and agent");
  }

  @Test
  void partsThatCannotBeAreErrors() {
    accept(chunk(0, 1, 3, 5).setParts(2).setPart(1));

    assertRefused(chunk(0, 1, 3, 5).setParts(3), "says that shard 1 has 3 parts, an earlier");
    assertRefused(chunk(0, 0, 3, 5).setParts(2).setPart(2), "is part 2 of 2 of shard 0");
    assertRefused(chunk(0, 0, 3, 5).setParts(0), "is part 0 of 0 of shard 0");
    assertRefused(chunk(0, 3, 3, 5), "is part 0 of 1 of shard 3");
  }

  @Test
  void contentThatContradictsItselfIsAnError() {
    assertRefused(
        emptyChunk(0, 0, 3).addSamples(samples(1, 4, 5).toBuilder().setCount(3)),
        "contradicts itself: its bitmap holds 2 samples, its count says 3");
    assertRefused(
        emptyChunk(0, 0, 3).addSamples(samples(1).toBuilder().clearBitmap().setCount(1)),
        "contradicts itself: its bitmap cannot be read");
  }

  @Test
  void bytesThatAreNoChunkAreAnError() {
    assertThatThrownBy(() -> assembler.accept(bytes(new byte[] {8, 1, 99})))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(
            "the selection chunk in topic demo.selected-samples, partition 0, offset 3 is not one:");
    assertThatThrownBy(() -> assembler.accept(bytes(null)))
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith("offset 3 is empty");
  }

  private void assertRefused(SelectionChunk.Builder chunk, String problem) {
    assertThatThrownBy(() -> accept(chunk))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(problem);
  }

  private SelectionAssembler.Outcome accept(SelectionChunk.Builder chunk) {
    return assembler.accept(next(chunk.build()));
  }

  private ConsumerRecord<Void, byte[]> next(SelectionChunk chunk) {
    return record(0, nextOffset++, chunk);
  }

  private static ConsumerRecord<Void, byte[]> bytes(byte[] value) {
    return new ConsumerRecord<>("demo.selected-samples", 0, 3, null, value);
  }
}
