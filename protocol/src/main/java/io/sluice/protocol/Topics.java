package io.sluice.protocol;

import java.util.List;

/**
 * The topics of one run.
 *
 * @param run name of the run
 */
public record Topics(String run) {

  /** Agents to job: losses and control records. */
  public String lossEvents() {
    return run + ".loss-events";
  }

  /** Job to agents: what the next epoch trains on. */
  public String selectedSamples() {
    return run + ".selected-samples";
  }

  /** Job to people: why a selection is what it is, one JSON object per epoch. */
  public String selectionPlans() {
    return run + ".selection-plans";
  }

  /** Job to people: what was refused and why, one JSON object per record. */
  public String deadLetters() {
    return run + ".dead-letters";
  }

  /** Agents to job: their parameters at a synchronisation. */
  public String modelUpdates() {
    return run + ".model-updates";
  }

  /** Job to agents: the mean of their parameters. */
  public String modelAverages() {
    return run + ".model-averages";
  }

  /** All of them, whether the run's settings ask for them or not. */
  public List<String> all() {
    return List.of(
        lossEvents(),
        selectedSamples(),
        selectionPlans(),
        deadLetters(),
        modelUpdates(),
        modelAverages());
  }
}
