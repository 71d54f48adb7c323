package io.sluice.agent.client;

import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;

/** Reads averages from {@code <run>.model-averages}. For one thread at a time. */
final class AverageReader implements AutoCloseable {

  private final Consumer<Void, byte[]> consumer;
  private final TopicReader topic;
  private final String name;
  private final String remedy;
  private final AverageAssembler assembler;
  private final LongSupplier nanoTime;
  private final Logger log;

  AverageReader(
      RunConfig config,
      SharedModel model,
      Consumer<Void, byte[]> consumer,
      ModelCounters counters,
      LongSupplier nanoTime,
      Logger log) {
    this.consumer = consumer;
    this.name = config.topics().modelAverages();
    this.remedy =
        String.format(
            "the job's log names the ranks that it waits for, and %s has what it refused",
            config.topics().deadLetters());
    this.assembler = new AverageAssembler(model, config.sharding().partitions(), counters);
    this.nanoTime = nanoTime;
    this.log = log;
    this.topic = new TopicReader(config, name, "averages", consumer);
  }

  /** The newest complete average that is there now. Call it before the first {@link #await}. */
  Optional<AveragedModel> newest() throws InterruptedException {
    Map<TopicPartition, Long> ends = topic.ends();
    WaitLog wait =
        new WaitLog(log, nanoTime, "the newest average", "see that the brokers are running");
    while (!topic.hasReached(ends)) {
      topic.poll(null).forEach(assembler::accept);
      wait.stillMissing(() -> "topic " + name + " is not read to its end");
    }
    Optional<AveragedModel> newest = assembler.newest(topic::keep);
    topic.goBack();
    return newest;
  }

  /**
   * Waits until the average is complete, for as long as it takes; logs what is missing.
   *
   * @param check called now and then
   */
  AveragedModel await(SyncPoint sync, Check check) throws InterruptedException {
    assembler.want(sync);
    topic.goBack();
    WaitLog wait = new WaitLog(log, nanoTime, "the average at " + sync, remedy);
    while (true) {
      check.run();
      for (ConsumerRecord<Void, byte[]> record : topic.poll(null)) {
        if (assembler.accept(record) == AverageAssembler.Outcome.LATER) {
          topic.keep(record);
        }
      }
      if (assembler.isComplete()) {
        return assembler.take();
      }
      wait.stillMissing(assembler::missing);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
