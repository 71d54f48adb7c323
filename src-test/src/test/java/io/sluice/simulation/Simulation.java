package io.sluice.simulation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** All that is asked of one seed. */
final class Simulation {

  private Simulation() {}

  /**
   * @throws AssertionError which tells what does not hold, and how to see it again
   */
  static void run(long seed) {
    Scenario scenario = Scenario.of(seed);
    Dice dice = new Dice(~seed);
    Faults faults = Faults.of(scenario, dice);
    String stage = "with faults";
    try {
      Run run = new Run(scenario, faults, dice.split());
      run.play();
      stage = "when its log is read again";
      Outputs again = run.replay(dice.split());
      compare(run.outputs().chunks(), again.chunks());
      compare(run.outputs().plans(), again.plans());
      if (!run.outputs().letters().equals(again.letters())) {
        run.outputs().letters().removeAll(again.letters());
        throw new Violation("dead letters are the same", run.outputs().letters().toString());
      }
      Letters.check(run);
      stage = "without faults";
      Run faultless = new Run(scenario, Faults.NONE, dice.split());
      faultless.play();
      stage = "compared with the same without faults";
      compare(run.outputs().chunks(), faultless.outputs().chunks());
    } catch (Exception e) {
      throw new AssertionError(
          String.format(
              "seed %d, %s: %s%n  %s%n  %s%n  again: mvn -pl src-test -am verify"
                  + " -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                  + " -Dsimulation.first=%d -Dsimulation.seeds=1",
              seed, stage, e, scenario.inWords(), faults, seed),
          e);
    }
  }

  private static <K> void compare(Map<K, byte[]> some, Map<K, byte[]> others) {
    for (Map.Entry<K, byte[]> entry : some.entrySet()) {
      byte[] other = others.get(entry.getKey());
      if (!Arrays.equals(entry.getValue(), other)) {
        throw new Violation(
            "both publish the same",
            entry.getKey() + ": " + text(entry.getValue()) + " and " + text(other));
      }
    }
    if (some.size() != others.size()) {
      throw new Violation("both publish the same", some.size() + " and " + others.size());
    }
  }

  private static String text(byte[] value) {
    if (value == null) {
      return "nothing";
    }
    return value.length > 0 && value[0] == '{'
        ? new String(value, StandardCharsets.UTF_8)
        : Outputs.parse(value).toString().replace('\n', ' ');
  }
}
