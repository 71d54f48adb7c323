package io.sluice.agent.train;

import java.util.Optional;

/** Where the ranks of a run make the mean of their parameters. */
public interface ModelExchange {

  /** The newest mean that there is when training begins, if any. */
  Optional<Mean> newest() throws InterruptedException;

  /** Adds this rank's parameters to a mean; returns when they would outlive this process. */
  void send(Contribution own) throws InterruptedException;

  /** Waits for a mean that this rank has added to, for as long as it takes. */
  Mean await(Sync sync) throws InterruptedException;

  /** Waits for the mean at the end of an epoch that this rank had no part in. */
  Mean awaitEnd(int epoch) throws InterruptedException;
}
