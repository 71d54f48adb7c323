package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectCommandTest {

  /** Three groups: 0 and 1, 2 and 3, 4. */
  private static final String LOSSES = "0,0.1\n1,0.2\n2,2.5\n3,2.6\n4,8\n";

  @TempDir private Path folder;
  private final TestingTerminal out = new TestingTerminal();
  private final TestingTerminal err = new TestingTerminal();
  private Path csv;
  private Path ids;

  @BeforeEach
  void files() {
    csv = folder.resolve("losses.csv");
    ids = folder.resolve("ids.txt");
  }

  @Test
  void selectsTheWindowAndPrintsTheClusters() throws IOException {
    Files.writeString(csv, "sample_id,loss\n" + LOSSES);

    int code = select("--clusters", "3", "--window-scale", "0.34", "--prune-ratio", "0");

    assertThat(err.text()).isEmpty();
    assertThat(code).isZero();
    assertThat(Files.readString(ids)).isEqualTo("2\n3\n");
    assertThat(out.lines())
        .containsExactly(
            "cluster  centre     from      to  size  keep  selected",
            "      1  0.1500  0.09998  0.2000     2     -         0",
            "      2   2.550    2.500   2.600     2  1.00         2",
            "      3   8.000    8.000   8.000     1     -         0",
            "",
            "Selection 1, seta: █[█]▅",
            "2 of 5 samples selected, 60.0 % left out.");
  }

  @Test
  void theWindowMovesWithTheEpoch() throws IOException {
    Files.writeString(csv, LOSSES);

    select("--epoch", "2", "--clusters", "3", "--window-scale", "0.34", "--prune-ratio", "0");

    assertThat(Files.readString(ids)).isEqualTo("4\n");
  }

  @Test
  void theLastEpochsHaveNoWindow() throws IOException {
    Files.writeString(csv, LOSSES);

    select("--epoch", "3", "--epochs", "4", "--clusters", "3", "--prune-ratio", "0");

    assertThat(Files.readString(ids)).isEqualTo("0\n1\n2\n3\n4\n");
    assertThat(out.text()).contains("Selection 3, seta, annealing: [██▅]");
  }

  @Test
  void eachCycleEndsWithoutAWindow() throws IOException {
    Files.writeString(csv, LOSSES);

    select("--epoch", "799", "--epochs", "unbounded", "--anneal-every", "8", "--clusters", "3");
    assertThat(out.text()).contains("Selection 799, seta, annealing: ");

    select("--epoch", "800", "--epochs", "unbounded", "--anneal-every", "8", "--clusters", "3");
    assertThat(out.text()).contains("Selection 800, seta: ");

    select("--epoch", "799", "--epochs", "unbounded", "--clusters", "3");
    assertThat(out.text()).contains("Selection 799, seta: ");
  }

  @Test
  void readsStandardInput() throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(LOSSES.getBytes(StandardCharsets.UTF_8)));
    try {
      int code = run("select", "--losses", "-", "--policy", "full", "--out", ids.toString());
      assertThat(code).isZero();
    } finally {
      System.setIn(before);
    }
    assertThat(Files.readString(ids)).isEqualTo("0\n1\n2\n3\n4\n");
  }

  @Test
  void ofASamplesLossesTheLastCountsAndTheOthersAreCounted() throws IOException {
    Files.writeString(csv, "9,1\n7,5\n9,2\n7,1\n9,3\n");

    select("--policy", "full", "--clusters", "2");

    assertThat(Files.readString(ids)).isEqualTo("7\n9\n");
    assertThat(out.lines())
        .contains(
            "      1   1.000  1.000  1.000     1  1.00         1",
            "      2   3.000  3.000  3.000     1  1.00         1",
            "Losses that a later one of the same sample overrode: 3.");
  }

  @Test
  void equalLossesAreSplitIntoGroupsOfWhichTheWindowTakesItsShare() throws IOException {
    Files.writeString(csv, csvOf(4_000, id -> 1.5));

    select("--clusters", "4", "--window-scale", "0.5", "--prune-ratio", "0");

    List<String> selected = Files.readAllLines(ids);
    // Half of 4,000 by a hash: standard deviation 32.
    assertThat(selected).hasSizeBetween(1_840, 2_160);
    // At epoch 1 the window has the groups 2 and 3.
    assertThat(out.lines().get(1))
        .isEqualTo("      1   1.500  1.500  1.500  1,000     -         0");
    assertThat(out.lines().get(2)).contains("1.00").doesNotEndWith(" 0");
    assertThat(out.lines().get(3)).contains("1.00").doesNotEndWith(" 0");
    assertThat(out.lines().get(4)).endsWith(" 0");
  }

  @Test
  void whatTheTableCountsIsWhatTheFileHolds() throws IOException {
    Random random = new Random(7);
    Files.writeString(csv, csvOf(20_000, id -> Math.exp(random.nextGaussian())));

    select("--seed", "3");

    long selected = Files.readAllLines(ids).size();
    long counted =
        out.lines().stream()
            .skip(1)
            .takeWhile(line -> !line.isEmpty())
            .mapToLong(line -> Long.parseLong(line.replaceAll(".* ", "").replace(",", "")))
            .sum();
    assertThat(counted).isEqualTo(selected).isPositive();
    assertThat(out.text()).contains(Numbers.count(selected) + " of 20,000 samples selected");
  }

  @Test
  void anotherSeedKeepsOthers() throws IOException {
    Files.writeString(csv, csvOf(1_000, id -> id));

    select("--policy", "random", "--seed", "3");
    String third = Files.readString(ids);
    select("--policy", "random", "--seed", "3");
    assertThat(Files.readString(ids)).isEqualTo(third);
    select("--policy", "random", "--seed", "4");
    assertThat(Files.readString(ids)).isNotEqualTo(third);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uFEFF", "\uFEFFsample_id,loss\n", "sample_id,loss\n", "id\n", ""})
  void readsAFileWithAByteOrderMarkOrAHeaderFromItsFirstLoss(String start) throws IOException {
    Files.writeString(csv, start + LOSSES);

    assertThat(select("--policy", "full")).as(err.text()).isZero();

    assertThat(Files.readString(ids)).isEqualTo("0\n1\n2\n3\n4\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5",
        "5,",
        "5,x",
        "x,5",
        "5,NaN",
        "5,Infinity",
        "5,1e39",
        "-5,1",
        "5.5,1",
        "5,1,2",
        ",",
        "99999999999999999999,1"
      })
  void aLineThatIsNotTwoNumbersIsNamed(String line) throws IOException {
    Files.writeString(csv, "0,1\n1,2\n" + line + "\n");

    int code = select();

    assertThat(code).isEqualTo(1);
    assertThat(err.lines())
        .containsExactly(
            "sluice: "
                + csv
                + " line 3 is '"
                + line
                + "'; expected sample_id,loss: an integer from 0 and a finite number, such as"
                + " 42,0.125");
    assertThat(ids).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "sample_id,loss\n"})
  void aFileWithoutLossesIsAnError(String content) throws IOException {
    Files.writeString(csv, content);

    assertThat(select()).isEqualTo(1);
    assertThat(err.lines()).hasSize(1).first().asString().contains(csv + " has no losses");
  }

  @Test
  void aFileThatIsMissingIsAnError() {
    assertThat(select()).isEqualTo(1);
    assertThat(err.lines()).containsExactly("sluice: file " + csv + " does not exist");
  }

  @Test
  void anEpochBeyondTheRunIsBadUsage() throws IOException {
    Files.writeString(csv, LOSSES);

    assertThat(select("--epoch", "12")).isEqualTo(2);
    assertThat(err.lines())
        .containsExactly(
            "sluice: epoch is 12; allowed: 0 to 11, since epochs is 12; see sluice select --help");
  }

  @Test
  void withoutAnEndTheEpochIsAsHighAsEpochsAreNumbered() throws IOException {
    Files.writeString(csv, LOSSES);

    assertThat(select("--epoch", "1000000", "--epochs", "unbounded")).isZero();
    assertThat(select("--epoch", "1000001", "--epochs", "unbounded")).isEqualTo(2);
    assertThat(err.lines())
        .containsExactly(
            "sluice: epoch is 1000001; allowed: 0 to 1000000, since epochs is unbounded; see sluice"
                + " select --help");
  }

  @Test
  void aSettingOutOfRangeIsBadUsage() throws IOException {
    Files.writeString(csv, LOSSES);

    assertThat(select("--clusters", "0")).isEqualTo(2);
    assertThat(err.lines())
        .hasSize(1)
        .first()
        .asString()
        .contains("clusters is '0'")
        .endsWith("; see sluice select --help");
  }

  @Test
  void theEnvironmentIsReadAndFlagsOverrideIt() throws IOException {
    Files.writeString(csv, LOSSES);
    Map<String, String> environment = Map.of("SLUICE_POLICY", "full", "SLUICE_CLUSTERS", "2");

    run(environment, "select", "--losses", csv.toString(), "--clusters", "3");

    assertThat(out.text()).contains("Selection 1, full: [██▅]");
  }

  private static String csvOf(int samples, IntToDoubleFunction loss) {
    return IntStream.range(0, samples)
        .mapToObj(id -> id + "," + loss.applyAsDouble(id) + "\n")
        .collect(Collectors.joining());
  }

  private int select(String... flags) {
    List<String> arguments =
        new ArrayList<>(List.of("select", "--losses", csv.toString(), "--out", ids.toString()));
    arguments.addAll(List.of(flags));
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    return run(Map.of(), arguments);
  }

  private int run(Map<String, String> environment, String... arguments) {
    try (LogFile log = LogFile.open()) {
      return Sluice.commandLine(out.plain(), err.out(), log, environment).execute(arguments);
    }
  }
}
