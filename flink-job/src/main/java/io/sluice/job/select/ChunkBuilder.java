package io.sluice.job.select;

import io.sluice.job.difficulty.CodesPart;
import io.sluice.job.difficulty.PageCodes;
import io.sluice.job.selection.BandFilter;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import io.sluice.protocol.wire.SelectionChunk;
import java.util.List;

/** Applies a plan's filter to the codes of a part; the same input gives the same bytes. */
final class ChunkBuilder {

  private static final int PAGE_WORDS = PageCodes.SIZE / Long.SIZE;

  private final Sharding sharding;

  ChunkBuilder(Sharding sharding) {
    this.sharding = sharding;
  }

  SelectionChunk build(CodesPart part, BandFilter filter, int worldSize) {
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
        chunk.addSamples(new SampleSet(selected[i]).message(weights[i]));
      }
    }
    return chunk.build();
  }
}
