package io.sluice.faults;

import io.sluice.TestingRun;
import io.sluice.job.SelectionJob;
import io.sluice.local.LocalFlink;
import io.sluice.local.LocalKafka;
import io.sluice.protocol.config.RunConfig;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.core.execution.JobClient;

/** What is to come out: a run in which nothing fails. */
final class FaultFreeRun {

  private record Key(Map<String, String> settings, int epochs, boolean many) {}

  /** Many tests compare with the same run. */
  private static final Map<Key, Selections> KNOWN = new HashMap<>();

  private FaultFreeRun() {}

  /** Settings of all runs here: two ranks, and selections that depend on every loss. */
  static RunConfig config(String bootstrapServers, String run, Map<String, String> more) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of("epochs", "1000", "clusters", "4", "window-scale", "0.5", "world-size", "2"));
    settings.putAll(more);
    return TestingRun.config(bootstrapServers, run, settings);
  }

  /** As {@link #selections(int, Map)}, with the settings that tests have in common. */
  static Selections selections(int epochs) throws Exception {
    return selections(epochs, Map.of());
  }

  /**
   * @param epochs how many are trained; one more is selected
   */
  static synchronized Selections selections(int epochs, Map<String, String> settings)
      throws Exception {
    return selections(new Key(settings, epochs, false));
  }

  /** As {@link #selections(int)}, of {@link SyntheticTrainer#MANY_SAMPLES}. */
  static synchronized Selections selectionsOfMany(int epochs) throws Exception {
    return selections(new Key(Map.of(), epochs, true));
  }

  private static Selections selections(Key key) throws Exception {
    if (!KNOWN.containsKey(key)) {
      KNOWN.put(key, run(key));
    }
    return KNOWN.get(key);
  }

  private static Selections run(Key key) throws Exception {
    try (LocalKafka kafka = LocalKafka.create();
        LocalFlink flink = LocalFlink.create(0, 2)) {
      RunConfig config = config(kafka.bootstrapServers(), "fault-free", key.settings());
      JobClient job =
          flink.submit(
              SelectionJob.jobName(config), environment -> SelectionJob.build(environment, config));
      try (Trainers trainers = key.many() ? Trainers.joinWithMany(config) : Trainers.join(config)) {
        for (int epoch = 0; epoch < key.epochs(); epoch++) {
          trainers.train(epoch);
        }
        trainers.begin(key.epochs());
      }
      job.cancel().get();
      return Selections.of(config);
    }
  }
}
