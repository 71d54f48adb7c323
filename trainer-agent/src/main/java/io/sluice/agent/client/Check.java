package io.sluice.agent.client;

/** Throws when there is no point in going on. */
interface Check {
  void run() throws InterruptedException;
}
