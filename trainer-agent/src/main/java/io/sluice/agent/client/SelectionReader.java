package io.sluice.agent.client;

import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads selections from {@code <run>.selected-samples}, all partitions, from the start of the
 * topic. Chunks of selections that are not wanted yet are not held in memory: the reader goes back
 * to them.
 */
final class SelectionReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SelectionReader.class);

  /**
   * Chunks, an interrupt and a close end a poll at once; only a timeout and the log wait for it.
   */
  private static final Duration POLL = Duration.ofMillis(500);

  private static final Duration INFO_INTERVAL = Duration.ofSeconds(10);
  private static final Duration WARN_INTERVAL = Duration.ofMinutes(1);

  private final Consumer<Void, byte[]> consumer;
  private final String brokers;
  private final String deadLetters;
  private final ClientCounters counters;
  private final SelectionAssembler assembler;
  private final LongSupplier nanoTime;
  private final Logger log;

  /** Where, in each partition, the first chunk stands that was of a later selection. */
  private final Map<TopicPartition, Long> goBackTo = new HashMap<>();

  private int nextEpoch;

  SelectionReader(RunConfig config, Consumer<Void, byte[]> consumer, ClientCounters counters) {
    this(config, consumer, counters, System::nanoTime, LOG);
  }

  SelectionReader(
      RunConfig config,
      Consumer<Void, byte[]> consumer,
      ClientCounters counters,
      LongSupplier nanoTime,
      Logger log) {
    this.nanoTime = nanoTime;
    this.log = log;
    this.deadLetters = config.topics().deadLetters();
    this.consumer = consumer;
    this.brokers = config.get(Options.BOOTSTRAP_SERVERS);
    this.counters = counters;
    this.assembler = new SelectionAssembler(config.sharding(), counters);
    List<TopicPartition> partitions =
        IntStream.range(0, config.sharding().partitions())
            .mapToObj(p -> new TopicPartition(config.topics().selectedSamples(), p))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Whether any selection was ever published. */
  synchronized boolean isAnyPublished() {
    return consumer.endOffsets(consumer.assignment()).values().stream().anyMatch(end -> end > 0);
  }

  /**
   * @param timeout null to wait for as long as it takes
   * @param check throws when there is no point in waiting any more
   */
  synchronized SelectionAssembler.Complete await(int epoch, Duration timeout, Runnable check)
      throws InterruptedException, TimeoutException {
    if (epoch < nextEpoch) {
      throw new IllegalArgumentException(
          String.format(
              "selection %d was awaited before; only later ones can be awaited now", epoch));
    }
    if (epoch != assembler.wanted()) {
      assembler.want(epoch);
      goBackTo.forEach(consumer::seek);
      goBackTo.clear();
    }
    long start = nanoTime.getAsLong();
    Duration nextLog = INFO_INTERVAL;
    while (!assembler.isComplete()) {
      check.run();
      for (ConsumerRecord<Void, byte[]> record : poll(timeout)) {
        read(record);
      }
      if (assembler.isComplete()) {
        break;
      }
      Duration waited = Duration.ofNanos(nanoTime.getAsLong() - start);
      if (timeout != null && waited.compareTo(timeout) >= 0) {
        throw new TimeoutException(
            String.format(
                "selection %d has not come within %s ms: %s",
                epoch, timeout.toMillis(), assembler.missing()));
      }
      if (waited.compareTo(nextLog) >= 0) {
        nextLog = nextLog.plus(logWait(epoch, waited));
      }
    }
    nextEpoch = epoch + 1;
    return assembler.take();
  }

  @Override
  public void close() {
    consumer.wakeup();
    synchronized (this) {
      consumer.close();
    }
  }

  /** Returns when to speak again. */
  private Duration logWait(int epoch, Duration waited) {
    long seconds = waited.toSeconds();
    if (waited.compareTo(WARN_INTERVAL) < 0) {
      log.info("waiting for selection {} for {} s: {}", epoch, seconds, assembler.missing());
      return INFO_INTERVAL;
    }
    log.warn(
        "waiting for selection {} for {} s: {}; see {} for what the job refused",
        epoch,
        seconds,
        assembler.missing(),
        deadLetters);
    return WARN_INTERVAL;
  }

  private void read(ConsumerRecord<Void, byte[]> record) {
    counters.chunksRead.increment();
    counters.bytesRead.add(record.value() == null ? 0 : record.value().length);
    if (assembler.accept(record) == SelectionAssembler.Outcome.LATER) {
      goBackTo.putIfAbsent(new TopicPartition(record.topic(), record.partition()), record.offset());
    }
  }

  private Iterable<ConsumerRecord<Void, byte[]>> poll(Duration timeout)
      throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      return consumer.poll(timeout == null || timeout.compareTo(POLL) > 0 ? POLL : timeout);
    } catch (InterruptException e) {
      throw EventWriter.interrupted(e);
    } catch (WakeupException e) {
      throw new IllegalStateException("the client was closed", e);
    } catch (KafkaException e) {
      throw new UserError(
          String.format("cannot read selections from Kafka at %s: %s", brokers, e.getMessage()), e);
    }
  }
}
