package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page as headless Chromium has it once its scripts have run. */
public final class Browser {

  private final String dom;

  private Browser(String dom) {
    this.dom = dom;
  }

  /** Skips the test, and says so, where there is no Chromium. */
  public static void assumeInstalled() {
    assumeTrue(
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "chromium"))),
        "needs Chromium; not on the PATH: chromium");
  }

  /**
   * Opens the page.
   *
   * @param folder for what the browser writes; of its own for each call
   */
  public static Browser open(Path page, Path folder) throws IOException, InterruptedException {
    Path dom = folder.resolve("dom.html");
    Process process =
        new ProcessBuilder(
                List.of(
                    "chromium",
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--user-data-dir=" + Files.createDirectories(folder.resolve("profile")),
                    "--window-size=1280,900",
                    "--virtual-time-budget=5000",
                    "--dump-dom",
                    page.toUri().toString()))
            .redirectOutput(dom.toFile())
            .redirectError(folder.resolve("chromium.log").toFile())
            .start();
    try {
      assertThat(process.waitFor(90, TimeUnit.SECONDS)).as("Chromium has ended").isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return new Browser(Files.readString(dom));
  }

  /** An attribute of the element with this id; of the whole page where it is empty. */
  public String attribute(String id, String name) {
    Matcher tag =
        Pattern.compile(id.isEmpty() ? "<html[^>]*>" : "<[^>]*\\bid=\"" + id + "\"[^>]*>")
            .matcher(dom);
    assertThat(tag.find()).as("%s in the page", id).isTrue();
    Matcher value = Pattern.compile("\\b" + name + "=\"([^\"]*)\"").matcher(tag.group());
    return value.find() ? value.group(1) : "";
  }

  /** What stands in the element with this id, up to its end tag, tags left out. */
  public String text(String id) {
    return markup(id).replaceAll("<[^>]*>|&nbsp;", " ").replaceAll("\\s+", " ").strip();
  }

  /** What stands in the element with this id, up to its end tag. */
  public String markup(String id) {
    Matcher element =
        Pattern.compile("<(\\w+)[^>]*\\bid=\"" + id + "\"[^>]*>(.*?)</\\1>", Pattern.DOTALL)
            .matcher(dom);
    assertThat(element.find()).as("%s in the page", id).isTrue();
    return element.group(2);
  }
}
