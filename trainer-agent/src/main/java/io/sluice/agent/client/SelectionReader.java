package io.sluice.agent.client;

import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads selections from {@code <run>.selected-samples}, all partitions, from the start of the
 * topic. Chunks of selections that are not wanted yet are not held in memory: the reader goes back
 * to them.
 */
final class SelectionReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SelectionReader.class);

  private final Consumer<Void, byte[]> consumer;
  private final TopicReader topic;
  private final String deadLetters;
  private final ClientCounters counters;
  private final SelectionAssembler assembler;
  private final LongSupplier nanoTime;
  private final Logger log;

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
    this.counters = counters;
    this.assembler = new SelectionAssembler(config.sharding(), counters);
    this.topic = new TopicReader(config, config.topics().selectedSamples(), "selections", consumer);
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
      topic.goBack();
    }
    WaitLog wait =
        new WaitLog(
            log,
            nanoTime,
            "selection " + epoch,
            "see " + deadLetters + " for what the job refused");
    while (!assembler.isComplete()) {
      check.run();
      for (ConsumerRecord<Void, byte[]> record : topic.poll(timeout)) {
        read(record);
      }
      if (assembler.isComplete()) {
        break;
      }
      if (timeout != null && wait.waited().compareTo(timeout) >= 0) {
        throw new TimeoutException(
            String.format(
                "selection %d has not come within %s ms: %s",
                epoch, timeout.toMillis(), assembler.missing()));
      }
      wait.stillMissing(assembler::missing);
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

  private void read(ConsumerRecord<Void, byte[]> record) {
    counters.chunksRead.increment();
    counters.bytesRead.add(record.value() == null ? 0 : record.value().length);
    if (assembler.accept(record) == SelectionAssembler.Outcome.LATER) {
      topic.keep(record);
    }
  }
}
