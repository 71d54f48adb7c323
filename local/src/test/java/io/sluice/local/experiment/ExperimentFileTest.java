package io.sluice.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.protocol.UsageError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentFileTest {

  private static final String GRID =
      """
      name: g
      settings:
        dataset: glyphs
        epochs: 12
        clusters: 7
      seeds: [1, -9223372036854775808]
      savings: [0.70, 0.3]
      baselines:
        full: {policy: full}
        low: {policy: random, budget: 0.9}
      shorter: true
      policies:
        seta: {policy: seta, clusters: 3}
        infobatch:
          policy: infobatch
          annealing-start: 0.8
          at:
            0.7: {annealing-start: 0.9, clusters: 4}
        fixed: {policy: seta, budget: 1, prune-ratio: 0.2}
      """;

  @TempDir private Path folder;

  @Test
  void theGridIsEverySeedWithEveryArmAndSaving() throws IOException {
    assertThat(read(GRID).grid().stream().map(PlannedRun::describe))
        .startsWith(
            "full, seed 1",
            "low, seed 1",
            "shorter, saving 30 %, seed 1",
            "shorter, saving 70 %, seed 1",
            "seta, saving 30 %, seed 1",
            "seta, saving 70 %, seed 1",
            "infobatch, saving 30 %, seed 1",
            "infobatch, saving 70 %, seed 1",
            "fixed, saving 30 %, seed 1",
            "fixed, saving 70 %, seed 1",
            "full, seed -9223372036854775808")
        .hasSize(20);
  }

  @Test
  void aSavingLeavesABudgetToPoliciesAlone() throws IOException {
    Experiment grid = read(GRID);

    assertThat(config(grid, "seta", "0.3").get(Options.BUDGET)).isEqualTo(0.7);
    assertThat(config(grid, "seta", "0.7").get(Options.BUDGET)).isEqualTo(0.3);
    assertThat(config(grid, "fixed", "0.7").get(Options.BUDGET)).as("its own").isEqualTo(1);
    assertThat(config(grid, "full", "").get(Options.BUDGET)).isEqualTo(1);
    assertThat(config(grid, "low", "").get(Options.BUDGET)).isEqualTo(0.9);
    assertThat(config(grid, "shorter", "0.7").get(Options.BUDGET)).isEqualTo(1);
  }

  @Test
  void settingsOfAnArmGoOverThoseOfAllAndThoseOfASavingOverBoth() throws IOException {
    Experiment grid = read(GRID);

    assertThat(config(grid, "full", "").get(Options.CLUSTERS)).isEqualTo(7);
    assertThat(config(grid, "seta", "0.3").get(Options.CLUSTERS)).isEqualTo(3);
    assertThat(config(grid, "infobatch", "0.3").get(Options.CLUSTERS)).isEqualTo(7);
    assertThat(config(grid, "infobatch", "0.3").get(Options.ANNEALING_START)).isEqualTo(0.8);
    assertThat(config(grid, "infobatch", "0.7").get(Options.CLUSTERS)).isEqualTo(4);
    assertThat(config(grid, "infobatch", "0.7").get(Options.ANNEALING_START)).isEqualTo(0.9);
    assertThat(config(grid, "infobatch", "0.7").get(Options.POLICY)).isEqualTo("infobatch");
  }

  @Test
  void flagsGoOverTheSettingsOfAllButNotOverAnArms() throws IOException {
    Experiment grid =
        TestingExperiments.read(folder, GRID, Map.of("clusters", "9", "dataset", "idx:/d"));

    assertThat(config(grid, "full", "").get(Options.CLUSTERS)).isEqualTo(9);
    assertThat(config(grid, "seta", "0.3").get(Options.CLUSTERS)).isEqualTo(3);
    assertThat(config(grid, "seta", "0.3").get(Options.DATASET)).isEqualTo("idx:/d");
  }

  @ParameterizedTest
  @CsvSource({"0.3, 8", "0.7, 4"})
  void shorterIsFullTrainingOfFewerEpochs(String saving, int epochs) throws IOException {
    RunConfig shorter = config(read(GRID), "shorter", saving);

    assertThat(shorter.get(Options.EPOCHS).count()).isEqualTo(epochs);
    assertThat(shorter.get(Options.POLICY)).isEqualTo("full");
  }

  @ParameterizedTest
  @CsvSource({"0.3, 12, 8", "0.3, 5, 4", "0.5, 5, 3", "0.7, 12, 4", "0.99, 12, 1", "0.7, 40, 12"})
  void epochsAreRoundedAndAtLeastOne(String saving, int full, int epochs) {
    assertThat(Saving.parse(saving).epochs(full)).isEqualTo(epochs);
  }

  @Test
  void runsHaveNamesOfTheirOwn() throws IOException {
    assertThat(read(GRID).grid())
        .filteredOn(run -> !run.arm().name().equals("fixed")) // one run for both savings
        .extracting(run -> run.config().get(Options.RUN_NAME))
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("g-[0-9a-f]{12}"));
  }

  @Test
  void differencesAreOfTheBaselineThatIsFullTraining() throws IOException {
    assertThat(read(GRID).full().orElseThrow().name()).isEqualTo("full");
    assertThat(read(GRID.replace("full: {policy: full}", "x: {policy: full, epochs: 3}")).full())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed: 1", // a misspelt key
        "settings: {epoch: 12}",
        "settings: {epochs: 0}",
        "settings: {epochs: unbounded}",
        "settings: {seed: 4}",
        "settings: {run: x}",
        "settings: {budget: 0.5}",
        "settings: {kafka: {a: b}}",
        "settings: {kafka.a: b}",
        "settings: 3",
        "seeds: 1",
        "seeds: [1.5]",
        "seeds: [1, 1]",
        "seeds: []",
        "savings: [0.5, 0.50]",
        "savings: [0]",
        "savings: [1]",
        "savings: [x]",
        "savings: []",
        "savings: [[0.5]]",
        "shorter: yes",
        "baselines: {a b: {policy: full}}",
        "shorter: true\nbaselines: {shorter: {policy: full}}",
        "policies: {a: {}, shorter: {}}",
        "baselines: {a: {policy: none}}",
        "baselines: {a: {polcy: full}}",
        "baselines: {a: {dataset: glyphs}}",
        "baselines: {a: {epochs: unbounded}}",
        "baselines: {a: {at: {0.3: {clusters: 3}}}}",
        "policies: {a: {at: {0.4: {clusters: 3}}}}",
        "policies: {a: {at: {0.3: {clusters: 3}, 0.30: {clusters: 4}}}}",
        "policies: {a: {at: {x: {clusters: 3}}}}",
        "policies: {a: {at: {0.3: {cluster: 3}}}}",
        "policies: {a: {seed: 3}}",
        "policies: {a: seta}",
        "name: ../a",
        "name:",
        "name: [a]",
        "? [a]\n: b"
      })
  void whatIsNotAllowedIsALineThatNamesFileAndKey(String wrong) {
    String key = wrong.replaceAll("[^a-z].*", "");
    String yaml =
        wrong
            + "\n"
            + """
              name: g
              settings: {epochs: 12}
              seeds: [1]
              savings: [0.3]
              shorter: true
              policies: {seta: {policy: seta}}
              """
                .lines()
                .filter(line -> !line.startsWith(key + ":") || key.isEmpty())
                .reduce("", (a, b) -> a + b + "\n");

    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(UsageError.class)
        .hasMessageNotContaining("\n")
        .hasMessageContaining(folder.resolve("e.yaml").toString())
        .hasMessageContaining(key);
  }

  @Test
  void aValueThatIsNotAllowedSaysWhereItStandsAndWhatIs() {
    assertThatThrownBy(() -> read(GRID.replace("clusters: 4", "clusters: 0")))
        .hasMessage(
            "clusters is '0' (%s, policies.infobatch.at.0.7); allowed: an integer from 1 to 256",
            folder.resolve("e.yaml"));
    assertThatThrownBy(() -> read(GRID.replace("shorter:", "shortr:")))
        .hasMessage(
            "experiment file %s: unknown key 'shortr'; allowed: name, settings, seeds, savings,"
                + " baselines, shorter, policies",
            folder.resolve("e.yaml"));
  }

  @Test
  void twoArmsOfANameAreAnError() {
    assertThatThrownBy(() -> read(GRID.replace("low:", "seta:")))
        .isInstanceOf(UsageError.class)
        .hasMessageContaining("policies.seta is the name of two arms");
  }

  @Test
  void withBaselinesAloneThereNeedBeNoSavings() throws IOException {
    Experiment ablation =
        read("name: a\nseeds: [1]\nbaselines: {a: {}, b: {clusters: 3}}\nsettings: {epochs: 2}\n");

    assertThat(ablation.grid()).hasSize(2);
    assertThat(ablation.full()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "glyphs-short, 120",
    "glyphs-long, 120",
    "fashion-short, 120",
    "fashion-long, 120",
    "ablation, 27"
  })
  void theFilesThatComeAlongAreRight(String name, int runs) {
    Experiment experiment =
        ExperimentFile.read(Path.of("..", "experiments", name + ".yaml"), settings -> settings);

    assertThat(experiment.name()).isEqualTo(name);
    assertThat(experiment.full()).isPresent();
    assertThat(experiment.grid().stream().map(PlannedRun::key).distinct()).hasSize(runs);
  }

  @Test
  void aFileThatIsMissingIsAClearLine() {
    assertThatThrownBy(() -> ExperimentFile.read(folder.resolve("none.yaml"), base -> base))
        .isInstanceOf(UsageError.class)
        .hasMessage("experiment file %s does not exist", folder.resolve("none.yaml"));
    assertThat(Files.exists(folder.resolve("none.yaml"))).isFalse();
  }

  private Experiment read(String yaml) throws IOException {
    return TestingExperiments.read(folder, yaml);
  }

  private static RunConfig config(Experiment experiment, String arm, String saving) {
    return TestingExperiments.run(experiment, arm, saving, 1).config();
  }
}
