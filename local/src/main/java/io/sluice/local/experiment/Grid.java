package io.sluice.local.experiment;

import io.sluice.local.AtomicFile;
import io.sluice.local.Console;
import io.sluice.local.report.Page;
import io.sluice.protocol.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Trains what a grid still lacks, run by run, and keeps the report up to date. */
final class Grid {

  private final Console console;
  private final Experiment experiment;
  private final Path out;
  private final String version;

  /**
   * @param out folder of results and reports
   */
  Grid(Console console, Experiment experiment, Path out, String version) {
    this.console = console;
    this.experiment = experiment;
    this.out = out;
    this.version = version;
  }

  Path resultsPath() {
    return out.resolve(experiment.name() + ".jsonl");
  }

  /**
   * What there is to train.
   *
   * @param planned number of runs of the arms that are wanted, each key once
   * @param left those of them without a result, in their order
   */
  record Work(int planned, List<PlannedRun> left) {}

  static Work work(Experiment experiment, ResultsFile results, Predicate<Arm> wanted) {
    Set<String> keys = new HashSet<>();
    List<PlannedRun> planned =
        experiment.grid().stream()
            .filter(run -> wanted.test(run.arm()))
            .filter(run -> keys.add(run.key()))
            .toList();
    return new Work(
        planned.size(), planned.stream().filter(run -> results.find(run).isEmpty()).toList());
  }

  /**
   * Trains the runs that are left.
   *
   * <p>A run that fails for its settings, such as one that diverges, does not keep the others from
   * their turn; unless nothing has ever succeeded.
   *
   * @throws UserError when runs have failed
   */
  void train(Work work, ResultsFile results, Trainer trainer) throws InterruptedException {
    int done = work.planned() - work.left().size();
    List<String> failures = new ArrayList<>();
    try (GridProgress progress =
        new GridProgress(console, work.planned(), work.left(), System::nanoTime)) {
      for (PlannedRun run : work.left()) {
        progress.started(run);
        Trainer.Training training;
        try {
          training = trainer.train(run.config(), progress::at);
        } catch (UserError e) {
          if (done == 0) {
            throw e;
          }
          failures.add(run.describe());
          progress.failed(e.getMessage());
          continue;
        }
        ResultLine line = ResultLine.of(experiment, run, version, training);
        results.add(line);
        report(results);
        progress.finished(line);
        done++;
      }
    } catch (InterruptedException e) {
      console.line(
          String.format(
              "Stopped with %d of %d runs done; the same command goes on from there.",
              done, work.planned()));
      throw e;
    }
    if (!failures.isEmpty()) {
      throw new UserError(
          String.format(
              "%d of %d runs failed (%s); the same command tries them again",
              failures.size(), work.left().size(), String.join("; ", failures)));
    }
  }

  /** Writes what the results say so far, for people and for tools. */
  void report(ResultsFile results) {
    ResultsFile.createFolder(out);
    Report report = Aggregation.report(experiment, results::find, version);
    AtomicFile.write(markdownPath(), file -> file.write(MarkdownReport.of(report)));
    AtomicFile.write(out.resolve(experiment.name() + ".json"), file -> file.write(report.toJson()));
    Page.of("Sluice experiment: " + experiment.name(), "experiment", report.json())
        .write(pagePath());
  }

  Path pagePath() {
    return out.resolve(experiment.name() + ".html");
  }

  Path markdownPath() {
    return out.resolve(experiment.name() + ".md");
  }
}
