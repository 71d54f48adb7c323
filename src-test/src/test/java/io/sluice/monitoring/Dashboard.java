package io.sluice.monitoring;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Grafana dashboard that comes with Sluice. */
final class Dashboard {

  private static final Path FILE =
      Path.of("..", "k8s", "base", "monitoring", "sluice-dashboard.json");

  /**
   * A query of a panel.
   *
   * @param where the panel's title and the query's letter
   */
  record Query(String where, String expression) {}

  private final JsonObject json;

  private Dashboard(JsonObject json) {
    this.json = json;
  }

  static Dashboard read() {
    try {
      return new Dashboard(JsonParser.parseString(Files.readString(FILE)).getAsJsonObject());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything on it, rows too. */
  List<JsonObject> elements() {
    return objects(json, "panels").toList();
  }

  /** All that shows something. */
  List<JsonObject> panels() {
    return elements().stream().filter(e -> !e.get("type").getAsString().equals("row")).toList();
  }

  List<JsonObject> variables() {
    return objects(json.getAsJsonObject("templating"), "list").toList();
  }

  List<Query> queries() {
    List<Query> queries = new ArrayList<>();
    for (JsonObject panel : panels()) {
      objects(panel, "targets")
          .forEach(
              target ->
                  queries.add(
                      new Query(
                          panel.get("title").getAsString()
                              + ", "
                              + target.get("refId").getAsString(),
                          target.get("expr").getAsString())));
    }
    return queries;
  }

  static Stream<JsonObject> objects(JsonObject parent, String array) {
    return parent.getAsJsonArray(array).asList().stream().map(JsonElement::getAsJsonObject);
  }
}
