package io.sluice;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The sluice command in a process, a current directory and a temporary folder of its own. */
public final class TestingProcess {

  private static final int SIGINT = 2;

  private final Process process;
  private final Path temporary;
  private final Path out;
  private final Path err;

  private TestingProcess(Process process, Path temporary, Path out, Path err) {
    this.process = process;
    this.temporary = temporary;
    this.out = out;
    this.err = err;
  }

  public static TestingProcess start(Path folder, String... arguments) throws IOException {
    return start(folder, List.of(), arguments);
  }

  /**
   * @param options of the JVM
   */
  public static TestingProcess start(Path folder, List<String> options, String... arguments)
      throws IOException {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    // The models of Flink's operator bring a configuration of theirs.
    command.add("-Dlog4j2.configurationFile=classpath:log4j2.xml");
    command.addAll(options);
    command.addAll(
        List.of(
            "-Djava.io.tmpdir=" + temporary,
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            "io.sluice.local.Sluice"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new TestingProcess(process, temporary, out, err);
  }

  /** Exit code; fails the test when the command does not end in time. */
  public int await() throws InterruptedException, IOException {
    if (!process.waitFor(180, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after 180 s; it printed:\n" + out() + err());
    }
    return process.exitValue();
  }

  /** What Ctrl-C does; skips the test where it does nothing. */
  public void interrupt() throws IOException, InterruptedException {
    if (ignoresInterrupts()) {
      process.destroyForcibly().waitFor();
      abort("these tests were started with SIGINT ignored, as in the background of a script");
    }
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  /** A process has it from the one that starts it, and a JVM leaves it so. */
  private boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.isReadable(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16))
        .anyMatch(ignored -> (ignored >> (SIGINT - 1) & 1) == 1);
  }

  public String out() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  public String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  /** What the command has left in its temporary folder. */
  List<Path> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      // The JVM's own.
      return files.filter(file -> !file.getFileName().toString().startsWith("hsperf")).toList();
    }
  }
}
