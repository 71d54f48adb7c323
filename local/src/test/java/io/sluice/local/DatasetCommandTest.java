package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.client.IdRange;
import io.sluice.agent.data.SampleSources;
import io.sluice.agent.data.SampleSplit;
import io.sluice.local.control.DatasetGrowth;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.IndexRange;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.SamplesAdded;
import io.sluice.protocol.wire.SelectionChunk;
import io.sluice.protocol.wire.SelectionPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code sluice dataset} writes. */
@Timeout(120)
class DatasetCommandTest extends TestingControl {

  @Test
  void addsIdsThatFollowThoseBefore() throws Exception {
    assertThat(run("dataset", "add", "--count", "10")).as(err.text()).isZero();
    assertThat(out.text())
        .contains("Announced 10 samples, ids 0 to 9, from epoch 0 on.")
        .contains("Nothing was announced before");
    assertThat(run("dataset", "add", "--count", "1", "--from-epoch", "7")).isZero();
    assertThat(out.text()).contains("Announced 1 sample, id 10, from epoch 7 on.");

    assertThat(declared(0)).containsExactlyElementsOf(ids(0, 10));
    assertThat(declared(7)).containsExactly(10L);
  }

  @Test
  void goesOnFromTheNewestPlanAlsoWhenAnOlderOneStandsBehindIt() throws Exception {
    run("dataset", "add", "--count", "30");
    plan(SelectionPlan.newBuilder().setEpoch(5).setDatasetSize(100).setLogOffset(end()));
    plan(SelectionPlan.newBuilder().setEpoch(4).setDatasetSize(50).setLogOffset(0));

    assertThat(run("dataset", "add", "--count", "20")).as(err.text()).isZero();
    assertThat(out.text())
        .contains("Announced 20 samples, ids 100 to 119, from epoch 6 on.")
        .contains("If epoch 5 is just ending, some of them come one epoch later.");
    assertThat(run("dataset", "add", "--count", "5", "--from-epoch", "2")).isZero();

    assertThat(out.text()).contains("ids 120 to 124, from epoch 6 on");
    assertThat(declared(6)).containsExactlyElementsOf(ids(100, 125));
  }

  @Test
  void addsIdsThatAreNamed() throws Exception {
    assertThat(run("dataset", "add", "--ids", "3,8-10,100")).as(err.text()).isZero();
    assertThat(out.text()).contains("Announced 5 samples, id 3, ids 8 to 10, id 100");
    assertThat(declared(0)).containsExactly(3L, 8L, 9L, 10L, 100L);

    run("dataset", "add", "--count", "2");
    assertThat(out.text()).contains("ids 101 to 102");
  }

  /** Their floor would be none otherwise. */
  @Test
  void declaresLabelsWhereTheRunWantsThem() throws Exception {
    String[] floor = {"--class-floor", "0.1", "--dataset", "glyphs:30", "--seed", "7"};
    assertThat(add(floor, "--count", "40")).as(err.text()).isZero();
    assertThat(add(floor, "--ids", "50-52,61")).as(err.text()).isZero();
    assertThat(out.text())
        .contains("Announced 40 samples, ids 0 to 39, with labels, from epoch 0 on.")
        .contains("Announced 4 samples, ids 50 to 52, id 61, with labels, from epoch 0 on.");

    Map<Long, Integer> labels = new TreeMap<>();
    for (LossEvent event : events()) {
      SamplesAdded added = event.getSamplesAdded();
      Set<Long> ids = new TreeSet<>();
      collect(added.getShard(), added.getRangesList(), ids);
      assertThat(added.getLabelsCount()).isEqualTo(ids.size());
      Iterator<Integer> next = added.getLabelsList().iterator();
      ids.forEach(id -> labels.put(id, next.next()));
    }
    assertThat(labels).hasSize(44);
    SampleSplit glyphs = SampleSources.open("glyphs:30", 7).train();
    labels.forEach((id, label) -> assertThat(label).isEqualTo(glyphs.label(id)));
    assertThat(Set.copyOf(labels.values())).hasSizeGreaterThan(5);
  }

  @Test
  void announcesNothingWhoseLabelsItCannotRead(@TempDir Path folder) throws Exception {
    String missing = "idx:" + folder.resolve("none");
    assertThat(run("dataset", "add", "--count", "5", "--class-floor", "0.1", "--dataset", missing))
        .isEqualTo(1);
    assertThat(err.text()).contains("does not exist").contains("--class-floor 0 announces them");

    for (String image : List.of("train/cat/1", "train/dog/1", "train/dog/2", "test/dog/3")) {
      Path file = folder.resolve(image + ".png");
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
    String[] floor = {"--class-floor", "0.1", "--dataset", "images:" + folder};
    assertThat(add(floor, "--count", "4")).isEqualTo(1);
    assertThat(err.text()).contains("has no image 3").contains("only 3 images from 0 to 2");
    assertThat(add(floor, "--ids", "0,2-4")).isEqualTo(1);
    assertThat(err.text()).contains("has no image 4");
    assertThat(events()).isEmpty();

    assertThat(add(floor, "--count", "3")).as(err.text()).isZero();
  }

  /** As many as there are cores would never meet; these do. */
  @Test
  void allWhoAddAtTheSameTimeGetDifferentIds() throws Exception {
    int writers = 6;
    int rounds = 5;
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    List<Long> taken = new ArrayList<>();
    try {
      List<Future<List<IdRange>>> results = new ArrayList<>();
      for (int i = 0; i < writers * rounds; i++) {
        int count = 1 + i % 7;
        Callable<List<IdRange>> add = () -> DatasetGrowth.add(config, count, 0);
        results.add(threads.submit(add));
      }
      for (int i = 0; i < results.size(); i++) {
        List<Long> own = new ArrayList<>();
        for (IdRange range : results.get(i).get()) {
          own.addAll(ids(range.first(), range.last() + 1));
        }
        assertThat(own).hasSize(1 + i % 7);
        taken.addAll(own);
      }
    } finally {
      threads.shutdownNow();
    }

    int total = IntStream.range(0, writers * rounds).map(i -> 1 + i % 7).sum();
    assertThat(taken).containsExactlyInAnyOrderElementsOf(ids(0, total));
    assertThat(declared(0)).containsExactlyElementsOf(ids(0, total));
  }

  @Test
  void retiresIds() throws Exception {
    run("dataset", "add", "--count", "100");

    assertThat(run("dataset", "retire", "--ids", "5,20-29,5")).as(err.text()).isZero();
    assertThat(out.text()).contains("Retired 11 ids for good");
    Set<Long> retired = new TreeSet<>();
    for (LossEvent event : events()) {
      if (event.hasSamplesRetired()) {
        int shard = event.getSamplesRetired().getShard();
        collect(shard, event.getSamplesRetired().getRangesList(), retired);
      }
    }
    assertThat(retired).contains(5L).containsAll(ids(20, 30)).hasSize(11);
  }

  @Test
  void retiresNoIdThatIsStillToCome() throws Exception {
    run("dataset", "add", "--count", "100");

    assertThat(run("dataset", "retire", "--ids", "99-100")).isEqualTo(1);
    assertThat(err.text())
        .contains("has no sample 100: its ids are below 100; nothing was retired");
    assertThat(events()).noneMatch(LossEvent::hasSamplesRetired);
  }

  /** It would count other samples than the job. */
  @Test
  void refusesAnotherNumberOfShards() throws Exception {
    SelectionChunk chunk = SelectionChunk.newBuilder().setVersion(1).setShards(16).build();
    write(config.topics().selectedSamples(), 0, chunk.toByteArray());

    assertThat(run("dataset", "add", "--count", "1")).isEqualTo(1);
    assertThat(err.text()).contains("counts with 16 shards, this command with 8; set shards to 16");
    assertThat(events()).isEmpty();

    config = config.with(Map.of("partitions", "4"), "test");
    assertThat(run("dataset", "add", "--count", "1")).isEqualTo(1);
    assertThat(err.text()).contains("has 2 partitions, but this run counts with 4");
  }

  @Test
  void doesNotGuessAtWhatWasDeleted() throws Exception {
    run("dataset", "add", "--count", "10");
    TopicPartition log = new TopicPartition(config.topics().lossEvents(), 0);
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      admin.deleteRecords(Map.of(log, RecordsToDelete.beforeOffset(2))).all().get();
    }

    assertThat(run("dataset", "add", "--count", "1")).isEqualTo(1);
    assertThat(err.text()).contains("begins with offset 2").contains("was deleted");
  }

  private int add(String[] floor, String... what) {
    return run(
        Stream.of(new String[] {"dataset", "add"}, what, floor)
            .flatMap(Stream::of)
            .toArray(String[]::new));
  }

  /** All ids that are declared from an epoch on. */
  private Set<Long> declared(int fromEpoch) throws Exception {
    Set<Long> ids = new TreeSet<>();
    for (LossEvent event : events()) {
      if (event.hasSamplesAdded() && event.getSamplesAdded().getFromEpoch() == fromEpoch) {
        collect(event.getSamplesAdded().getShard(), event.getSamplesAdded().getRangesList(), ids);
      }
    }
    return ids;
  }

  private void collect(int shard, List<IndexRange> ranges, Set<Long> to) {
    Sharding sharding = config.sharding();
    for (IndexRange range : ranges) {
      for (long i = 0; i < range.getCount(); i++) {
        to.add(sharding.sampleId(shard, range.getFirst() + i));
      }
    }
  }
}
