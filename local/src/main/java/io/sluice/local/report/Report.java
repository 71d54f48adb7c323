package io.sluice.local.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sluice.local.control.PartitionReader;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.protocol.wire.SelectionPlan;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** A page that shows what selection did in one or more runs. */
public final class Report {

  /** More epochs than this are not shown in every detail: the page would grow without an end. */
  static final int DETAILED_EPOCHS = 200;

  /** What takes most of a page, and is there to be looked at epoch by epoch. */
  private static final List<String> DETAILS =
      List.of("distribution", "bands", "centers", "sizes", "lowers", "uppers");

  private final Optional<String> dataset;
  private final List<JsonObject> runs = new ArrayList<>();

  /**
   * @param dataset where samples are to be looked up, if not where the runs say
   */
  public Report(Optional<String> dataset) {
    this.dataset = dataset;
  }

  /**
   * Adds a demo, and its baseline as a run of its own.
   *
   * @param name what the page calls it
   * @param summary what a demo's summary holds
   */
  public void addSummary(String name, JsonObject summary) {
    JsonObject settings = summary.getAsJsonObject("settings");
    JsonObject training = summary.deepCopy();
    training.remove("settings");
    JsonElement baseline = training.remove("baseline");
    String spec = dataset.orElse(text(settings, Options.DATASET.key()));
    long seed = settings.has("seed") ? settings.get("seed").getAsLong() : 1;
    add(name, "a demo's summary", spec, seed, training);
    if (baseline != null) {
      add(name + " baseline", "a demo's summary", spec, seed, baseline.getAsJsonObject());
    }
  }

  /**
   * Adds a run by what its job has published so far.
   *
   * @throws UserError when there is no such run, it has no plans yet, or they cannot be read
   */
  public void addRun(RunConfig config) {
    RunTopics.require(config, Role.OPERATOR);
    String run = config.get(Options.RUN_NAME);
    JsonObject training = new JsonObject();
    try (PartitionReader reader = new PartitionReader(config)) {
      SortedMap<Integer, SelectionPlan> plans = RunTopicsReader.plans(config, reader);
      if (plans.isEmpty()) {
        throw new UserError(
            "run '" + run + "' has no plans yet: no selection was made; see that its job runs");
      }
      SelectionTally tally = RunTopicsReader.tally(config, reader, plans.lastKey());
      List<PlanFigures> figures = plans.values().stream().map(PlanFigures::of).toList();
      JsonArray epochs = new JsonArray();
      for (PlanFigures plan : figures) {
        JsonObject epoch = Figures.json(plan);
        tally.selected(plan.epoch()).ifPresent(selected -> epoch.addProperty("selected", selected));
        epochs.add(epoch);
      }
      training.add("epochs", epochs);
      training.add("selections", Figures.json(tally.counts(newestHardest(figures))));
    }
    add(
        run,
        "the plans and selections of the run's topics",
        dataset.orElse(config.get(Options.DATASET)),
        config.get(Options.SEED),
        training);
  }

  /** Ids of the hardest samples of the newest plan that names some. */
  public static List<Long> newestHardest(List<PlanFigures> plans) {
    List<Long> newest = List.of();
    for (PlanFigures plan : plans) {
      newest = plan.hardest().isEmpty() ? newest : plan.hardestIds();
    }
    return newest;
  }

  /** The page. */
  public Page page() {
    JsonObject data = new JsonObject();
    JsonArray all = new JsonArray();
    runs.forEach(all::add);
    data.add("runs", all);
    String names =
        runs.size() == 1 ? "run " + runs.get(0).get("name").getAsString() : runs.size() + " runs";
    return Page.of("Sluice report: " + names, "report", data);
  }

  private void add(String name, String source, String spec, long seed, JsonObject training) {
    JsonArray epochs = training.getAsJsonArray("epochs");
    JsonArray notes = new JsonArray();
    JsonObject newest = null;
    for (JsonElement epoch : epochs) {
      newest = hasSome(epoch.getAsJsonObject(), "hardest") ? epoch.getAsJsonObject() : newest;
    }
    JsonArray hardest = newest == null ? new JsonArray() : newest.getAsJsonArray("hardest");
    JsonObject selections = training.getAsJsonObject("selections");
    JsonArray most =
        selections == null ? new JsonArray() : selections.getAsJsonArray("most_selected");

    Set<Long> ids = new LinkedHashSet<>();
    hardest.forEach(sample -> ids.add(sample.getAsJsonObject().get("id").getAsLong()));
    most.forEach(sample -> ids.add(sample.getAsJsonObject().get("id").getAsLong()));
    JsonObject run = new JsonObject();
    if (!ids.isEmpty() && !spec.isEmpty()) {
      SamplePictures pictures = SamplePictures.of(spec, seed, ids);
      run.add("samples", pictures.samples());
      if (!pictures.problem().isEmpty()) {
        notes.add(pictures.problem());
      }
    }
    if (newest != null) {
      run.addProperty("hardest_epoch", newest.get("epoch").getAsInt());
    }
    run.add("hardest", withIdsAsText(hardest));
    run.add("most_selected", withIdsAsText(most));
    if (selections != null) {
      run.add("times_of_hardest", withIdsAsText(selections.getAsJsonArray("hardest")));
      run.add("samples_by_times", selections.get("samples_by_times"));
      run.add("selections", selections.get("selections"));
    }
    training.remove("selections");
    thin(epochs, notes);

    run.addProperty("name", unused(name));
    run.addProperty("source", source);
    run.addProperty("dataset", spec);
    run.add("notes", notes);
    run.add("training", training);
    runs.add(run);
  }

  private String unused(String name) {
    Set<String> used = new LinkedHashSet<>();
    runs.forEach(run -> used.add(run.get("name").getAsString()));
    String unused = name;
    for (int number = 2; used.contains(unused); number++) {
      unused = name + " (" + number + ")";
    }
    return unused;
  }

  /** Numbers of JavaScript are exact up to 2^53 only. */
  private static JsonArray withIdsAsText(JsonArray samples) {
    JsonArray copies = new JsonArray();
    for (JsonElement sample : samples) {
      JsonObject copy = sample.getAsJsonObject().deepCopy();
      copy.addProperty("id", Long.toString(copy.get("id").getAsLong()));
      copies.add(copy);
    }
    return copies;
  }

  /** Takes details from epochs, evenly, where there are too many; the last keeps them. */
  private static void thin(JsonArray epochs, JsonArray notes) {
    int step = (epochs.size() + DETAILED_EPOCHS - 1) / DETAILED_EPOCHS;
    for (int i = 0; i < epochs.size(); i++) {
      JsonObject epoch = epochs.get(i).getAsJsonObject();
      epoch.remove("hardest");
      if ((epochs.size() - 1 - i) % step != 0) {
        DETAILS.forEach(epoch::remove);
      }
    }
    if (step > 1) {
      notes.add(
          String.format(
              "Of %d epochs, every %dth is shown with its losses, clusters and bands.",
              epochs.size(), step));
    }
  }

  private static boolean hasSome(JsonObject object, String key) {
    return object.get(key) instanceof JsonArray array && !array.isEmpty();
  }

  private static String text(JsonObject object, String key) {
    return object.has(key) ? object.get(key).getAsString() : "";
  }
}
