package io.sluice.local.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sluice.local.AtomicFile;
import io.sluice.local.Console;
import io.sluice.local.Numbers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The outcome of a bench, as a table for people and as JSON for tools.
 *
 * @param bench its name
 * @param settings what it was run with
 */
record BenchReport(String bench, Map<String, Object> settings, Figures figures) {

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  void publish(Console console, Optional<Path> file) {
    figures.table().forEach(console::line);
    file.ifPresent(path -> AtomicFile.write(path, out -> out.write(json())));
  }

  private String json() {
    JsonObject json = new JsonObject();
    json.addProperty("bench", bench);
    json.add("settings", GSON.toJsonTree(settings));
    json.add("machine", GSON.toJsonTree(machine()));
    for (Map.Entry<String, JsonElement> figure : figures.json().entrySet()) {
      json.add(figure.getKey(), figure.getValue());
    }
    return GSON.toJson(json) + "\n";
  }

  private static Map<String, Object> machine() {
    Runtime runtime = Runtime.getRuntime();
    return Map.of(
        "processors",
        runtime.availableProcessors(),
        "max_heap_bytes",
        runtime.maxMemory(),
        "java",
        Runtime.version().toString());
  }

  /** What runs, before it takes its time. */
  static void introduce(Console console, String text) {
    Runtime runtime = Runtime.getRuntime();
    console.line(
        String.format(
            "%s (%d processors, heap of at most %sB)",
            text, runtime.availableProcessors(), Numbers.rough((double) runtime.maxMemory())));
  }
}
