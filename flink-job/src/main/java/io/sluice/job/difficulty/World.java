package io.sluice.job.difficulty;

/**
 * The ranks that share a selection: 0 to W − 1.
 *
 * @param generation which declaration made them so; 0 for the run's first agent
 * @param size world size W; 0 where a job of an older version did not say
 */
public record World(long generation, int size) {

  /** Before anybody has said who the ranks are. */
  public static final World UNKNOWN = new World(-1, 0);

  /** The newer of the two. */
  public World newer(World other) {
    return other.generation > generation ? other : this;
  }
}
