package io.sluice.local.experiment;

import io.sluice.local.Numbers;
import io.sluice.local.experiment.Report.AgainstFull;
import io.sluice.local.experiment.Report.ArmReport;
import io.sluice.local.experiment.Report.Spread;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report for people. */
final class MarkdownReport {

  private static final String NOTHING = "–";

  private final Report report;
  private final List<String> lines = new ArrayList<>();

  private MarkdownReport(Report report) {
    this.report = report;
  }

  static String of(Report report) {
    MarkdownReport markdown = new MarkdownReport(report);
    markdown.write();
    return String.join("\n", markdown.lines) + "\n";
  }

  private void write() {
    lines.add("# " + report.experiment());
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s on %s, %d epochs, seeds %s. %d of %d runs are done. Made by Sluice %s.",
            report.settings().get("model"),
            report.settings().get("dataset"),
            report.epochs(),
            report.seeds().stream().map(String::valueOf).collect(Collectors.joining(", ")),
            report.runsDone(),
            report.runsPlanned(),
            report.version()));
    if (report.arms().isEmpty()) {
      return;
    }
    lines.add("");
    SavingTables tables = new SavingTables(report);
    section(
        "Accuracy",
        "Of the test split after the last epoch, in percent: mean of the seeds"
            + " ± the highest less the lowest"
            + (report.full() == null
                ? "."
                : "; in parentheses the difference to " + report.full() + ", in points."),
        tables.accuracy());
    section(
        "Wall clock",
        "Mean of the seeds"
            + (report.full() == null
                ? "."
                : ", and as a part of "
                    + report.full()
                    + "; in parentheses the part of time that was saved over the part of samples"
                    + " that was."),
        tables.wallClock());
    lines.add("## Arms");
    lines.add("");
    arms();
    lines.add("");
    lines.add(
        "Means over the seeds; s is the standard deviation of the accuracy."
            + (report.full() == null
                ? ""
                : " Differences, in points, and times are against "
                    + report.full()
                    + " with the same seeds."));
    ownSettings();
  }

  private void section(String title, String legend, List<String> table) {
    lines.add("## " + title);
    lines.add("");
    lines.add(legend);
    lines.add("");
    lines.addAll(table);
    lines.add("");
  }

  private void arms() {
    row(
        "arm",
        "saving",
        "runs",
        "samples trained",
        "saved",
        "accuracy",
        "s",
        "difference",
        "worst seed",
        "wall clock",
        "training time");
    lines.add("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (ArmReport arm : report.arms()) {
      AgainstFull full = arm.againstFull();
      Spread accuracy = arm.finalTestAccuracy();
      row(
          arm.arm(),
          arm.saving() == null ? NOTHING : percent(arm.saving()),
          runs(arm),
          Numbers.count(Math.round(arm.samplesTrained())),
          Numbers.percent(arm.savedFraction()),
          accuracy(accuracy),
          accuracy.standardDeviation() == null
              ? NOTHING
              : String.format(Locale.ROOT, "%.2f", 100 * accuracy.standardDeviation()),
          full == null ? NOTHING : points(full.accuracy()),
          full == null ? NOTHING : points(full.worstAccuracy()),
          time(arm.seconds(), full == null ? null : full.seconds()),
          time(arm.trainSeconds(), full == null ? null : full.trainSeconds()));
    }
  }

  /** A single seed has no spread. */
  private static String accuracy(Spread accuracy) {
    String mean = String.format(Locale.ROOT, "%.2f %%", 100 * accuracy.mean());
    return accuracy.standardDeviation() == null
        ? mean
        : mean + String.format(Locale.ROOT, " ± %.2f", 100 * accuracy.spread());
  }

  /** With the seeds, where some are missing. */
  private String runs(ArmReport arm) {
    if (arm.runs() == report.seeds().size()) {
      return Integer.toString(arm.runs());
    }
    return arm.runs()
        + " (seed"
        + (arm.runs() == 1 ? " " : "s ")
        + arm.seeds().stream().map(String::valueOf).collect(Collectors.joining(", "))
        + ")";
  }

  /** What tells the arms from each other. */
  private void ownSettings() {
    lines.add("");
    lines.add("## Settings");
    lines.add("");
    lines.add("Of an arm only, beside those of the experiment:");
    lines.add("");
    for (ArmReport arm : report.arms()) {
      String settings =
          arm.settings().entrySet().stream()
              .map(setting -> "`" + setting.getKey() + ": " + setting.getValue() + "`")
              .collect(Collectors.joining(", "));
      lines.add(
          "- "
              + arm.arm()
              + (arm.saving() == null ? "" : ", " + percent(arm.saving()))
              + ": "
              + (settings.isEmpty() ? "none" : settings));
    }
  }

  private void row(String... cells) {
    lines.add(SavingTables.row(List.of(cells)));
  }

  private static String percent(BigDecimal saving) {
    return new Saving(saving).percent();
  }

  private static String points(double fraction) {
    return String.format(Locale.ROOT, "%+.2f", 100 * fraction);
  }

  private static String time(double seconds, Double ofFull) {
    return String.format(Locale.ROOT, "%.1f s", seconds)
        + (ofFull == null ? "" : String.format(Locale.ROOT, " (%.0f %%)", 100 * ofFull));
  }
}
