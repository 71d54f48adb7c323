package io.sluice.simulation;

/** How a simulated run's losses are distributed. A loss depends on seed, epoch and id alone. */
enum LossKind {
  SPREAD {
    @Override
    float of(double fraction) {
      return (float) (4 * fraction);
    }
  },

  /** Most samples are easy, few are very hard. */
  HEAVY_TAIL {
    @Override
    float of(double fraction) {
      return (float) (0.05 / (1.0001 - fraction));
    }
  },

  EQUAL {
    @Override
    float of(double fraction) {
      return 0.7f;
    }
  },

  FEW_VALUES {
    @Override
    float of(double fraction) {
      return (float) Math.floor(fraction * 3);
    }
  },

  NEGATIVE {
    @Override
    float of(double fraction) {
      return (float) (2 - 5 * fraction);
    }
  },

  /** Among ordinary ones the greatest that there are, of both signs. */
  HUGE {
    @Override
    float of(double fraction) {
      return fraction < 0.2 ? -3.4e38f : fraction > 0.8 ? 3.4e38f : (float) fraction;
    }
  };

  /**
   * @param fraction evenly from 0 to 1
   */
  abstract float of(double fraction);

  float of(long seed, int epoch, long id) {
    return of((Dice.mix(Dice.mix(Dice.mix(seed) + epoch) + id) >>> 11) * 0x1p-53);
  }
}
