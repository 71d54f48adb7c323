package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintStream;
import java.net.URI;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.Test;

/** What of the log a person sees. */
class LogTest {

  private final TestingTerminal err = new TestingTerminal();

  @Test
  void warningsOfOursAreALineEachOnTheTerminal() throws Exception {
    URI configuration = LogTest.class.getResource("/log4j2.xml").toURI();
    PrintStream before = System.err;
    System.setErr(err.out());
    try (LoggerContext log = new LoggerContext("test", null, configuration)) {
      log.start();
      log.getLogger("io.sluice.job").info("all is well");
      log.getLogger("io.sluice.job").warn("rank 3 is\n  missing", new Exception("for the file"));
      log.getLogger("org.apache.kafka.clients").error("of concern to nobody");
      log.getLogger("failure").error("told by the command itself");
    } finally {
      System.setErr(before);
    }
    assertThat(err.text()).isEqualToNormalizingNewlines("WARN: rank 3 is missing\n");
  }
}
