package io.sluice.simulation;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Agents and job under faults that a seed decides on. The system property {@code simulation.seeds}
 * says how many seeds, {@code simulation.first} from which on.
 */
class SimulationTest {

  private static final long SEEDS = Long.getLong("simulation.seeds", 300);
  private static final long FIRST = Long.getLong("simulation.first", 0);

  @Test
  void faultsChangeNothing() {
    LongStream.range(FIRST, FIRST + SEEDS).parallel().forEach(Simulation::run);
  }
}
