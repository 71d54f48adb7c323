package io.sluice.local.experiment;

import io.sluice.local.EffectiveSettings;
import io.sluice.protocol.config.Option;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells runs apart by the settings that their outcome depends on. */
final class RunKey {

  /** Where and how a run is run; its outcome is the same. */
  private static final Set<String> IMMATERIAL =
      List.<Option<?>>of(
              Options.RUN_NAME,
              Options.BOOTSTRAP_SERVERS,
              Options.PARTITIONS,
              Options.REPLICATION,
              Options.PARALLELISM,
              Options.CHECKPOINT_INTERVAL,
              Options.STALL_WARNING,
              Options.RANK,
              Options.CHECKPOINT_DIR,
              Options.LOSS_BUFFER,
              Options.METRICS_PORT)
          .stream()
          .map(Option::key)
          .collect(Collectors.toUnmodifiableSet());

  private static final int DIGITS = 12;

  private RunKey() {}

  /**
   * A short hash of the settings that matter. Those at their defaults do not count, so that a
   * setting which is new in a later version leaves the keys as they are.
   *
   * @param fullEpochs the epochs of full training, which the outcome is compared with
   */
  static String of(RunConfig config, int fullEpochs) {
    Map<String, Object> defaults = EffectiveSettings.of(RunConfig.defaults());
    String settings =
        EffectiveSettings.of(config).entrySet().stream()
            .filter(setting -> !IMMATERIAL.contains(setting.getKey()))
            .filter(setting -> !setting.getValue().equals(defaults.get(setting.getKey())))
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .sorted()
            .collect(Collectors.joining("\n"));
    return hash(settings + "\nfull-epochs=" + fullEpochs);
  }

  /**
   * Whether an outcome with these settings is one of the run. It is not when a default has changed
   * since, which the key does not show.
   *
   * @param recorded settings in effect at the time
   */
  static boolean sameSettings(Map<String, Object> recorded, RunConfig config) {
    return EffectiveSettings.of(config).entrySet().stream()
        .filter(setting -> !IMMATERIAL.contains(setting.getKey()))
        .filter(setting -> recorded.containsKey(setting.getKey()))
        .allMatch(setting -> same(recorded.get(setting.getKey()), setting.getValue()));
  }

  /** Numbers come back from JSON in other types; the key has told large ones apart. */
  private static boolean same(Object recorded, Object now) {
    if (recorded instanceof Number a && now instanceof Number b) {
      return a.doubleValue() == b.doubleValue();
    }
    return recorded.equals(now);
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
