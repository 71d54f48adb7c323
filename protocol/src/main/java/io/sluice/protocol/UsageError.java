package io.sluice.protocol;

/** A setting or flag that is unknown or not allowed: a command exits with 2 instead of 1. */
public final class UsageError extends UserError {

  public UsageError(String message) {
    super(message);
  }

  public UsageError(String message, Throwable cause) {
    super(message, cause);
  }
}
