package io.sluice.agent.client;

import com.google.protobuf.MessageLite;
import io.sluice.protocol.Sharding;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.wire.LossEvent;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * A client some of whose records are written twice: the second time right after the first, or after
 * some others.
 */
public final class RepeatingClient {

  private static final int MOST_HELD_BACK = 5;

  private RepeatingClient() {}

  /**
   * @param share how many records are written twice, as a fraction of all
   * @param repeats counts them as the job does: each loss, a record of another kind once for each
   *     shard that it speaks to
   */
  public static SelectionClient join(
      RunConfig config,
      int firstEpoch,
      List<IdRange> samples,
      double share,
      long seed,
      AtomicInteger repeats)
      throws InterruptedException {
    return SelectionClient.join(
        config,
        firstEpoch,
        samples,
        null,
        repeating(
            KafkaClients.producer(config),
            share,
            new SplittableRandom(seed),
            repeats,
            config.sharding()),
        KafkaClients.consumer(config),
        new RefusalWatch(config, KafkaClients.consumer(config), task -> new Thread(task).start()));
  }

  private static int weight(LossEvent event, Sharding sharding) {
    if (event.hasLossBatch()) {
      return event.getLossBatch().getLossesCount();
    }
    return event.hasJoin() ? sharding.shards() / sharding.partitions() : 1;
  }

  @SuppressWarnings("unchecked")
  private static Producer<Void, MessageLite> repeating(
      Producer<Void, MessageLite> producer,
      double share,
      SplittableRandom random,
      AtomicInteger repeats,
      Sharding sharding) {
    Queue<ProducerRecord<Void, MessageLite>> heldBack = new ArrayDeque<>();
    return (Producer<Void, MessageLite>)
        Proxy.newProxyInstance(
            RepeatingClient.class.getClassLoader(),
            new Class<?>[] {Producer.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(producer, arguments);
                if (method.getName().equals("send")) {
                  if (random.nextDouble() < share) {
                    heldBack.add((ProducerRecord<Void, MessageLite>) arguments[0]);
                  }
                  while (!heldBack.isEmpty() && random.nextInt(MOST_HELD_BACK) == 0) {
                    ProducerRecord<Void, MessageLite> again = heldBack.remove();
                    Future<RecordMetadata> unused = producer.send(again);
                    repeats.addAndGet(weight((LossEvent) again.value(), sharding));
                  }
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
