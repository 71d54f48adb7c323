package io.sluice.local;

import io.sluice.agent.train.EpochResult;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * What one epoch came to, over all agents of a run.
 *
 * @param known samples the run knew when it selected
 * @param selected samples in the selection
 * @param trained samples trained on, by all agents
 * @param meanLoss mean of the unweighted losses, in nats; NaN if nothing was trained
 * @param testAccuracy mean over the agents of the fraction of the test split that is right
 * @param trainTime time that the agent that trained longest took, without evaluation and averages
 * @param turnaround time from the last agent's end of the epoch before to the complete selection
 * @param gpuIdle how long the agent that waited longest stood still for the protocol before it
 *     could train
 * @param averages how often the agents' parameters were averaged
 * @param averagingTime how long the agent that it held up longest stood still for that
 */
public record RunEpoch(
    int epoch,
    long known,
    long selected,
    long trained,
    double meanLoss,
    double testAccuracy,
    Duration trainTime,
    Duration turnaround,
    Duration gpuIdle,
    int averages,
    Duration averagingTime) {

  /**
   * @param agents the results of all agents; at least one
   */
  static RunEpoch of(List<EpochResult> agents) {
    EpochResult any = agents.get(0);
    long trained = agents.stream().mapToLong(EpochResult::trained).sum();
    double lossSum =
        agents.stream()
            .filter(result -> result.trained() > 0)
            .mapToDouble(result -> result.meanLoss() * result.trained())
            .sum();
    return new RunEpoch(
        any.epoch(),
        any.known(),
        any.selected(),
        trained,
        lossSum / trained,
        agents.stream().mapToDouble(EpochResult::testAccuracy).average().orElseThrow(),
        longest(agents, EpochResult::trainTime),
        // The agent that ended the epoch before last waited shortest: its wait is the job's time.
        agents.stream().map(EpochResult::turnaround).min(Duration::compareTo).orElseThrow(),
        longest(agents, EpochResult::gpuIdle),
        any.averages().syncs(),
        longest(agents, result -> result.averages().time()));
  }

  private static Duration longest(List<EpochResult> agents, Function<EpochResult, Duration> time) {
    return agents.stream().map(time).max(Duration::compareTo).orElseThrow();
  }
}
