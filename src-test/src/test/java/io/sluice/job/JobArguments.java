package io.sluice.job;

import io.sluice.protocol.config.RunConfig;

/** The settings that the job makes of its arguments, for tests of other packages. */
public final class JobArguments {

  private JobArguments() {}

  public static RunConfig parse(String... arguments) {
    return JobCommand.parse(arguments);
  }
}
