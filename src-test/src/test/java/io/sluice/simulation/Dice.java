package io.sluice.simulation;

import java.util.List;
import java.util.Random;

/**
 * The random choices of one seed. By {@link Random}, whose numbers are the same on every JDK, so
 * that a seed replays anywhere.
 */
final class Dice {

  private final Random random;

  Dice(long seed) {
    random = new Random(mix(seed));
  }

  /** A number of its own for every seed, without a visible pattern (SplitMix64's finalizer). */
  static long mix(long seed) {
    long z = seed + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Dice that do not depend on how often these are thrown from now on. */
  Dice split() {
    return new Dice(random.nextLong());
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Both ends included. */
  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  <T> T pick(List<T> options) {
    return options.get(random.nextInt(options.size()));
  }

  double pick(double... options) {
    return options[random.nextInt(options.length)];
  }

  /** For what shuffles. */
  Random random() {
    return random;
  }

  long number() {
    return random.nextLong();
  }

  byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
