package io.sluice.agent.data;

public final class SampleSources {
  public static SampleSource open(String spec, long seed) {
    return new GlyphSource(seed, Long.parseLong(spec.split(":")[1]));
  }
}
