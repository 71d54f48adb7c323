package io.sluice.local.experiment;

import io.sluice.local.Numbers;
import io.sluice.local.experiment.Report.AgainstFull;
import io.sluice.local.experiment.Report.ArmReport;
import io.sluice.local.experiment.Report.Spread;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What an experiment came to at a glance, in Markdown: a table of the baselines, then one of the
 * policies with a column for each saving.
 */
final class SavingTables {

  private static final String NOTHING = "–";

  /** Below this fraction of saved samples, the time saved by each is noise. */
  private static final double LITTLE = 0.01;

  private final Report report;

  SavingTables(Report report) {
    this.report = report;
  }

  /** In percent, with the spread, and the difference to full training in points. */
  List<String> accuracy() {
    return tables("accuracy", this::accuracy);
  }

  /** Also as a part of full training's, and what was saved of it over the samples saved. */
  List<String> wallClock() {
    return tables("wall clock", this::wallClock);
  }

  private List<String> tables(String figure, Function<ArmReport, String> cell) {
    List<String> lines = new ArrayList<>();
    List<ArmReport> baselines = report.arms().stream().filter(arm -> arm.saving() == null).toList();
    if (!baselines.isEmpty()) {
      lines.add(row(List.of("baseline", "saved", figure)));
      lines.add("|---|---:|---:|");
      for (ArmReport arm : baselines) {
        lines.add(row(List.of(arm.arm(), Numbers.percent(arm.savedFraction()), cell.apply(arm))));
      }
    }
    List<String> policies =
        report.arms().stream()
            .filter(arm -> arm.saving() != null)
            .map(ArmReport::arm)
            .distinct()
            .toList();
    if (!policies.isEmpty()) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      List<String> header = new ArrayList<>(List.of("arm"));
      report.savings().forEach(saving -> header.add(new Saving(saving).percent() + " saved"));
      lines.add(row(header));
      lines.add("|---|" + "---:|".repeat(report.savings().size()));
      for (String name : policies) {
        List<String> cells = new ArrayList<>(List.of(name));
        report.savings().forEach(saving -> cells.add(cell(name, saving, cell)));
        lines.add(row(cells));
      }
    }
    return lines;
  }

  private String cell(String name, BigDecimal saving, Function<ArmReport, String> cell) {
    return report.arms().stream()
        .filter(arm -> arm.arm().equals(name) && arm.saving() != null)
        .filter(arm -> saving.compareTo(arm.saving()) == 0)
        .map(cell)
        .findFirst()
        .orElse(NOTHING);
  }

  private String accuracy(ArmReport arm) {
    Spread accuracy = arm.finalTestAccuracy();
    StringBuilder text = new StringBuilder(format("%.2f", 100 * accuracy.mean()));
    if (accuracy.standardDeviation() != null) {
      text.append(format(" ± %.2f", 100 * accuracy.spread()));
    }
    if (isCompared(arm)) {
      text.append(format(" (%+.2f)", 100 * arm.againstFull().accuracy()));
    }
    return text.append(seeds(arm)).toString();
  }

  private String wallClock(ArmReport arm) {
    StringBuilder text = new StringBuilder(format("%.1f s", arm.seconds()));
    if (isCompared(arm)) {
      AgainstFull full = arm.againstFull();
      text.append(format(", %.0f %%", 100 * full.seconds()));
      if (arm.savedFraction() > LITTLE) {
        text.append(format(" (%.2f)", (1 - full.seconds()) / arm.savedFraction()));
      }
    }
    return text.append(seeds(arm)).toString();
  }

  private boolean isCompared(ArmReport arm) {
    return arm.againstFull() != null && !arm.arm().equals(report.full());
  }

  /** Where some are missing. */
  private String seeds(ArmReport arm) {
    return arm.runs() == report.seeds().size()
        ? ""
        : ", " + arm.runs() + (arm.runs() == 1 ? " seed" : " seeds");
  }

  /** A line of a table. */
  static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String format(String format, double figure) {
    return String.format(Locale.ROOT, format, figure);
  }
}
