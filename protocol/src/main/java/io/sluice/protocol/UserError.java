package io.sluice.protocol;

/**
 * A mistake that a person can mend: its message is one line that says what happened, where, and
 * what to do. A command prints that line and exits with 1; it has no stack trace on purpose.
 */
public class UserError extends RuntimeException {

  public UserError(String message) {
    super(message, null, false, false);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause, false, false);
  }
}
