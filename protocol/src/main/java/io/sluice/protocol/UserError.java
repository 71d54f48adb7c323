package io.sluice.protocol;

/**
 * A mistake or a condition that the user can put right: its message is one line that says what
 * happened, where, and what to do. The command prints it without a stack trace and exits with 1.
 */
public final class UserError extends RuntimeException {
  public UserError(String message) {
    super(message, null, false, false);
  }

  public UserError(String message, Throwable cause) {
    super(message, cause, false, false);
  }
}
