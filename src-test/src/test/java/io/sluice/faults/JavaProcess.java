package io.sluice.faults;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A main class in a JVM of its own; it can be started again after its end. */
public final class JavaProcess {

  private static final int TAIL_CHARACTERS = 20_000;

  private final String name;
  private final Path output;
  private final ProcessBuilder builder;
  private Process process;

  /**
   * @param environment variables that it has besides those of the test
   * @param output file for what it prints and logs, over all its starts
   */
  JavaProcess(String name, List<String> command, Map<String, String> environment, Path output) {
    this.name = name;
    this.output = output;
    File file = output.toFile();
    this.builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(file));
    builder.environment().putAll(environment);
  }

  void start() {
    if (isAlive()) {
      throw new IllegalStateException(name + " is running");
    }
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL: it gets no chance to say or save anything. Returns when it is gone. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** SIGTERM: it is asked to put things away and end. */
  void terminate() {
    signal("TERM");
  }

  /** SIGSTOP: it stands still, with its connections open. */
  void pause() {
    signal("STOP");
  }

  /** SIGCONT: it goes on after a pause. */
  void resume() {
    signal("CONT");
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Exit code; fails the test when it does not end in time. */
  int await(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(name + " is still running after " + timeout.toSeconds() + " s");
    }
    return process.exitValue();
  }

  String name() {
    return name;
  }

  /** What it has printed and logged, over all its starts. */
  public String output() {
    try {
      return Files.readString(output, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of {@link #output()}. */
  String tail() {
    String all = output();
    return all.substring(Math.max(0, all.length() - TAIL_CHARACTERS));
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
      if (kill.onExit().join().exitValue() != 0) {
        throw new IllegalStateException("kill -" + signal + " failed for " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
