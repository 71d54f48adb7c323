package io.sluice.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The processes of one test and a folder for them; in a static field, those of all tests of a
 * class. All of them end with the test, whatever comes of it; when it fails, it shows what they
 * printed last.
 */
public final class Processes
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  private final List<JavaProcess> started = new ArrayList<>();
  // Of use when the tests are interrupted.
  private final Thread atExit = new Thread(this::endAll);
  private Path folder;
  private boolean ofClass;

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    ofClass = true;
    open();
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    if (!ofClass) {
      open();
    }
  }

  private void open() throws IOException {
    folder = Files.createTempDirectory("sluice-faults-");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    if (context.getExecutionException().isPresent()) {
      for (JavaProcess process : started) {
        System.out.printf("== the last that %s printed%n%s%n", process.name(), process.tail());
      }
    }
    if (!ofClass) {
      close();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    close();
  }

  private void close() throws IOException {
    endAll();
    Runtime.getRuntime().removeShutdownHook(atExit);
    FileUtils.deleteDirectory(folder.toFile());
  }

  /**
   * Starts a class of the tests' class path.
   *
   * @param name for messages, and of the file with its output
   * @param heap most heap, such as {@code 256m}
   */
  public JavaProcess start(String name, String heap, String mainClass, List<String> arguments) {
    return start(name, heap, System.getProperty("java.class.path"), Map.of(), mainClass, arguments);
  }

  /**
   * Starts a class.
   *
   * @param name for messages, and of the file with its output
   * @param heap most heap, such as {@code 256m}
   * @param environment variables that it has besides those of the test
   */
  public JavaProcess start(
      String name,
      String heap,
      String classPath,
      Map<String, String> environment,
      String mainClass,
      List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx" + heap,
            // Many start at once on few cores, and none lives for long.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // PyTorch's threads of several agents would wait for each other.
            "-Dai.djl.pytorch.num_threads=1",
            "-Dai.djl.pytorch.num_interop_threads=1",
            "-Dlog4j2.configurationFile=" + Processes.class.getResource("/log4j2-process.xml"),
            "-Djava.io.tmpdir=" + folder("tmp"),
            "-cp",
            classPath,
            mainClass));
    command.addAll(arguments);
    JavaProcess process =
        new JavaProcess(name, command, environment, folder.resolve(name + ".out"));
    synchronized (started) {
      started.add(process);
    }
    process.start();
    return process;
  }

  /** A folder that goes with the test; the same for the same name. */
  public Path folder(String name) {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void endAll() {
    synchronized (started) {
      started.stream().filter(JavaProcess::isAlive).forEach(JavaProcess::kill);
    }
  }
}
