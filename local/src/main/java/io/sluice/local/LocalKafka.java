package io.sluice.local;

import io.sluice.protocol.Topics;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A real Kafka broker in this process: one node in KRaft mode, on loopback ports that were free,
 * with its data in a temporary folder that goes when it is closed.
 */
public final class LocalKafka implements AutoCloseable {

  private final TempFolder folder;
  private Map<String, Integer> ports = BrokerNode.ANY_PORTS;
  private BrokerNode node;

  private LocalKafka(TempFolder folder) {
    this.folder = folder;
  }

  /** Starts a broker that has no topics; it answers when this returns. */
  public static LocalKafka create() {
    LocalKafka kafka = new LocalKafka(TempFolder.create("sluice-kafka-"));
    try {
      BrokerNode.format(kafka.folder.path());
      kafka.start();
      return kafka;
    } catch (RuntimeException | Error e) {
      kafka.close();
      throw e;
    }
  }

  /** Starts the broker again after {@link #stop()}, with its data and at its address. */
  public synchronized void start() {
    if (node == null) {
      node = BrokerNode.start(folder.path(), ports);
      ports = node.ports();
    }
  }

  /** Stops the broker; its data stay, and clients cannot reach it until it is started again. */
  public synchronized void stop() {
    if (node != null) {
      node.close();
      node = null;
    }
  }

  /** Address for clients, as host:port; it outlasts a stop. */
  public synchronized String bootstrapServers() {
    return BrokerNode.HOST + ":" + ports.get(BrokerNode.CLIENTS);
  }

  /**
   * Deletes all topics of a run; those that are not there are no error. Nobody may use them any
   * more. Their files go within a minute or so, as Kafka gets round to it.
   *
   * @param client settings of a Kafka client, with this broker's address
   */
  public static void delete(Topics topics, Properties client) throws InterruptedException {
    try (Admin admin = Admin.create(client)) {
      for (KafkaFuture<Void> deleted :
          admin.deleteTopics(topics.all()).topicNameValues().values()) {
        await(deleted, topics);
      }
    }
  }

  private static void await(KafkaFuture<Void> deleted, Topics topics) throws InterruptedException {
    try {
      deleted.get();
    } catch (ExecutionException e) {
      // The run's settings may not ask for all of them.
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw new IllegalStateException(
            "the topics of run " + topics.run() + " could not be deleted: " + e.getCause(), e);
      }
    }
  }

  Path folder() {
    return folder.path();
  }

  @Override
  public void close() {
    try (folder) {
      stop();
    }
  }
}
