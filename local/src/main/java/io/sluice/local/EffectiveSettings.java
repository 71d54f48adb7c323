package io.sluice.local;

import io.sluice.protocol.config.Epochs;
import io.sluice.protocol.config.Option;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A run's settings in effect as tools get them. */
public final class EffectiveSettings {

  private EffectiveSettings() {}

  /** By key in the order of the help, numbers as numbers; what nobody set is left out. */
  public static Map<String, Object> of(RunConfig config) {
    Map<String, String> texts = config.inEffect();
    Map<String, Object> settings = new LinkedHashMap<>();
    for (Option<?> option : Options.ALL) {
      String text = texts.get(option.key());
      if (text != null) {
        settings.put(option.key(), number(config.get(option)).orElse(text));
      }
    }
    return settings;
  }

  private static Optional<Object> number(Object value) {
    if (value instanceof Epochs epochs && epochs.bounded()) {
      return Optional.of(epochs.count());
    }
    return value instanceof Number ? Optional.of(value) : Optional.empty();
  }
}
