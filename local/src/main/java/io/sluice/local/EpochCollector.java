package io.sluice.local;

import io.sluice.agent.train.EpochResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts together what the agents of a run have to say of an epoch. For any thread. */
public final class EpochCollector {

  private final int agents;
  private final Map<Integer, List<EpochResult>> open = new HashMap<>();

  /**
   * @param agents how many there are, all of which end every epoch
   */
  public EpochCollector(int agents) {
    this.agents = agents;
  }

  /** The epoch as a whole, when this is the last of its results. */
  public synchronized Optional<RunEpoch> add(EpochResult result) {
    List<EpochResult> ofEpoch = open.computeIfAbsent(result.epoch(), e -> new ArrayList<>());
    ofEpoch.add(result);
    if (ofEpoch.size() < agents) {
      return Optional.empty();
    }
    open.remove(result.epoch());
    return Optional.of(RunEpoch.of(ofEpoch));
  }
}
