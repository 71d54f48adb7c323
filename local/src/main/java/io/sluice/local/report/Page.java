package io.sluice.local.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sluice.local.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTML page in one file that needs no network: a body and a script of its own, data for the
 * script, and what all pages share, which is {@code page.css}, {@code charts.js} and Chart.js. In
 * the script {@code Sluice.data} is the data, and {@code Sluice.lines}, {@code Sluice.bars} and
 * {@code Sluice.table} draw; see {@code charts.js}.
 */
public final class Page {

  private static final String CHART_JS = "/META-INF/resources/webjars/chart.js/%s/%s";
  private static final String CHART_JS_VERSION =
      "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";

  private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

  /** Escapes what could end a script element. */
  private static final Gson GSON = new GsonBuilder().create();

  private final String title;
  private final String name;
  private final JsonElement data;

  private Page(String title, String name, JsonElement data) {
    this.title = title;
    this.name = name;
    this.data = data;
  }

  /**
   * @param title plain text
   * @param name of the page's two resources in this package, its body {@code name.html} and its
   *     script {@code name.js}
   * @param data what the script finds in {@code Sluice.data}; any text in it is safe
   */
  public static Page of(String title, String name, JsonObject data) {
    return new Page(title, name, data);
  }

  /** The page as a text. */
  public String html() {
    Map<String, String> parts =
        Map.of(
            "title", escaped(title),
            "style", resource("page.css"),
            "body", resource(name + ".html"),
            "data", GSON.toJson(data),
            "chart-js-license", resource(chartJs("LICENSE.md")).strip(),
            "chart-js", chartJs(),
            "charts", resource("charts.js"),
            "script", resource(name + ".js"));
    // In one pass, so that a place named in a part is left as it is.
    return PLACE
        .matcher(resource("page.html"))
        .replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
  }

  /**
   * Writes the page, whole or not at all.
   *
   * @throws io.sluice.protocol.UserError when that fails
   */
  public void write(Path file) {
    String html = html();
    AtomicFile.write(file, out -> out.write(html));
  }

  /** Without the mention of a source map, which a browser's tools would look for. */
  private static String chartJs() {
    return resource(chartJs("dist/chart.umd.js")).replaceAll("(?m)^//# sourceMappingURL=.*$", "");
  }

  private static String chartJs(String file) {
    Properties properties = new Properties();
    try (InputStream in = Page.class.getResourceAsStream(CHART_JS_VERSION)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return CHART_JS.formatted(properties.getProperty("version"), file);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("there is no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
