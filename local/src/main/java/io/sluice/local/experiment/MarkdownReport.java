package io.sluice.local.experiment;

import io.sluice.local.Numbers;
import io.sluice.local.experiment.Report.AgainstFull;
import io.sluice.local.experiment.Report.ArmReport;
import io.sluice.local.experiment.Report.Spread;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
    lines.add("## Arms");
    lines.add("");
    arms();
    lines.add("");
    lines.add(
        "Means over the seeds. Accuracy is that of the test split after the last epoch, ± its spread:"
            + " the highest less the lowest seed; s is the standard deviation."
            + (report.full() == null
                ? ""
                : " Differences, in points, and times are against "
                    + report.full()
                    + " with the same seeds."));
    if (!report.savings().isEmpty() && report.full() != null) {
      lines.add("");
      lines.add("## Accuracy against " + report.full() + ", in points");
      lines.add("");
      pivot();
    }
    ownSettings();
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

  private void pivot() {
    List<String> header = new ArrayList<>(List.of("arm"));
    report.savings().forEach(saving -> header.add(percent(saving)));
    row(header.toArray(String[]::new));
    lines.add("|---|" + "---:|".repeat(report.savings().size()));
    Set<String> names = new LinkedHashSet<>();
    report.arms().stream().filter(arm -> arm.saving() != null).forEach(a -> names.add(a.arm()));
    for (String name : names) {
      List<String> cells = new ArrayList<>(List.of(name));
      report.savings().forEach(saving -> cells.add(difference(name, saving)));
      row(cells.toArray(String[]::new));
    }
  }

  private String difference(String name, BigDecimal saving) {
    return report.arms().stream()
        .filter(arm -> arm.arm().equals(name) && arm.saving() != null)
        .filter(arm -> saving.compareTo(arm.saving()) == 0)
        .filter(arm -> arm.againstFull() != null)
        .map(arm -> points(arm.againstFull().accuracy()))
        .findFirst()
        .orElse(NOTHING);
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
    lines.add("| " + String.join(" | ", cells) + " |");
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
