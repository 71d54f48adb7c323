package io.sluice.local.control;

import io.sluice.agent.client.Labels;
import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.function.Supplier;

/** The labels of new samples, read from the run's dataset if the run has a {@code class-floor}. */
final class NewLabels implements AutoCloseable {

  /** Null where nobody asks for labels. */
  private final SampleSource source;

  private NewLabels(SampleSource source) {
    this.source = source;
  }

  /**
   * @throws UserError when the dataset cannot be read
   */
  static NewLabels open(RunConfig config) {
    if (config.get(Options.CLASS_FLOOR) == 0) {
      return new NewLabels(null);
    }
    return new NewLabels(
        read(() -> SampleSources.open(config.get(Options.DATASET), config.get(Options.SEED))));
  }

  boolean areWanted() {
    return source != null;
  }

  /**
   * Sees that there are labels to declare, before anything is announced.
   *
   * @param last greatest of the ids; a dataset has all that are below
   * @throws UserError when the dataset does not have the sample
   */
  void require(long last) {
    if (areWanted()) {
      labels().of(last);
    }
  }

  /** Null where they are not wanted. A sample that the dataset does not have is a UserError. */
  Labels labels() {
    return areWanted() ? id -> read(() -> source.train().label(id)) : null;
  }

  @Override
  public void close() {
    if (areWanted()) {
      source.close();
    }
  }

  private static <T> T read(Supplier<T> what) {
    try {
      return what.get();
    } catch (UserError e) {
      throw new UserError(
          e.getMessage()
              + " The run has a class-floor, so the labels of new samples are read where they are"
              + " announced; --class-floor 0 announces them without, and so without a floor.",
          e);
    }
  }
}
