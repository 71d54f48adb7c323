package io.sluice.local.report;

import io.sluice.agent.client.SelectedPart;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Who is in quarantine, chunk by chunk. */
final class QuarantineTally {

  /**
   * A sample that is held.
   *
   * @param since first selection of those in a row, up to the newest, that hold it; the run may
   *     have held it for longer, where older selections are gone
   */
  record Held(long id, int since) {}

  /**
   * Who is held as of a selection.
   *
   * @param known samples that the run knew then
   * @param samples ascending by id
   */
  record State(int selection, long known, List<Held> samples) {}

  private record Part(int shard, int part) {}

  private static final class Selection {
    private final Set<Part> seen = new HashSet<>();
    private final Map<Integer, Integer> partsByShard = new HashMap<>();
    private final Roaring64Bitmap held = new Roaring64Bitmap();
    private long known;

    private boolean isComplete(int shards) {
      return partsByShard.size() == shards
          && partsByShard.values().stream().mapToLong(parts -> parts).sum() == seen.size();
    }
  }

  private final Sharding sharding;
  private final NavigableMap<Integer, Selection> selections = new TreeMap<>();

  QuarantineTally(Sharding sharding) {
    this.sharding = sharding;
  }

  /**
   * @throws IllegalArgumentException when the chunk contradicts itself
   */
  void add(SelectionChunk chunk) {
    Selection selection = selections.computeIfAbsent(chunk.getEpoch(), epoch -> new Selection());
    if (selection.seen.add(new Part(chunk.getShard(), chunk.getPart()))) {
      selection.partsByShard.put(chunk.getShard(), chunk.getParts());
      selection.known += chunk.getKnown();
      SelectedPart.forEachQuarantined(
          chunk,
          localIndex -> selection.held.addLong(sharding.sampleId(chunk.getShard(), localIndex)));
    }
  }

  /** As of the newest selection that is complete; empty if none is. */
  Optional<State> newest() {
    return selections.descendingMap().entrySet().stream()
        .filter(entry -> entry.getValue().isComplete(sharding.shards()))
        .findFirst()
        .map(entry -> state(entry.getKey(), entry.getValue()));
  }

  private State state(int epoch, Selection selection) {
    List<Held> held = new ArrayList<>();
    selection.held.forEach(id -> held.add(new Held(id, since(id, epoch))));
    return new State(epoch, selection.known, held);
  }

  private int since(long id, int epoch) {
    int since = epoch;
    Selection before = selections.get(since - 1);
    while (before != null && before.held.contains(id)) {
      since--;
      before = selections.get(since - 1);
    }
    return since;
  }
}
