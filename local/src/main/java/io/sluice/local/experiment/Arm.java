package io.sluice.local.experiment;

import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is compared: settings of a name, trained with each seed, and with each saving unless it is a
 * baseline.
 *
 * @param settings on top of the experiment's
 * @param at further settings for single savings
 */
record Arm(String name, Kind kind, Settings settings, Map<Saving, Settings> at) {

  enum Kind {
    /** Has nothing to do with savings. */
    BASELINE,
    /** Full training that ends as early as the saving says. */
    SHORTER,
    /** Gets the budget that a saving leaves. */
    POLICY
  }

  /**
   * Settings and where they are from.
   *
   * @param origin for messages
   */
  record Settings(Map<String, String> values, String origin) {
    static final Settings NONE = new Settings(Map.of(), "");
  }

  static Arm shorter(String name) {
    return new Arm(name, Kind.SHORTER, Settings.NONE, Map.of());
  }

  /** The savings that it is trained with; a single empty one for a baseline. */
  List<Optional<Saving>> savings(List<Saving> all) {
    return kind == Kind.BASELINE
        ? List.of(Optional.empty())
        : all.stream().map(Optional::of).toList();
  }

  /**
   * Its settings in full.
   *
   * @param base the experiment's
   */
  RunConfig config(RunConfig base, Optional<Saving> saving) {
    RunConfig config =
        saving
            .map(s -> base.with(ofSaving(base, s), "saving " + s))
            .orElse(base)
            .with(settings.values(), settings.origin());
    Settings further = saving.map(s -> at.getOrDefault(s, Settings.NONE)).orElse(Settings.NONE);
    return config.with(further.values(), further.origin());
  }

  private Map<String, String> ofSaving(RunConfig base, Saving saving) {
    if (kind == Kind.SHORTER) {
      int epochs = saving.epochs(base.get(Options.EPOCHS).count());
      return Map.of("policy", "full", "epochs", Integer.toString(epochs));
    }
    return Map.of("budget", saving.budget());
  }
}
