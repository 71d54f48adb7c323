package io.sluice.faults;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/**
 * Kafka in processes of its own: nodes that are broker and controller at once. A node that was
 * killed starts again at its port, with its data.
 */
final class KafkaProcesses {

  private static final String CLIENTS = "CLIENTS";
  private static final String CONTROLLER = "CONTROLLER";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<Integer> clientPorts = new ArrayList<>();
  private final List<Integer> controllerPorts = new ArrayList<>();
  private final List<JavaProcess> nodes = new ArrayList<>();

  private KafkaProcesses(int nodes) {
    for (int i = 0; i < nodes; i++) {
      clientPorts.add(FreePorts.take());
      controllerPorts.add(FreePorts.take());
    }
  }

  /**
   * Starts nodes that answer when this returns. With three, each record is on all of them, and
   * acknowledged when two have it.
   */
  static KafkaProcesses start(Processes processes, int nodes) {
    KafkaProcesses kafka = new KafkaProcesses(nodes);
    String cluster = Uuid.randomUuid().toString();
    for (int i = 0; i < nodes; i++) {
      Path folder = processes.folder("kafka-" + i);
      format(folder, i, cluster);
      Path properties = kafka.write(folder.resolveSibling("kafka-" + i + ".properties"), folder, i);
      kafka.nodes.add(
          processes.start("kafka-" + i, "384m", "kafka.Kafka", List.of(properties.toString())));
    }
    kafka.awaitAll();
    return kafka;
  }

  String bootstrapServers() {
    return clientPorts.stream()
        .map(port -> FreePorts.HOST + ":" + port)
        .collect(Collectors.joining(","));
  }

  JavaProcess node(int index) {
    return nodes.get(index);
  }

  /** Index of the node that leads a partition. */
  int leaderOf(TopicPartition partition) {
    return describe(partition).leader().id();
  }

  /** Number of nodes that have all of a partition. */
  int inSync(TopicPartition partition) {
    return describe(partition).isr().size();
  }

  private TopicPartitionInfo describe(TopicPartition partition) {
    try (Admin admin = admin()) {
      return get(admin.describeTopics(List.of(partition.topic())).allTopicNames())
          .get(partition.topic())
          .partitions()
          .get(partition.partition());
    }
  }

  /** Waits until every node takes part. */
  void awaitAll() {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              try (Admin admin = admin()) {
                return get(admin.describeCluster().nodes()).size() == nodes.size();
              }
            });
  }

  private Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            bootstrapServers(),
            "default.api.timeout.ms",
            "5000",
            "request.timeout.ms",
            "4000"));
  }

  private static <T> T get(KafkaFuture<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static void format(Path folder, int node, String cluster) {
    try {
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setNodeId(node)
          .setClusterId(cluster)
          .addDirectory(folder.toString())
          .setMetadataLogDirectory(folder.toString())
          .setControllerListenerName(CONTROLLER)
          .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
          .run();
    } catch (Exception e) {
      throw new IllegalStateException("the folder of a Kafka node could not be prepared", e);
    }
  }

  private Path write(Path file, Path folder, int node) {
    int copies = clientPorts.size();
    String inSync = Integer.toString(Math.max(1, copies - 1));
    Map<String, String> settings = new TreeMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(node));
    settings.put(
        "controller.quorum.voters",
        IntStream.range(0, copies)
            .mapToObj(i -> i + "@" + FreePorts.HOST + ":" + controllerPorts.get(i))
            .collect(Collectors.joining(",")));
    settings.put("controller.listener.names", CONTROLLER);
    settings.put("inter.broker.listener.name", CLIENTS);
    settings.put(
        "listener.security.protocol.map", CLIENTS + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
    settings.put(
        "listeners",
        String.format(
            "%s://%s:%d,%s://%s:%d",
            CLIENTS,
            FreePorts.HOST,
            clientPorts.get(node),
            CONTROLLER,
            FreePorts.HOST,
            controllerPorts.get(node)));
    settings.put("log.dir", folder.toString());

    settings.put("default.replication.factor", Integer.toString(copies));
    settings.put("min.insync.replicas", inSync);
    settings.put("offsets.topic.replication.factor", Integer.toString(copies));
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("auto.create.topics.enable", "false");

    // Small, and quick to see that a node is gone.
    settings.put("num.network.threads", "1");
    settings.put("num.io.threads", "2");
    settings.put("background.threads", "2");
    settings.put("log.cleaner.enable", "false");
    settings.put("log.index.size.max.bytes", "1048576");
    settings.put("log.segment.bytes", "67108864");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("broker.heartbeat.interval.ms", "500");
    settings.put("broker.session.timeout.ms", "4000");

    Properties properties = new Properties();
    properties.putAll(settings);
    try (OutputStream out = Files.newOutputStream(file)) {
      properties.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
