package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code sluice experiment} does without training. */
class ExperimentCommandTest {

  @TempDir private Path folder;
  private final TestingTerminal out = new TestingTerminal();
  private final TestingTerminal err = new TestingTerminal();
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void file() throws IOException {
    Files.writeString(
        folder.resolve("e.yaml"),
        """
        name: tiny
        settings: {dataset: "glyphs:1000", epochs: 10}
        seeds: [4]
        savings: [0.5]
        baselines: {full: {policy: full}}
        policies: {seta: {policy: seta}, random: {policy: random}}
        """);
  }

  @Test
  void aDryRunPrintsTheGridAndLeavesNothing() {
    assertThat(run("--dry-run")).as(err.text()).isZero();

    assertThat(out.lines())
        .hasSize(5)
        .anyMatch(line -> line.matches("  full +- +4  [0-9a-f]{12} +no"))
        .anyMatch(line -> line.matches("  seta +50 % +4  [0-9a-f]{12} +no"))
        .last()
        .isEqualTo("3 of 3 runs are left to train.");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void someArmsAlone() {
    assertThat(run("--dry-run", "--only", "seta,random")).as(err.text()).isZero();
    assertThat(out.text()).contains("seta", "random", "2 of 2").doesNotContain("full");

    assertThat(run("--dry-run", "--only", "steta")).isEqualTo(2);
    assertThat(err.text())
        .contains("only is 'steta' (flag); allowed: arms of ", "e.yaml: full, seta, random;");
  }

  @Test
  void flagsAndEnvironmentMakeOtherRuns() {
    run("--dry-run");
    String before = out.text();
    run("--dry-run", "--dataset", "glyphs:1001");
    assertThat(out.text().substring(before.length())).doesNotContain(keys(before));

    String flags = out.text();
    environment = Map.of("SLUICE_DATASET", "glyphs:1001", "SLUICE_CHECKPOINT_DIR", "/c");
    run("--dry-run");
    assertThat(out.text().substring(flags.length())).isEqualTo(flags.substring(before.length()));
  }

  @Test
  void theReportAloneNeedsNoResults() {
    assertThat(run("--report-only")).as(err.text()).isZero();
    assertThat(folder.resolve("out").resolve("tiny.md")).content().contains("0 of 3 runs are done");
    assertThat(folder.resolve("out").resolve("tiny.json")).exists();
    assertThat(folder.resolve("out").resolve("tiny.jsonl")).doesNotExist();
  }

  @Test
  void aMistakeInTheFileIsALineThatNamesIt() throws IOException {
    Files.writeString(folder.resolve("e.yaml"), "nam: x\n");

    assertThat(run()).isEqualTo(2);
    assertThat(err.lines()).hasSize(1).first().asString().contains("e.yaml", "name");
  }

  @Test
  void settingsOfTheExperimentsOwnAreNoFlags() {
    for (String flag : List.of("--seed", "--budget", "--run", "--rank", "--bootstrap-servers")) {
      assertThat(run("--dry-run", flag, "1")).as(flag).isEqualTo(2);
    }
  }

  private static String[] keys(String text) {
    return Pattern.compile("[0-9a-f]{12}")
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .toArray(String[]::new);
  }

  private int run(String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "experiment",
                folder.resolve("e.yaml").toString(),
                "--out",
                folder.resolve("out").toString()));
    all.addAll(List.of(arguments));
    return Sluice.commandLine(out.plain(), err.out(), LogFile.open(), environment)
        .execute(all.toArray(String[]::new));
  }
}
