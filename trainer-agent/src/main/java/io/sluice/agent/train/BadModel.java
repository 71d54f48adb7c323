package io.sluice.agent.train;

/** What the ranks of one model do when the parameters or losses of one are not finite. */
public enum BadModel {
  /** All of them stop. */
  STOP,
  /** The others go on with the mean of theirs, and so does that rank. */
  SKIP
}
