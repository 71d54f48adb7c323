package io.sluice.local;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonSerializer;
import io.sluice.local.report.PlanFigures;
import io.sluice.local.report.SelectionCounts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a demo did, for tools: a JSON object whose keys are the names here in snake case.
 *
 * @param settings the run's settings in effect, numbers as numbers
 * @param training the training on selections; its keys are those of the object itself
 * @param baseline the full training, if there was one
 */
record DemoSummary(Map<String, Object> settings, Training training, Optional<Training> baseline) {

  /**
   * One training.
   *
   * @param samplesFull samples that training on everything in every epoch would have taken
   * @param savedFraction what part of {@code samplesFull} was not trained
   * @param finalTestAccuracy fraction of the test split that is right after the last epoch
   * @param averages how often the agents' parameters were averaged; 0 where each had a model of its
   *     own
   * @param seconds how long the training took, by the clock on the wall
   * @param selections how often samples were selected
   */
  record Training(
      List<Epoch> epochs,
      long samplesTrained,
      long samplesFull,
      double savedFraction,
      double finalTestAccuracy,
      long averages,
      double seconds,
      SelectionCounts selections) {

    /**
     * @param epochs in order; at least one
     */
    static Training of(List<Epoch> epochs, Duration time, SelectionCounts selections) {
      long trained = epochs.stream().mapToLong(Epoch::trained).sum();
      long full = epochs.stream().mapToLong(Epoch::known).sum();
      double saved = full == 0 ? 0 : 1 - (double) trained / full;
      double accuracy = epochs.get(epochs.size() - 1).testAccuracy();
      long averages = epochs.stream().mapToLong(Epoch::averages).sum();
      return new Training(
          List.copyOf(epochs),
          trained,
          full,
          saved,
          accuracy,
          averages,
          time.toMillis() / 1000.0,
          selections);
    }
  }

  /**
   * One epoch.
   *
   * @param plan why it trained on what it did; its keys are those of the epoch itself
   * @param selected samples in the selection
   * @param trained samples trained on, by all agents
   * @param turnaroundMs time from the last agent's end of the epoch before to the complete
   *     selection
   * @param gpuIdleMs how long the agent that waited longest stood still for the protocol before it
   *     could train on the epoch, in whole milliseconds, rounded down; of epoch 0 the wait for the
   *     first selection at start-up
   * @param trainMs how long the agent that took longest trained, without waiting, averaging and
   *     testing, in whole milliseconds, rounded down
   * @param averages how often the agents' parameters were averaged in the epoch
   * @param averagingMs how long the agent that it held up longest stood still for that, in whole
   *     milliseconds, rounded down
   * @param testAccuracy fraction of the test split that is right after the epoch
   */
  record Epoch(
      PlanFigures plan,
      long selected,
      long trained,
      long turnaroundMs,
      long gpuIdleMs,
      long trainMs,
      int averages,
      long averagingMs,
      double testAccuracy) {

    long known() {
      return plan.known();
    }
  }

  private static final GsonBuilder KEYS =
      new GsonBuilder().setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES);

  private static final Gson NESTED = KEYS.create();

  private static final Gson GSON =
      KEYS.registerTypeAdapter(
              Epoch.class, (JsonSerializer<Epoch>) (epoch, type, context) -> flat(epoch))
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .create();

  private static JsonObject flat(Epoch epoch) {
    JsonObject measured = NESTED.toJsonTree(epoch).getAsJsonObject();
    JsonObject flat = measured.remove("plan").getAsJsonObject();
    measured.entrySet().forEach(member -> flat.add(member.getKey(), member.getValue()));
    return flat;
  }

  String toJson() {
    return GSON.toJson(json()) + "\n";
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.add("settings", GSON.toJsonTree(settings));
    for (Map.Entry<String, JsonElement> member :
        GSON.toJsonTree(training).getAsJsonObject().entrySet()) {
      json.add(member.getKey(), member.getValue());
    }
    baseline.ifPresent(training -> json.add("baseline", GSON.toJsonTree(training)));
    return json;
  }

  /** Writes the file whole or not at all. */
  void write(Path file) {
    AtomicFile.write(file, out -> out.write(toJson()));
  }
}
