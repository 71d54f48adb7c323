package io.sluice.agent.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Makes the means of several ranks in memory, as the job does. */
final class TestingAverager {

  /** What a rank has sent. */
  record Sent(int rank, Contribution own) {
    Sync sync() {
      return own.sync();
    }

    /** All but the values. */
    String text() {
      return String.format("%s: %d of %d", sync(), own.samples(), own.worldSize());
    }
  }

  private final List<Sent> sent = new ArrayList<>();
  private final Map<Sync, Map<Integer, Contribution>> open = new HashMap<>();
  private final NavigableMap<Sync, Mean> means = new TreeMap<>();
  private int mortal = -1;
  private Sync death;
  private boolean slow;

  /**
   * A rank dies when it has sent its parameters of a sync, once.
   *
   * @param overtaken whether the other ranks send theirs before it is back, or after
   */
  synchronized void kill(int rank, Sync sync, boolean overtaken) {
    mortal = rank;
    death = sync;
    slow = !overtaken;
  }

  ModelExchange exchange(int rank) {
    return exchange(rank, () -> {});
  }

  /**
   * @param awaited called whenever the rank waits for a mean
   */
  ModelExchange exchange(int rank, Runnable awaited) {
    return new ModelExchange() {
      @Override
      public Optional<Mean> newest() {
        return newestMean();
      }

      @Override
      public void send(Contribution own) throws InterruptedException {
        add(new Sent(rank, own));
      }

      @Override
      public Mean await(Sync sync) throws InterruptedException {
        awaited.run();
        return awaitMean(sync);
      }

      @Override
      public Mean awaitEnd(int epoch) throws InterruptedException {
        awaited.run();
        return awaitMean(new Sync(epoch, 1, true));
      }
    };
  }

  synchronized List<Sent> sentBy(int rank) {
    return sent.stream().filter(some -> some.rank() == rank).toList();
  }

  /** Waits for a mean, which does not change any more. */
  synchronized Mean awaitMean(Sync sync) throws InterruptedException {
    while (!means.containsKey(sync)) {
      wait();
    }
    return means.get(sync);
  }

  private synchronized Optional<Mean> newestMean() {
    return Optional.ofNullable(means.lastEntry()).map(Map.Entry::getValue);
  }

  private synchronized void add(Sent own) throws InterruptedException {
    Sync sync = own.sync();
    while (slow && sync.equals(death) && own.rank() != mortal && timesSent(mortal, sync) < 2) {
      wait();
    }
    sent.add(own);
    notifyAll();
    if (!means.containsKey(sync)) {
      Map<Integer, Contribution> all = open.computeIfAbsent(sync, s -> new TreeMap<>());
      all.put(own.rank(), own.own());
      if (all.size() == own.own().worldSize()) {
        means.put(sync, mean(sync, all));
      }
    }
    if (own.rank() == mortal && sync.equals(death) && timesSent(mortal, sync) == 1) {
      throw new IllegalStateException("killed");
    }
  }

  private long timesSent(int rank, Sync sync) {
    return sentBy(rank).stream().filter(some -> some.sync().equals(sync)).count();
  }

  private static Mean mean(Sync sync, Map<Integer, Contribution> all) {
    List<Integer> leftOut =
        all.keySet().stream().filter(rank -> all.get(rank).values() == null).toList();
    List<Contribution> usable = all.values().stream().filter(c -> c.values() != null).toList();
    if (usable.isEmpty()) {
      return new Mean(sync, 0, leftOut, new float[0]);
    }
    long total = usable.stream().mapToLong(Contribution::samples).sum();
    float[] values = new float[usable.get(0).values().length];
    for (int i = 0; i < values.length; i++) {
      double sum = 0;
      for (Contribution one : usable) {
        sum += (total == 0 ? 1 : one.samples()) * (double) one.values()[i];
      }
      values[i] = (float) (sum / (total == 0 ? usable.size() : total));
    }
    return new Mean(sync, usable.size(), leftOut, values);
  }
}
