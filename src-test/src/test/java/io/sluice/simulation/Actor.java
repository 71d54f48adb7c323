package io.sluice.simulation;

/** Somebody who does one thing at a time; the {@link Scheduler} decides who is next. */
interface Actor {

  /** Does the next thing; returns false if there is nothing to do now. */
  boolean act() throws Exception;
}
