package io.sluice.local.experiment;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.JsonSyntaxException;
import io.sluice.local.EffectiveSettings;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * What came of one run: a line of the results file, whose keys are the names here in snake case.
 *
 * @param experiment the experiment's name
 * @param arm the arm that the run was for; another of the same settings shares it
 * @param saving fraction of full training's samples that was to be saved; null for a baseline
 * @param key hash of the settings that matter
 * @param version of the software
 * @param settings all settings in effect
 * @param samplesFull samples that full training over the experiment's epochs takes
 * @param savedFraction what part of these was not trained
 * @param finalTestAccuracy fraction of the test split that is right after the last epoch
 * @param bestTestAccuracy the highest of any epoch
 * @param seconds wall clock
 * @param trainSeconds of these on training, without tests, waits and averages
 * @param epochs in order
 */
record ResultLine(
    String experiment,
    String arm,
    BigDecimal saving,
    long seed,
    String key,
    String version,
    Map<String, Object> settings,
    long samplesTrained,
    long samplesFull,
    double savedFraction,
    double finalTestAccuracy,
    double bestTestAccuracy,
    double seconds,
    double trainSeconds,
    List<EpochLine> epochs) {

  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeNulls()
          .disableHtmlEscaping()
          .create();

  static ResultLine of(
      Experiment experiment, PlannedRun run, String version, Trainer.Training training) {
    List<EpochLine> epochs = training.epochs();
    EpochLine last = epochs.get(epochs.size() - 1);
    long trained = epochs.stream().mapToLong(EpochLine::trained).sum();
    // The epochs that a shorter training leaves out would have taken what there was at its end.
    long full =
        epochs.stream().mapToLong(EpochLine::known).sum()
            + (experiment.epochs() - epochs.size()) * last.known();
    return new ResultLine(
        experiment.name(),
        run.arm().name(),
        run.saving().map(Saving::fraction).orElse(null),
        run.seed(),
        run.key(),
        version,
        EffectiveSettings.of(run.config()),
        trained,
        full,
        1 - (double) trained / full,
        last.testAccuracy(),
        epochs.stream().mapToDouble(EpochLine::testAccuracy).max().orElseThrow(),
        training.time().toMillis() / 1e3,
        epochs.stream().mapToLong(EpochLine::trainMs).sum() / 1e3,
        epochs);
  }

  /**
   * @throws JsonParseException when the text is no JSON, or not of a result
   */
  static ResultLine parse(String json) {
    ResultLine line = GSON.fromJson(json, ResultLine.class);
    if (line == null || line.key == null || line.settings == null || line.epochs == null) {
      throw new JsonSyntaxException("not a result");
    }
    return line;
  }

  /** Without a line break. */
  String toJson() {
    return GSON.toJson(this);
  }
}
