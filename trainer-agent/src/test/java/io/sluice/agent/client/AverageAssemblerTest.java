package io.sluice.agent.client;

import static io.sluice.agent.client.TestingAverages.MODEL;
import static io.sluice.agent.client.TestingAverages.chunk;
import static io.sluice.agent.client.TestingAverages.end;
import static io.sluice.agent.client.TestingAverages.record;
import static io.sluice.agent.client.TestingAverages.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.sluice.agent.client.AverageAssembler.Outcome;
import io.sluice.protocol.UserError;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.ModelAverage;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class AverageAssemblerTest {

  private final ModelCounters counters = new ModelCounters();
  private final AverageAssembler assembler = new AverageAssembler(MODEL, 2, counters);

  @Test
  void putsEachChunkInItsPlace() {
    assembler.want(end(3));
    assertThat(assembler.missing()).isEqualTo("none of its 3 chunks is here");
    assembler.accept(record(0, chunk(end(3), 2, 7)));
    assertThat(assembler.missing()).isEqualTo("1 of 3 chunks are here; missing: 0, 1");
    assembler.accept(record(1, chunk(end(3), 0, 5)));
    assertThat(assembler.isComplete()).isFalse();
    assembler.accept(record(0, chunk(end(3), 1, 6)));

    assertThat(assembler.isComplete()).isTrue();
    AveragedModel average = assembler.take();
    assertThat(average.sync()).isEqualTo(end(3));
    assertThat(average.ranks()).isEqualTo(2);
    assertThat(average.leftOut()).isEmpty();
    assertThat(average.values()).hasSize(2 * Wire.CHUNK_VALUES + 5);
    assertThat(average.values()[0]).isEqualTo(5);
    assertThat(average.values()[Wire.CHUNK_VALUES - 1]).isEqualTo(5);
    assertThat(average.values()[Wire.CHUNK_VALUES]).isEqualTo(6);
    assertThat(average.values()[2 * Wire.CHUNK_VALUES + 4]).isEqualTo(7);
  }

  @Test
  void aRepeatIsDroppedAndCountedAlsoAfterItsAverageWasTaken() {
    assembler.want(end(3));
    whole(end(3), 0, 1).forEach(assembler::accept);
    assertThat(assembler.accept(record(9, chunk(end(3), 0, 1)))).isEqualTo(Outcome.REPEATED);
    assertThat(assembler.accept(record(9, chunk(end(3), 0, 1)))).isEqualTo(Outcome.REPEATED);
    assembler.take();
    assembler.want(end(4));

    assertThat(assembler.accept(record(11, chunk(end(3), 2, 1)))).isEqualTo(Outcome.REPEATED);
    assertThat(assembler.accept(record(0, chunk(end(3), 0, 1))))
        .as("read again from the same place")
        .isEqualTo(Outcome.PAST);
    assertThat(assembler.isComplete()).isFalse();
    assertThat(counters.snapshot().repeatsDropped()).isEqualTo(3);
  }

  @Test
  void twoDifferentAveragesOfOneChunkAreAnError() {
    assembler.want(end(3));
    whole(end(3), 0, 1).forEach(assembler::accept);
    String two =
        "topic demo.model-averages holds two different averages of chunk 2 at the end of epoch 3:"
            + " partition 0 offset 1 and offset 4; see that only one job serves the run";
    assertThatThrownBy(() -> assembler.accept(record(4, chunk(end(3), 2, 2))))
        .isInstanceOf(UserError.class)
        .hasMessage(two);
    assembler.take();
    assembler.want(end(4));
    assertThatThrownBy(() -> assembler.accept(record(4, chunk(end(3), 2, 2)))).hasMessage(two);
  }

  @Test
  void whatIsOfOtherAveragesIsNotKept() {
    SyncPoint amid = new SyncPoint(3, 2, false);
    assembler.want(amid);
    assertThat(assembler.accept(record(0, chunk(new SyncPoint(3, 1, false), 0, 1))))
        .isEqualTo(Outcome.PAST);
    assertThat(assembler.accept(record(1, chunk(end(2), 0, 1)))).isEqualTo(Outcome.PAST);
    assertThat(assembler.accept(record(2, chunk(new SyncPoint(3, 3, true), 0, 1))))
        .isEqualTo(Outcome.LATER);
    assertThat(assembler.accept(record(3, chunk(end(4), 0, 1)))).isEqualTo(Outcome.LATER);
    assertThat(assembler.accept(record(4, chunk(amid, 0, 1)))).isEqualTo(Outcome.TAKEN);
  }

  @Test
  void anEndIsFoundWhateverItsStep() {
    assembler.want(SyncPoint.endOf(3));
    assertThat(assembler.accept(record(0, chunk(new SyncPoint(3, 8, false), 0, 1))))
        .isEqualTo(Outcome.PAST);
    whole(new SyncPoint(3, 9, true), 1, 1).forEach(assembler::accept);
    assertThat(assembler.take().sync()).isEqualTo(new SyncPoint(3, 9, true));
  }

  /** A partition holds more than its newest two until Kafka compacts it. */
  @Test
  void theNewestIsFoundPartitionByPartition() {
    List<ConsumerRecord<Void, byte[]>> all = new ArrayList<>();
    for (int epoch = 1; epoch <= 9; epoch++) {
      all.addAll(whole(end(epoch), epoch, epoch));
    }
    all.stream().filter(record -> record.partition() == 1).forEach(assembler::accept);
    all.stream().filter(record -> record.partition() == 0).forEach(assembler::accept);

    AveragedModel newest = assembler.newest((partition, offset) -> {}).orElseThrow();
    assertThat(newest.sync()).isEqualTo(end(9));
    assertThat(newest.values()).containsOnly(9);
  }

  @Test
  void theNewestIsTheOneBeforeWhereItIsNotComplete() {
    List<String> later = new ArrayList<>();
    whole(end(4), 0, 4).forEach(assembler::accept);
    assembler.accept(record(2, chunk(end(5), 0, 5)));
    assembler.accept(record(3, chunk(end(5), 2, 5)));

    AveragedModel newest =
        assembler
            .newest((partition, offset) -> later.add(partition.partition() + ":" + offset))
            .orElseThrow();
    assertThat(newest.sync()).isEqualTo(end(4));
    assertThat(newest.values()).containsOnly(4);
    assertThat(later).containsExactlyInAnyOrder("0:2", "0:0", "1:0");
  }

  @Test
  void thereIsNoNewestBeforeTheFirstIsComplete() {
    assembler.accept(record(2, chunk(end(0), 0, 5)));
    assertThat(assembler.newest((partition, offset) -> {})).isEmpty();
  }

  /** They were made while a rank was removed, or started again without finite parameters. */
  @Test
  void chunksOfDifferentRanksMakeAnAverageOfThoseThatAreInAll() {
    assembler.want(end(3));
    assembler.accept(record(0, chunk(end(3), 0, 1).setRanks(3)));
    assembler.accept(record(0, chunk(end(3), 1, 1).setRanks(2).addLeftOut(4)));
    assembler.accept(record(1, chunk(end(3), 2, 1).setRanks(2).addLeftOut(2)));

    AveragedModel average = assembler.take();
    assertThat(average.ranks()).isEqualTo(2);
    assertThat(average.leftOut()).containsExactly(2, 4);
  }

  @Test
  void anAverageOfNobodyHasNoValues() {
    assembler.want(end(3));
    for (int chunk = 0; chunk < 3; chunk++) {
      assembler.accept(record(chunk, none(end(3), chunk).addLeftOut(0).addLeftOut(1)));
    }
    AveragedModel average = assembler.take();
    assertThat(average.ranks()).isZero();
    assertThat(average.leftOut()).containsExactly(0, 1);
  }

  @Test
  void whatIsNotOfThisModelIsRefused() {
    assembler.want(end(3));
    assertRefused(
        chunk(end(3), 0, 1).setModel(1),
        "is of another model or of other settings (0000000000000001 in 3 chunks, here"
            + " 000000000000feed in 3); start all agents with the model, dataset, batch-size and"
            + " sync-every that the run began with, or choose another run name");
    assertRefused(chunk(end(3), 0, 1).setChunks(4), "is of another model or of other settings");
    assertRefused(chunk(end(3), 0, 1).setVersion(2), "has version 2, this agent knows version 1");
    assertRefused(chunk(end(3), 0, 1).setChunk(4), "is chunk 4 of 3 of step 1, which cannot be");
    assertRefused(chunk(end(3), 0, 1).setStep(0), "is chunk 0 of 3 of step 0, which cannot be");
    assertRefused(
        chunk(end(3), 2, 1).setValues(TestingAverages.bytes(1, 2)),
        "has 8 bytes of values, and not 20");
    assertRefused(chunk(end(3), 2, 1).setRanks(0), "has 20 bytes of values, and not 0");
    ConsumerRecord<Void, byte[]> elsewhere =
        new ConsumerRecord<>(
            "demo.model-averages", 1, 7, null, chunk(end(3), 0, 1).build().toByteArray());
    assertThatThrownBy(() -> assembler.accept(elsewhere)).hasMessageContaining("cannot be there");
    assertThatThrownBy(
            () ->
                assembler.accept(
                    new ConsumerRecord<>("demo.model-averages", 1, 7, null, new byte[] {8})))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("partition 1, offset 7 is not one: ");
    assertThatThrownBy(
            () -> assembler.accept(new ConsumerRecord<>("demo.model-averages", 1, 7, null, null)))
        .isInstanceOf(UserError.class)
        .hasMessageEndingWith("partition 1, offset 7 is empty");
  }

  private void assertRefused(ModelAverage.Builder chunk, String problem) {
    assertThatThrownBy(() -> assembler.accept(record(7, chunk)))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("the chunk of an average in topic demo.model-averages, partition")
        .hasMessageContaining(problem);
  }

  private static ModelAverage.Builder none(SyncPoint sync, int chunk) {
    return chunk(sync, chunk, 0).setRanks(0).setValues(ByteString.EMPTY);
  }
}
