package io.sluice.local;

import io.sluice.protocol.Json;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.SelectionPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.VoidDeserializer;

/**
 * Follows {@code <run>.selection-plans}, as any tool can, to tell why a selection is what it is.
 */
final class PlanReader implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<Integer, CompletableFuture<SelectionPlan>> plans = new ConcurrentHashMap<>();

  /** Fails when the plans cannot be followed any more; never completed otherwise. */
  private final CompletableFuture<SelectionPlan> failure = new CompletableFuture<>();

  private final KafkaConsumer<Void, byte[]> consumer;
  private final Thread thread;

  private PlanReader(KafkaConsumer<Void, byte[]> consumer) {
    this.consumer = consumer;
    this.thread = new Thread(this::follow, "sluice-plan-reader");
  }

  static PlanReader start(RunConfig config) {
    Properties properties = config.kafkaProperties();
    KafkaConsumer<Void, byte[]> consumer =
        new KafkaConsumer<>(properties, new VoidDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partition =
        List.of(new TopicPartition(config.topics().selectionPlans(), 0));
    consumer.assign(partition);
    consumer.seekToBeginning(partition);
    PlanReader reader = new PlanReader(consumer);
    reader.thread.setDaemon(true);
    reader.thread.start();
    return reader;
  }

  /** The plan of a selection that is there; its record may be a moment behind. */
  SelectionPlan plan(int epoch) throws InterruptedException {
    CompletableFuture<SelectionPlan> plan = future(epoch);
    try {
      CompletableFuture.anyOf(plan, failure).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return plan.join();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IllegalStateException("cannot read the plans: " + cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no plan of selection " + epoch + " was published", e);
    }
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() {
    try (consumer) {
      while (true) {
        for (ConsumerRecord<Void, byte[]> record : consumer.poll(Duration.ofMinutes(1))) {
          SelectionPlan plan = Json.read(record.value(), SelectionPlan.newBuilder()).build();
          future(plan.getEpoch()).complete(plan);
        }
      }
    } catch (WakeupException e) {
      // close() was called
    } catch (RuntimeException e) {
      failure.completeExceptionally(e);
    }
  }

  private CompletableFuture<SelectionPlan> future(int epoch) {
    return plans.computeIfAbsent(epoch, e -> new CompletableFuture<>());
  }
}
