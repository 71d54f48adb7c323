package io.sluice.agent.client;

import io.sluice.protocol.Json;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.DeadLetter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Follows {@code <run>.dead-letters} for what concerns this agent, so that one whom the job does
 * not listen to any more stops, and says why, instead of training for nothing: another agent has
 * taken its rank, its Join or its parameters were refused, losses that it sent have not arrived, or
 * they are not those that the job selects by.
 */
final class RefusalWatch implements AutoCloseable {

  private static final Duration POLL = Duration.ofMinutes(1);
  private static final String FENCED = "fenced";

  /** What an agent cannot go on after, whichever of its records it is said of. */
  private static final Set<String> FINAL =
      Set.of(FENCED, "unknown-incarnation", "count-mismatch", "no-relative-loss");

  /**
   * Why the job may refuse parameters whose average comes all the same: without those of a rank
   * that has left or whose parameters are not finite.
   */
  private static final Set<String> AVERAGED_WITHOUT =
      Set.of("not-a-member", "non-finite-model", "repeated-update");

  /** Why a single shard may refuse the Join of a rank that others need. */
  private static final Set<String> LEFT = Set.of("wrong-world", "not-a-member");

  private final Consumer<Void, byte[]> consumer;
  private final String topic;
  private final String modelUpdates;
  private final int rank;
  private final int shards;
  private final Executor thread;

  private long incarnation;

  /** By partition, the offset of this agent's Join. */
  private Map<Integer, Long> joins = Map.of();

  /** Shards that do not count with this rank any more. */
  private int shardsLeft;

  private volatile UserError failure;
  private volatile boolean following;

  /**
   * What was refused before this moment is not read.
   *
   * @param thread runs one task, which ends when the watch is closed
   * @throws UserError when the topic cannot be read
   */
  RefusalWatch(RunConfig config, Consumer<Void, byte[]> consumer, Executor thread) {
    this.consumer = consumer;
    this.topic = config.topics().deadLetters();
    this.modelUpdates = config.topics().modelUpdates();
    this.rank = config.get(Options.RANK);
    this.shards = config.sharding().shards();
    this.thread = thread;
    TopicPartition letters = new TopicPartition(topic, 0);
    try {
      consumer.assign(List.of(letters));
      consumer.seekToEnd(List.of(letters));
      consumer.position(letters); // now, and not when it is first polled
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      consumer.close();
      throw unreadable(e);
    }
  }

  /**
   * Begins to follow.
   *
   * @param ownIncarnation incarnation of this agent
   * @param ownJoins where its Join stands, by partition
   */
  void start(long ownIncarnation, Map<Integer, Long> ownJoins) {
    incarnation = ownIncarnation;
    joins = Map.copyOf(ownJoins);
    following = true;
    thread.execute(this::follow);
  }

  /**
   * @throws UserError when the job has refused this agent
   */
  void check() {
    UserError error = failure;
    if (error != null) {
      throw error;
    }
  }

  @Override
  public void close() {
    if (following) {
      consumer.wakeup(); // whoever follows closes it
    } else {
      consumer.close();
    }
  }

  private void follow() {
    try (consumer) {
      while (true) {
        consumer.poll(POLL).forEach(this::read);
      }
    } catch (WakeupException | InterruptException e) {
      // close() was called
    } catch (KafkaException e) {
      failure = unreadable(e);
    }
  }

  void read(ConsumerRecord<Void, byte[]> record) {
    DeadLetter letter;
    try {
      letter = Json.read(record.value(), DeadLetter.newBuilder()).build();
    } catch (IllegalArgumentException e) {
      return; // of a version that this agent does not know; it is for people then
    }
    if (failure == null && isFinal(letter)) {
      failure = refused(letter);
    }
  }

  private boolean isFinal(DeadLetter letter) {
    boolean ofThisAgent =
        letter.hasRank()
            && letter.getRank() == rank
            && letter.hasIncarnation()
            && letter.getIncarnation() == incarnation;
    if (letter.getTopic().equals(modelUpdates)) {
      return ofThisAgent && !AVERAGED_WITHOUT.contains(letter.getReason());
    }
    Long join = joins.get(letter.getPartition());
    boolean ofJoin = join != null && join == letter.getOffset();
    return ofJoin ? isJoinRefused(letter) : ofThisAgent && FINAL.contains(letter.getReason());
  }

  /**
   * Where the ranks change, some shards may have opened the epoch that is not this rank's any more,
   * and others still wait for it to end the one before.
   */
  private boolean isJoinRefused(DeadLetter letter) {
    return !LEFT.contains(letter.getReason()) || ++shardsLeft == shards;
  }

  private UserError refused(DeadLetter letter) {
    if (letter.getReason().equals(FENCED)) {
      return new UserError(
          String.format(
              "another agent has taken over rank %d, so this one stops: the job does not listen to it"
                  + " any more (%s). Each rank may be started once; see who else was.",
              rank, letter.getDetail()));
    }
    return new UserError(
        String.format(
            "the job refused what the agent of rank %d sent, as %s: %s (topic %s has it as partition"
                + " %d, offset %d)",
            rank,
            letter.getReason(),
            letter.getDetail(),
            topic,
            letter.getPartition(),
            letter.getOffset()));
  }

  private UserError unreadable(KafkaException e) {
    return new UserError(
        String.format(
            "cannot read topic %s, which tells an agent whether the job refused it: %s; see that the"
                + " brokers are running and let this agent read it, then start the agent again",
            topic, e.getMessage()),
        e);
  }
}
