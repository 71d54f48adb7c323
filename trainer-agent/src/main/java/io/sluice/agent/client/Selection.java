package io.sluice.agent.client;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.UserError;
import java.time.Duration;
import java.util.List;

/** What one epoch trains on: the complete selection, of all shards. */
public final class Selection {

  private final int epoch;
  private final Duration turnaround;
  private final Sharding sharding;
  private final int worldSize;
  private final List<SelectedPart> parts;

  /**
   * @param worldSize number of ranks that share it
   * @param parts all of them, ascending by shard and part
   */
  Selection(
      int epoch, Duration turnaround, Sharding sharding, int worldSize, List<SelectedPart> parts) {
    this.epoch = epoch;
    this.turnaround = turnaround;
    this.sharding = sharding;
    this.worldSize = worldSize;
    this.parts = List.copyOf(parts);
  }

  public int epoch() {
    return epoch;
  }

  /**
   * Number of ranks W that share this selection. It may differ from the epoch before, for {@code
   * sluice membership set} changes it.
   */
  public int worldSize() {
    return worldSize;
  }

  /** Number of selected samples, of all ranks. */
  public long selected() {
    return parts.stream().mapToLong(SelectedPart::selected).sum();
  }

  /** Number of samples the job knows, selected or not. */
  public long known() {
    return parts.stream().mapToLong(SelectedPart::known).sum();
  }

  /**
   * Time from the acknowledgement of this client's last epoch end to the selection being complete
   * here. It includes whatever the caller did between the two.
   */
  public Duration turnaround() {
    return turnaround;
  }

  /**
   * The share of one rank: of the selection ordered by (shard, local index) the positions p with p
   * mod W = (rank + epoch) mod W. Every rank gets the same number; up to W - 1 samples at the end
   * belong to no rank in this epoch.
   *
   * @param rank 0 to {@link #worldSize()} - 1
   * @throws IllegalArgumentException for another rank, which has no part in this epoch
   */
  public Slice slice(int rank) {
    return slice(rank, worldSize);
  }

  Slice slice(int rank, int worldSize) {
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException("rank " + rank + " of " + worldSize);
    }
    long size = selected() / worldSize;
    if (size > Integer.MAX_VALUE - 8) {
      throw new UserError(
          String.format(
              "selection %d has %d samples for each of %d ranks, more than an agent can hold;"
                  + " add ranks ('sluice membership set')",
              epoch, size, worldSize));
    }
    boolean weighted = parts.stream().anyMatch(SelectedPart::isWeighted);
    Picker picker =
        new Picker((int) size, weighted, (int) (((long) rank + epoch) % worldSize), worldSize);
    parts.forEach(part -> part.forEach(picker));
    return new Slice(epoch, rank, picker.ids, picker.weights);
  }

  /** Takes every W-th sample until it has enough. */
  private final class Picker implements SelectedPart.Visitor {
    private final long[] ids;
    private final float[] weights;
    private final int worldSize;
    private int skip;
    private int size;

    Picker(int size, boolean weighted, int offset, int worldSize) {
      this.ids = new long[size];
      this.weights = weighted ? new float[size] : null;
      this.worldSize = worldSize;
      this.skip = offset;
    }

    @Override
    public void visit(int shard, long localIndex, float weight) {
      if (skip > 0) {
        skip--;
        return;
      }
      skip = worldSize - 1;
      if (size == ids.length) {
        return;
      }
      if (weights != null) {
        weights[size] = weight;
      }
      ids[size++] = sharding.sampleId(shard, localIndex);
    }
  }
}
