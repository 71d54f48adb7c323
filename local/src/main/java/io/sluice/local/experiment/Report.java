package io.sluice.local.experiment;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * What an experiment has shown so far, as means over seeds: a JSON object whose keys are the names
 * here in snake case. What is not known is null.
 *
 * @param version of the software that made the report
 * @param settings of every run, unless an arm says otherwise
 * @param epochs of full training
 * @param runsDone runs of the grid that have a result
 * @param full name of the arm that the others are compared with; null if there is none
 * @param arms by arm and saving, in the order of the file; those without a result are left out
 */
record Report(
    String experiment,
    String version,
    Map<String, Object> settings,
    int epochs,
    List<Long> seeds,
    List<BigDecimal> savings,
    int runsDone,
    int runsPlanned,
    String full,
    List<ArmReport> arms) {

  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeNulls()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .create();

  /**
   * One arm with one saving.
   *
   * @param saving null for a baseline
   * @param settings those that differ from the experiment's, but for the seed
   * @param seeds of the runs that have a result
   * @param samplesTrained mean
   * @param savedFraction mean, of the samples of full training
   * @param finalTestAccuracy after the last epoch
   * @param bestTestAccuracy the highest of any epoch
   * @param againstFull the comparison with full training; null where no seed has both
   * @param seconds mean, wall clock
   * @param trainSeconds mean
   * @param curve means after each epoch
   */
  record ArmReport(
      String arm,
      BigDecimal saving,
      Map<String, Object> settings,
      int runs,
      List<Long> seeds,
      double samplesTrained,
      double savedFraction,
      Spread finalTestAccuracy,
      Spread bestTestAccuracy,
      AgainstFull againstFull,
      double seconds,
      double trainSeconds,
      List<Point> curve) {}

  /**
   * Figures of several seeds.
   *
   * @param spread highest less lowest
   * @param standardDeviation of the sample (n − 1); null for a single one
   */
  record Spread(double mean, double min, double max, double spread, Double standardDeviation) {}

  /**
   * An arm compared with full training of the same seeds.
   *
   * @param runs seeds that have both
   * @param accuracy mean difference of the final test accuracy, as a fraction
   * @param worstAccuracy that of the seed for which it is lowest
   * @param seconds wall clock as a fraction of full training's
   * @param trainSeconds training time as a fraction of full training's
   */
  record AgainstFull(
      int runs, double accuracy, double worstAccuracy, double seconds, double trainSeconds) {}

  /**
   * A point of the learning curves, after an epoch.
   *
   * @param samplesTrained mean, since the beginning
   * @param seconds mean, since the beginning, wall clock
   * @param testAccuracy mean
   */
  record Point(int epoch, double samplesTrained, double seconds, double testAccuracy) {}

  String toJson() {
    return GSON.toJson(this) + "\n";
  }

  JsonObject json() {
    return GSON.toJsonTree(this).getAsJsonObject();
  }
}
