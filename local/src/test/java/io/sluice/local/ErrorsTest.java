package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.UserError;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ErrorsTest {

  private final TestingTerminal err = new TestingTerminal();

  /** Making Kafka's exception sets the flag. */
  @AfterEach
  void clearInterruption() {
    Thread.interrupted();
  }

  static Stream<Exception> interruptions() {
    return Stream.of(new InterruptedException(), new ClosedByInterruptException())
        .flatMap(
            e ->
                Stream.of(
                    e,
                    new IllegalStateException("the Flink cluster did not start", e),
                    new UserError("a.png cannot be read", new RuntimeException(e))));
  }

  @ParameterizedTest
  @MethodSource("interruptions")
  void anInterruptionIsNoFailureHoweverWrapped(Exception interruption) {
    assertThat(failWith(interruption)).isEqualTo(130);
    assertThat(err.lines()).containsExactly("sluice: stopped");
  }

  @Test
  void kafkasInterruptionIsOneToo() {
    assertThat(failWith(new IllegalStateException(new InterruptException("while polling"))))
        .isEqualTo(130);
    assertThat(err.lines()).containsExactly("sluice: stopped");
  }

  @Test
  void anInterruptionLeavesNoLogBehind() {
    String before = System.getProperty("sluice.log");
    System.clearProperty("sluice.log");
    try {
      Path folder;
      try (LogFile log = LogFile.open()) {
        folder = LogFile.current().orElseThrow().getParent();
        assertThat(folder).isDirectory();
        failWith(new IllegalStateException(new InterruptedException()), log);
      }
      assertThat(folder).doesNotExist();
    } finally {
      System.setProperty("sluice.log", before);
    }
  }

  private int failWith(Exception e) {
    return failWith(e, LogFile.open());
  }

  private int failWith(Exception e, LogFile log) {
    CommandLine command = new CommandLine(new Anything());
    return new Errors(err.out(), log).onFailure(e, command, command.parseArgs());
  }

  @Command(name = "anything")
  private record Anything() {}
}
