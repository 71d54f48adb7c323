package io.sluice.agent.client;

import com.google.protobuf.MessageLite;
import io.sluice.protocol.config.RunConfig;
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
   * @param repeats counts them
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
        repeating(KafkaClients.producer(config), share, new SplittableRandom(seed), repeats),
        KafkaClients.consumer(config),
        new RefusalWatch(config, KafkaClients.consumer(config), task -> new Thread(task).start()));
  }

  @SuppressWarnings("unchecked")
  private static Producer<Void, MessageLite> repeating(
      Producer<Void, MessageLite> producer,
      double share,
      SplittableRandom random,
      AtomicInteger repeats) {
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
                    Future<RecordMetadata> unused = producer.send(heldBack.remove());
                    repeats.incrementAndGet();
                  }
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
