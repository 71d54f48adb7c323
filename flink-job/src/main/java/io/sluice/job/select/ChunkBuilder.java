package io.sluice.job.select;

import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.PageCodes;
import io.sluice.job.selection.BandFilter;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.Arrays;
import java.util.List;

/** Applies a plan's filter to the codes of a part; the same input gives the same bytes. */
final class ChunkBuilder {

  private static final int PAGE_WORDS = PageCodes.SIZE / Long.SIZE;

  private final Sharding sharding;

  ChunkBuilder(Sharding sharding) {
    this.sharding = sharding;
  }

  /**
   * @param quarantine null where there is none
   */
  SelectionChunk build(
      CodesPart part, BandFilter filter, int worldSize, Quarantine.Held quarantine) {
    List<PageCodes> pages = part.pages();
    float[] weights = filter.weights();
    long firstPage = pages.isEmpty() ? 0 : pages.get(0).page();
    long pastLastPage = pages.isEmpty() ? 0 : pages.get(pages.size() - 1).page() + 1;
    int words = (int) (pastLastPage - firstPage) * PAGE_WORDS;
    long[][] selected = new long[weights.length][];
    long known = 0;
    for (PageCodes page : pages) {
      known += page.known();
      filter.select(
          sharding.sampleId(part.shard(), page.page() * PageCodes.SIZE),
          sharding.shards(),
          page.codes(),
          page.traits(),
          selected,
          (int) (page.page() - firstPage) * PAGE_WORDS,
          words);
    }
    if (quarantine != null) {
      hold(quarantine, selected, Arrays.binarySearch(weights, 1f));
    }
    SelectionChunk.Builder chunk =
        SelectionChunk.newBuilder()
            .setVersion(Wire.VERSION)
            .setEpoch(part.epoch())
            .setShard(part.shard())
            .setShards(sharding.shards())
            .setPart(part.part())
            .setParts(part.parts())
            .setBaseLocalIndex(firstPage * PageCodes.SIZE)
            .setKnown(known)
            .setWorldSize(worldSize);
    for (int i = 0; i < weights.length; i++) {
      if (selected[i] != null) {
        SampleSet samples = new SampleSet(selected[i]);
        if (samples.count() > 0) {
          chunk.addSamples(samples.message(weights[i]));
        }
      }
    }
    if (quarantine != null) {
      SampleSet held = new SampleSet(quarantine.held());
      if (held.count() > 0) {
        chunk.setQuarantined(held.message());
      }
    }
    return chunk.build();
  }

  private static void hold(Quarantine.Held quarantine, long[][] selected, int weightOne) {
    long[] held = quarantine.held();
    for (long[] row : selected) {
      for (int word = 0; row != null && word < held.length; word++) {
        row[word] &= ~held[word];
      }
    }
    if (selected[weightOne] == null) {
      selected[weightOne] = new long[held.length];
    }
    for (int word = 0; word < held.length; word++) {
      selected[weightOne][word] |= quarantine.measuredAgain()[word];
    }
  }
}
