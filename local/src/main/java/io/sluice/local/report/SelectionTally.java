package io.sluice.local.report;

import io.sluice.agent.client.SelectedPart;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.TreeMap;

/** Counts how often each sample was selected, chunk by chunk; 4 bytes a sample. */
final class SelectionTally {

  private static final int PAGE = 4_096;

  private record PageKey(int shard, long number) {}

  /** What has come of one selection. */
  private static final class Progress {
    private final SelectionParts parts = new SelectionParts();
    private long selected;
  }

  private final Sharding sharding;
  private final Map<Integer, Progress> selections = new HashMap<>();
  private final Map<PageKey, int[]> pages = new HashMap<>();

  SelectionTally(Sharding sharding) {
    this.sharding = sharding;
  }

  /**
   * Counts the chunk, unless the same part of the same selection was counted before.
   *
   * @throws IllegalArgumentException when the chunk contradicts itself
   */
  void add(SelectionChunk chunk) {
    Progress progress = selections.computeIfAbsent(chunk.getEpoch(), epoch -> new Progress());
    if (!progress.parts.add(chunk)) {
      return;
    }
    SelectedPart part = new SelectedPart(chunk);
    progress.selected += part.selected();
    part.forEach((shard, localIndex, weight) -> page(shard, localIndex)[offset(localIndex)]++);
  }

  /** Samples in a selection; empty unless all of its chunks have been counted. */
  OptionalLong selected(int epoch) {
    Progress progress = selections.get(epoch);
    return progress == null || !progress.parts.areComplete(sharding.shards())
        ? OptionalLong.empty()
        : OptionalLong.of(progress.selected);
  }

  /**
   * What was counted.
   *
   * @param hardest ids of samples to be named in any case
   */
  SelectionCounts counts(List<Long> hardest) {
    int complete =
        (int)
            selections.values().stream()
                .filter(s -> s.parts.areComplete(sharding.shards()))
                .count();
    return new SelectionCounts(
        complete,
        mostSelected(),
        hardest.stream().map(id -> new SelectionCounts.Times(id, times(id))).toList(),
        samplesByTimes());
  }

  private List<SelectionCounts.Times> mostSelected() {
    Comparator<SelectionCounts.Times> mostFirst =
        Comparator.comparingInt(SelectionCounts.Times::times)
            .reversed()
            .thenComparingLong(SelectionCounts.Times::id);
    PriorityQueue<SelectionCounts.Times> most = new PriorityQueue<>(mostFirst.reversed());
    pages.forEach(
        (key, page) -> {
          for (int i = 0; i < PAGE; i++) {
            // Most samples are not even looked at, once there are enough.
            if (page[i] == 0
                || (most.size() == SelectionCounts.MOST && page[i] < most.element().times())) {
              continue;
            }
            long id = sharding.sampleId(key.shard, key.number * PAGE + i);
            most.add(new SelectionCounts.Times(id, page[i]));
            if (most.size() > SelectionCounts.MOST) {
              most.remove();
            }
          }
        });
    List<SelectionCounts.Times> sorted = new ArrayList<>(most);
    sorted.sort(mostFirst);
    return sorted;
  }

  private List<SelectionCounts.Tally> samplesByTimes() {
    TreeMap<Integer, Long> tallies = new TreeMap<>();
    for (int[] page : pages.values()) {
      for (int times : page) {
        if (times > 0) {
          tallies.merge(times, 1L, Long::sum);
        }
      }
    }
    return tallies.entrySet().stream()
        .map(tally -> new SelectionCounts.Tally(tally.getKey(), tally.getValue()))
        .toList();
  }

  private int times(long id) {
    long localIndex = sharding.localIndexOf(id);
    int[] page = pages.get(new PageKey(sharding.shardOf(id), localIndex / PAGE));
    return page == null ? 0 : page[offset(localIndex)];
  }

  private int[] page(int shard, long localIndex) {
    return pages.computeIfAbsent(new PageKey(shard, localIndex / PAGE), key -> new int[PAGE]);
  }

  private static int offset(long localIndex) {
    return (int) (localIndex % PAGE);
  }
}
