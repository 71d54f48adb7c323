package io.sluice.agent.client;

import com.google.protobuf.MessageLite;
import io.sluice.protocol.kafka.MessageSerializer;
import io.sluice.protocol.wire.LossEvent;
import io.sluice.protocol.wire.ModelEvent;
import io.sluice.protocol.wire.ModelUpdate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.VoidSerializer;

/** Kafka's test double, which can also be full: whoever sends then waits. */
class TestingProducer extends MockProducer<Void, MessageLite> {

  private final CountDownLatch sendWaits = new CountDownLatch(1);
  private volatile boolean full;

  /**
   * @param acknowledges whether records are taken at once, or on {@link #completeNext} and {@link
   *     #flush}
   */
  TestingProducer(int partitions, boolean acknowledges) {
    super(cluster(partitions), acknowledges, null, new VoidSerializer(), new MessageSerializer());
  }

  void fill() {
    full = true;
  }

  synchronized void empty() {
    full = false;
    notifyAll();
  }

  void awaitWaitingSender() throws InterruptedException {
    sendWaits.await();
  }

  /** Writes records of somebody else. */
  void occupy(int partition, int records) {
    for (int i = 0; i < records; i++) {
      Future<RecordMetadata> unused =
          super.send(
              new ProducerRecord<>(
                  "demo.loss-events", partition, null, LossEvent.getDefaultInstance()),
              null);
    }
  }

  /** What was written of models, in order. */
  List<ModelUpdate> updates() {
    return history().stream()
        .filter(record -> record.topic().equals("demo.model-updates"))
        .map(record -> ((ModelEvent) record.value()).getUpdate())
        .toList();
  }

  /** What was written to a partition, in order. */
  List<LossEvent> events(int partition) {
    return history().stream()
        .filter(record -> record.partition() == partition)
        .map(record -> (LossEvent) record.value())
        .toList();
  }

  @Override
  public synchronized Future<RecordMetadata> send(
      ProducerRecord<Void, MessageLite> record, Callback callback) {
    while (full) {
      sendWaits.countDown();
      try {
        wait();
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      }
    }
    return super.send(record, callback);
  }

  private static Cluster cluster(int partitions) {
    Node node = new Node(0, "localhost", 1);
    List<PartitionInfo> infos =
        Stream.of("demo.loss-events", "demo.model-updates")
            .flatMap(
                topic ->
                    IntStream.range(0, partitions)
                        .mapToObj(
                            p ->
                                new PartitionInfo(
                                    topic, p, node, new Node[] {node}, new Node[] {node})))
            .toList();
    return new Cluster("test", List.of(node), infos, Set.of(), Set.of());
  }
}
