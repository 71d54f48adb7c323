package io.sluice.agent.cli;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.UserError;
import java.io.PrintStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever ends a command early into one line for a person, and an exit code. */
public final class Errors {

  /** What shells report for a command that Ctrl-C ended. */
  private static final int INTERRUPTED = 130;

  private final PrintStream err;
  private final Supplier<Optional<Path>> logFile;

  /**
   * @param err takes the lines
   * @param logFile asked for after a failure was logged: the file that holds it, if it is in one
   */
  public Errors(PrintStream err, Supplier<Optional<Path>> logFile) {
    this.err = err;
    this.logFile = logFile;
  }

  int onBadUsage(ParameterException e, String[] arguments) {
    return badUsage(e.getMessage() + suggestions(e), e.getCommandLine());
  }

  int onFailure(Exception e, CommandLine command, ParseResult parsed) {
    // First: whatever an interruption makes fail may blame the user.
    if (isInterruption(e)) {
      say("stopped");
      return INTERRUPTED;
    }
    if (e instanceof UsageError) {
      return badUsage(e.getMessage(), command);
    }
    if (e instanceof UserError) {
      say(e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    // Made here, so that a command that does not fail need not wait for the logging to set up.
    Logger log = LoggerFactory.getLogger("failure");
    log.error("{} failed", command.getCommandSpec().qualifiedName(), e);
    String where = logFile.get().map(path -> "; the whole story is in " + path).orElse("");
    say("unexpected " + e.getClass().getSimpleName() + ": " + e.getMessage() + where);
    return CommandLine.ExitCode.SOFTWARE;
  }

  private int badUsage(String message, CommandLine command) {
    say(message + "; see " + command.getCommandSpec().qualifiedName() + " --help");
    return CommandLine.ExitCode.USAGE;
  }

  /** Servers and clients wrap it in exceptions of their own. */
  private static boolean isInterruption(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException
          || cause instanceof InterruptException
          || cause instanceof ClosedByInterruptException) {
        return true;
      }
    }
    return false;
  }

  private static String suggestions(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
    }
    return "";
  }

  private void say(String message) {
    err.println("sluice: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
