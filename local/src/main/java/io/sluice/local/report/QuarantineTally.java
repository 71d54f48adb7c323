package io.sluice.local.report;

import io.sluice.agent.client.SelectedPart;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
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

  private static final class Selection {
    private final SelectionParts parts = new SelectionParts();
    private final Roaring64Bitmap held = new Roaring64Bitmap();
    private long known;
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
    if (selection.parts.add(chunk)) {
      selection.known += chunk.getKnown();
      SelectedPart.forEachQuarantined(
          chunk,
          localIndex -> selection.held.addLong(sharding.sampleId(chunk.getShard(), localIndex)));
    }
  }

  /** As of the newest selection that is complete; empty if none is. */
  Optional<State> newest() {
    return selections.descendingMap().entrySet().stream()
        .filter(entry -> entry.getValue().parts.areComplete(sharding.shards()))
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
