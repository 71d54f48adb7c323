package io.sluice.local.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sluice.local.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the runs of a bench came to, by name of the figure. */
final class Figures {

  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  /** Adds one run's value of a figure. */
  void add(String name, double value) {
    values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
  }

  /** The middle one of a figure's values, or the mean of the middle two. */
  double median(String name) {
    double[] sorted = sorted(name);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  List<String> table() {
    Table table = new Table("figure", "median", "least", "most");
    for (String name : values.keySet()) {
      double[] sorted = sorted(name);
      table.add(name, text(median(name)), text(sorted[0]), text(sorted[sorted.length - 1]));
    }
    return table.lines();
  }

  /** Each figure's median by its name, then all runs. */
  JsonObject json() {
    JsonObject json = new JsonObject();
    JsonObject all = new JsonObject();
    values.forEach(
        (name, ofRuns) -> {
          json.addProperty(name, median(name));
          JsonArray array = new JsonArray();
          ofRuns.forEach(array::add);
          all.add(name, array);
        });
    json.add("runs", all);
    return json;
  }

  private double[] sorted(String name) {
    return values.get(name).stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /** Four digits that count, or all of a whole number. */
  private static String text(double value) {
    double magnitude = Math.abs(value);
    int decimals = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
