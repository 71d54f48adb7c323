package io.sluice.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.UserError;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ErrorsTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

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
    assertThat(failWith(interruption, Optional.empty())).isEqualTo(130);
    assertThat(lines()).containsExactly("sluice: stopped");
  }

  @Test
  void kafkasInterruptionIsOneToo() {
    Exception interruption = new IllegalStateException(new InterruptException("while polling"));
    assertThat(failWith(interruption, Optional.empty())).isEqualTo(130);
    assertThat(lines()).containsExactly("sluice: stopped");
  }

  @Test
  void anUnexpectedFailureNamesTheLogFileIfThereIsOne() {
    Exception failure = new IllegalStateException("a wheel came off");

    assertThat(failWith(failure, Optional.of(Path.of("story.log")))).isEqualTo(1);
    assertThat(failWith(failure, Optional.empty())).isEqualTo(1);
    assertThat(lines())
        .containsExactly(
            "sluice: unexpected IllegalStateException: a wheel came off; the whole story is in"
                + " story.log",
            "sluice: unexpected IllegalStateException: a wheel came off");
  }

  private int failWith(Exception e, Optional<Path> logFile) {
    CommandLine command = new CommandLine(new Anything());
    return new Errors(err, () -> logFile).onFailure(e, command, command.parseArgs());
  }

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Command(name = "anything")
  private record Anything() {}
}
