package io.sluice.agent.data;

/**
 * SplitMix64 (Steele, Lea, Flood 2014). Written out because the JDK does not promise the same
 * numbers in every release, and a procedural sample must be the same everywhere.
 */
final class SplitMix {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;

  /** The stream of random numbers that belongs to one sample. */
  SplitMix(long seed, long stream, long id) {
    state = mix(mix(mix(seed) + stream) + id);
  }

  long next() {
    state += GOLDEN;
    return mix(state);
  }

  /** Uniform in [0, 1). */
  float uniform() {
    return (next() >>> 40) * 0x1p-24f;
  }

  /** Uniform in [from, to). */
  float uniform(float from, float to) {
    return from + (to - from) * uniform();
  }

  /** Uniform in 0 … bound − 1, for the small bounds used here. */
  int below(int bound) {
    return (int) (((next() >>> 32) * bound) >>> 32);
  }

  /** Nearly normal with mean 0 and deviation 1: the sum of four uniforms, from one draw. */
  float normal() {
    long bits = next();
    long sum =
        (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48 & 0xFFFF);
    return (sum - 131_070L) * 2.6429e-5f; // deviation of the sum: 65,536 · sqrt(4 / 12)
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
