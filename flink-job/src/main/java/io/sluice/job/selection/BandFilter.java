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
   * if more than that decides, which is so where bands overlap, split, or tell fresh from stale.
   */
  private final long[][] keeps;

  /** A band without its code interval. */
  private record Case(
      boolean fresh,
      boolean stale,
      boolean split,
      long splitFrom,
      long splitTo,
      long keep,
      int weightIndex) {}

  /**
   * Compiles a plan's bands.
   *
   * @param epoch which selection the plan makes, from 0
   * @param bands what it takes of the measured samples
   * @param seed the run's seed
   */
  public BandFilter(int epoch, List<Band> bands, long seed) {
    keepStream = KeepHash.keepStream(seed, epoch);
    splitStream = KeepHash.splitStream(seed);
    weights = weightsOf(bands);

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
            compiled.add(caseOf(band));
          }
        }
        if (code == DifficultyCode.UNSEEN) {
          compiled.add(caseOf(Band.everywhere(1)));
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
    this(plan.epoch(), plan.bands(), seed);
  }

  private static float[] weightsOf(List<Band> bands) {
    TreeSet<Float> distinct = new TreeSet<>(List.of(1f));
    bands.forEach(band -> distinct.add(band.weight()));
    float[] weights = new float[distinct.size()];
    int i = 0;
    for (float weight : distinct) {
      weights[i++] = weight;
    }
    return weights;
  }

  private Case caseOf(Band band) {
    return new Case(
        band.freshness().holds(true),
        band.freshness().holds(false),
        band.splitFrom() > 0 || band.splitTo() < 1,
        KeepHash.threshold(band.splitFrom()),
        KeepHash.threshold(band.splitTo()),
        KeepHash.threshold(band.keep()),
        Arrays.binarySearch(weights, band.weight()));
  }

  private long[][] keeps() {
    long[][] byWeight = new long[weights.length][firstCase.length - 1];
    for (int rule = 0; rule + 1 < firstCase.length; rule++) {
      int count = firstCase[rule + 1] - firstCase[rule];
      if (count > 0) {
        Case only = cases[firstCase[rule]];
        if (count > 1 || !only.fresh || !only.stale || only.split) {
          return null;
        }
        byWeight[only.weightIndex][rule] = only.keep;
      }
    }
    return byWeight;
  }

  /** Returns the distinct weights that selected samples may have, ascending; 1 is among them. */
  public float[] weights() {
    return weights.clone();
  }

  /**
   * Decides on one sample.
   *
   * @param code its difficulty code, or {@link DifficultyCode#UNSEEN} or {@link
   *     DifficultyCode#ABSENT}
   * @param fresh whether it was measured in the epoch just closed
   * @return the place of its weight in {@link #weights()}, or -1 if it is not selected
   */
  public int select(long sampleId, int code, boolean fresh) {
    int rule = ruleOfCode[code];
    int end = firstCase[rule + 1];
    for (int i = firstCase[rule]; i < end; i++) {
      Case c = cases[i];
      if ((fresh ? c.fresh : c.stale) && (!c.split || inSplit(c, sampleId))) {
        return isKept(c, sampleId) ? c.weightIndex : -1;
      }
    }
    return -1;
  }

  /**
   * Decides on consecutive samples of one shard, as {@link #select(long, int, boolean)} does on
   * each.
   *
   * @param firstId id of the first sample
   * @param stride what each id has over the one before
   * @param codes 16-bit difficulty codes, little-endian; a multiple of 64
   * @param fresh a bit per sample: whether it was measured in the epoch just closed
   * @param selected by place of the weight in {@link #weights()}, a bit per sample: whether it is
   *     selected with the weight; overwritten from the given word on
   * @param word first word of these samples in each array of {@code selected}
   */
  public void select(
      long firstId, int stride, byte[] codes, long[] fresh, long[][] selected, int word) {
    int words = codes.length / Character.BYTES / Long.SIZE;
    for (int i = 0; i < words; i++) {
      long id = firstId + (long) i * Long.SIZE * stride;
      int code = i * Long.SIZE;
      if (keeps == null) {
        selectByCases(id, stride, codes, code, fresh[i], selected, word + i);
      } else {
        for (int weight = 0; weight < selected.length; weight++) {
          selected[weight][word + i] = keptBits(id, stride, codes, code, keeps[weight]);
        }
      }
    }
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
      int firstCode,
      long fresh,
      long[][] selected,
      int word) {
    for (long[] ofWeight : selected) {
      ofWeight[word] = 0;
    }
    long id = firstId;
    for (int bit = 0; bit < Long.SIZE; bit++) {
      int code = (char) CHARS.get(codes, (firstCode + bit) * Character.BYTES);
      int weight = select(id, code, (fresh & 1L << bit) != 0);
      if (weight >= 0) {
        selected[weight][word] |= 1L << bit;
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
