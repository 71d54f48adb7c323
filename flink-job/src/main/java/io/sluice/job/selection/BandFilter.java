package io.sluice.job.selection;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * A plan's bands compiled into a table by difficulty code, to decide on samples at tens of millions
 * a second. Immutable and allocation-free after construction.
 */
public final class BandFilter {
  private static final int CODES = 1 << Character.SIZE;
  private static final long ALWAYS = KeepHash.threshold(1);

  private static final VarHandle CHARS =
      MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.LITTLE_ENDIAN);

  private final long keepStream;
  private final long splitStream;
  private final float[] weights;

  /** The rules, by code: rule r consists of the cases from firstCase[r] to firstCase[r + 1] - 1. */
  private final char[] ruleOfCode = new char[CODES];

  private final int[] firstCase;
  private final Case[] cases;

  /**
   * By weight and rule, what the keep hash of a sample that gets the weight has to be below. Null
   * if more than that decides: where bands overlap, split, tell fresh from stale or weight by
   * inclusion, and where classes are topped up.
   */
  private final long[][] keeps;

  private final long topUpStream;

  /** By label, what the top-up hash has to be below; 0 for no top-up. */
  private final long[] topUps;

  private final int weightOne;

  /** A band without its code interval. */
  private static final class Case {
    final boolean fresh;
    final boolean stale;
    final boolean split;
    final long splitFrom;
    final long splitTo;
    final long keep;

    /** By code of the inclusion weight, the place of the weight; of one element where all are. */
    final int[] weightIndex;

    Case(Band band, float[] weights) {
      fresh = band.freshness().holds(true);
      stale = band.freshness().holds(false);
      split = band.splitFrom() > 0 || band.splitTo() < 1;
      splitFrom = KeepHash.threshold(band.splitFrom());
      splitTo = KeepHash.threshold(band.splitTo());
      keep = KeepHash.threshold(band.keep());
      weightIndex =
          weightsOf(band).stream()
              .mapToInt(weight -> Arrays.binarySearch(weights, weight))
              .toArray();
    }

    int weightIndex(byte inclusion) {
      return weightIndex[weightIndex.length == 1 ? 0 : inclusion & 0xFF];
    }
  }

  /**
   * Compiles a plan's bands and top-ups.
   *
   * @param epoch which selection the plan makes, from 0
   * @param bands what it takes of the measured samples
   * @param topUps what it takes of single classes besides
   * @param seed the run's seed
   */
  public BandFilter(int epoch, List<Band> bands, List<TopUp> topUps, long seed) {
    keepStream = KeepHash.keepStream(seed, epoch);
    splitStream = KeepHash.splitStream(seed);
    topUpStream = KeepHash.topUpStream(seed, epoch);
    weights = weightsOf(bands);
    weightOne = Arrays.binarySearch(weights, 1f);
    this.topUps = thresholds(topUps);

    // Between two neighbouring ends of bands, all codes have the same rule.
    boolean[] ruleBegins = new boolean[CODES + 1];
    for (Band band : bands) {
      ruleBegins[band.lowerCode()] = true;
      ruleBegins[band.upperCode() + 1] = true;
    }
    ruleBegins[DifficultyCode.UNSEEN] = true;
    List<Integer> first = new ArrayList<>(List.of(0));
    List<Case> compiled = new ArrayList<>();
    for (int code = 0; code < CODES; code++) {
      if (ruleBegins[code]) {
        first.add(compiled.size());
        for (Band band : bands) {
          if (band.lowerCode() <= code && code <= band.upperCode()) {
            compiled.add(new Case(band, weights));
          }
        }
        if (code == DifficultyCode.UNSEEN) {
          compiled.add(new Case(Band.everywhere(1), weights));
        }
      }
      ruleOfCode[code] = (char) (first.size() - 1);
    }
    first.add(compiled.size());
    firstCase = first.stream().mapToInt(Integer::intValue).toArray();
    cases = compiled.toArray(Case[]::new);
    keeps = keeps();
  }

  /** Compiles a whole plan. */
  public BandFilter(SelectionPlan plan, long seed) {
    this(plan.epoch(), plan.bands(), plan.topUps(), seed);
  }

  private static float[] weightsOf(List<Band> bands) {
    TreeSet<Float> distinct = new TreeSet<>(List.of(1f));
    bands.forEach(band -> distinct.addAll(weightsOf(band)));
    float[] weights = new float[distinct.size()];
    int i = 0;
    for (float weight : distinct) {
      weights[i++] = weight;
    }
    return weights;
  }

  private static List<Float> weightsOf(Band band) {
    List<Float> weights = new ArrayList<>();
    for (int code = 0; code < (band.byInclusion() ? InclusionWeight.CODES : 1); code++) {
      weights.add(band.weight() * InclusionWeight.decode(code));
    }
    return weights;
  }

  private static long[] thresholds(List<TopUp> topUps) {
    long[] thresholds = new long[topUps.stream().mapToInt(TopUp::label).max().orElse(-1) + 1];
    topUps.forEach(topUp -> thresholds[topUp.label()] = KeepHash.threshold(topUp.keep()));
    return thresholds;
  }

  private long[][] keeps() {
    if (topUps.length > 0) {
      return null;
    }
    long[][] byWeight = new long[weights.length][firstCase.length - 1];
    for (int rule = 0; rule + 1 < firstCase.length; rule++) {
      int count = firstCase[rule + 1] - firstCase[rule];
      if (count > 0) {
        Case only = cases[firstCase[rule]];
        if (count > 1 || !only.fresh || !only.stale || only.split || only.weightIndex.length > 1) {
          return null;
        }
        byWeight[only.weightIndex[0]][rule] = only.keep;
      }
    }
    return byWeight;
  }

  /** Returns the distinct weights that selected samples may have, ascending; 1 is among them. */
  public float[] weights() {
    return weights.clone();
  }

  /**
   * Decides on one sample without a class, that was in every selection so far.
   *
   * @param code its difficulty code, or {@link DifficultyCode#UNSEEN} or {@link
   *     DifficultyCode#ABSENT}
   * @param fresh whether it was measured in the epoch just closed
   * @return the place of its weight in {@link #weights()}, or -1 if it is not selected
   */
  public int select(long sampleId, int code, boolean fresh) {
    return select(sampleId, code, fresh, InclusionWeight.ONE, Traits.NO_LABEL);
  }

  /**
   * Decides on one sample.
   *
   * @param inclusion code of its {@link InclusionWeight}
   * @param label its class, or {@link Traits#NO_LABEL}
   */
  int select(long sampleId, int code, boolean fresh, byte inclusion, char label) {
    int rule = ruleOfCode[code];
    int end = firstCase[rule + 1];
    for (int i = firstCase[rule]; i < end; i++) {
      Case c = cases[i];
      if ((fresh ? c.fresh : c.stale) && (!c.split || inSplit(c, sampleId))) {
        if (isKept(c, sampleId)) {
          return c.weightIndex(inclusion);
        }
        break;
      }
    }
    return isToppedUp(sampleId, code, label) ? weightOne : -1;
  }

  private boolean isToppedUp(long sampleId, int code, char label) {
    return label < topUps.length
        && code != DifficultyCode.ABSENT
        && Long.compareUnsigned(KeepHash.hash(topUpStream, sampleId), topUps[label]) < 0;
  }

  /**
   * Decides on consecutive samples of one shard.
   *
   * @param firstId id of the first sample
   * @param stride what each id has over the one before
   * @param codes 16-bit difficulty codes, little-endian; a multiple of 64
   * @param traits what else is known of them
   * @param selected by place of the weight in {@link #weights()}, a bit per sample: whether it is
   *     selected with the weight. Rows are made, {@code words} long, when the first sample gets the
   *     weight, so that few of many weights take memory
   * @param word first word of these samples in each row
   * @param words length of a row
   */
  public void select(
      long firstId,
      int stride,
      byte[] codes,
      Traits traits,
      long[][] selected,
      int word,
      int words) {
    int count = codes.length / Character.BYTES / Long.SIZE;
    for (int i = 0; i < count; i++) {
      int first = i * Long.SIZE;
      long id = firstId + (long) first * stride;
      if (keeps == null) {
        selectByCases(id, stride, codes, traits, first, selected, word + i, words);
      } else {
        for (int weight = 0; weight < selected.length; weight++) {
          long bits = keptBits(id, stride, codes, first, keeps[weight]);
          if (bits != 0) {
            row(selected, weight, words)[word + i] = bits;
          }
        }
      }
    }
  }

  private static long[] row(long[][] selected, int weight, int words) {
    if (selected[weight] == null) {
      selected[weight] = new long[words];
    }
    return selected[weight];
  }

  /** Without a branch: which samples stay is random, so the processor could not predict it. */
  private long keptBits(long firstId, int stride, byte[] codes, int firstCode, long[] keepOfRule) {
    long bits = 0;
    long id = firstId;
    for (int bit = 0; bit < Long.SIZE; bit++) {
      int code = (char) CHARS.get(codes, (firstCode + bit) * Character.BYTES);
      // Both are at most 2^63, so the difference is negative if the hash is less, unsigned.
      long difference = KeepHash.hash(keepStream, id) - keepOfRule[ruleOfCode[code]];
      bits |= (difference >>> (Long.SIZE - 1)) << bit;
      id += stride;
    }
    return bits;
  }

  private void selectByCases(
      long firstId,
      int stride,
      byte[] codes,
      Traits traits,
      int first,
      long[][] selected,
      int word,
      int words) {
    long id = firstId;
    for (int bit = 0; bit < Long.SIZE; bit++) {
      int sample = first + bit;
      int code = (char) CHARS.get(codes, sample * Character.BYTES);
      int weight =
          select(id, code, traits.isFresh(sample), traits.inclusion(sample), traits.label(sample));
      if (weight >= 0) {
        row(selected, weight, words)[word] |= 1L << bit;
      }
      id += stride;
    }
  }

  private boolean inSplit(Case c, long sampleId) {
    long hash = KeepHash.hash(splitStream, sampleId);
    return hash >= c.splitFrom && Long.compareUnsigned(hash, c.splitTo) < 0;
  }

  private boolean isKept(Case c, long sampleId) {
    return c.keep == ALWAYS
        || Long.compareUnsigned(KeepHash.hash(keepStream, sampleId), c.keep) < 0;
  }
}
