package io.sluice.local.report;

import io.sluice.protocol.wire.SelectionChunk;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which parts of one selection have been read. */
final class SelectionParts {

  private record Part(int shard, int part) {}

  private final Set<Part> seen = new HashSet<>();
  private final Map<Integer, Integer> partsByShard = new HashMap<>();

  /** Returns false if the same part was read before. */
  boolean add(SelectionChunk chunk) {
    partsByShard.put(chunk.getShard(), chunk.getParts());
    return seen.add(new Part(chunk.getShard(), chunk.getPart()));
  }

  /** Whether all parts of all shards have been read. */
  boolean areComplete(int shards) {
    return partsByShard.size() == shards
        && partsByShard.values().stream().mapToLong(parts -> parts).sum() == seen.size();
  }
}
