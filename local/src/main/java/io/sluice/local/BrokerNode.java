package io.sluice.local;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node that is broker and controller at once. It is put together as {@link
 * KafkaRaftServer} does it, except that its sockets are bound beforehand and that a fatal fault is
 * logged instead of ending the process.
 */
final class BrokerNode implements AutoCloseable {

  static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();

  /** Listener for clients. */
  static final String CLIENTS = "CLIENTS";

  /** Listener for the broker's own talk with its controller. */
  private static final String CONTROLLER = "CONTROLLER";

  static final Map<String, Integer> ANY_PORTS = Map.of(CLIENTS, 0, CONTROLLER, 0);

  private static final Logger log = LoggerFactory.getLogger(BrokerNode.class);
  private static final int NODE = 1;

  private final BrokerSockets sockets;
  private final Map<String, Integer> ports;
  private final ControllerServer controller;
  private final BrokerServer broker;

  /** Prepares an empty folder for a node's data. */
  static void format(Path folder) {
    try {
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setNodeId(NODE)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(folder.toString())
          .setMetadataLogDirectory(folder.toString())
          .setControllerListenerName(CONTROLLER)
          .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
          .run();
    } catch (IOException e) {
      throw new UncheckedIOException("the broker's folder could not be prepared", e);
    } catch (Exception e) {
      throw new IllegalStateException("the broker's folder could not be prepared", e);
    }
  }

  private BrokerNode(Path folder, BrokerSockets sockets) {
    this.sockets = sockets;
    this.ports = sockets.ports();
    KafkaConfig config = KafkaConfig.fromProps(properties(folder, ports), false);
    var loaded = KafkaRaftServer.initializeLogDirs(config, log, "");
    MetaPropertiesEnsemble folders = loaded._1();
    SharedServer shared =
        new SharedServer(
            config,
            folders,
            Time.SYSTEM,
            Server.initializeMetrics(config, Time.SYSTEM, folders.clusterId().orElseThrow()),
            CompletableFuture.completedFuture(
                Map.of(NODE, BrokerSockets.address(ports.get(CONTROLLER)))),
            List.of(),
            (name, fatal, action) -> new LoggingFaultHandler(name, action),
            sockets);
    this.controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), loaded._2());
    this.broker = new BrokerServer(shared);
  }

  /**
   * Starts a node on a formatted folder; it serves clients when this returns.
   *
   * @param ports where it is to listen, by listener
   */
  static BrokerNode start(Path folder, Map<String, Integer> ports) {
    BrokerSockets sockets = BrokerSockets.bind(ports);
    try {
      BrokerNode node = new BrokerNode(folder, sockets);
      node.startup();
      return node;
    } catch (RuntimeException | Error e) {
      sockets.close();
      throw e;
    }
  }

  private void startup() {
    try {
      controller.startup();
      broker.startup();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Where it listens, by listener. */
  Map<String, Integer> ports() {
    return ports;
  }

  /** Stops the broker, then the controller, of which the broker has to take its leave. */
  @Override
  public void close() {
    try (sockets) {
      broker.shutdown();
      controller.shutdown();
      broker.awaitShutdown();
      controller.awaitShutdown();
    }
  }

  private static Properties properties(Path folder, Map<String, Integer> ports) {
    Properties p = new Properties();
    p.putAll(
        Map.of(
            "process.roles",
            "broker,controller",
            "node.id",
            Integer.toString(NODE),
            "controller.quorum.voters",
            NODE + "@" + HOST + ":" + ports.get(CONTROLLER),
            "controller.listener.names",
            CONTROLLER,
            "inter.broker.listener.name",
            CLIENTS,
            "listener.security.protocol.map",
            CLIENTS + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT",
            "listeners",
            CLIENTS
                + "://"
                + HOST
                + ":"
                + ports.get(CLIENTS)
                + ","
                + CONTROLLER
                + "://"
                + HOST
                + ":"
                + ports.get(CONTROLLER),
            "log.dir",
            folder.toString()));

    // One node, hence one copy of everything.
    p.putAll(
        Map.of(
            "default.replication.factor", "1",
            "offsets.topic.replication.factor", "1",
            "offsets.topic.num.partitions", "1",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "transaction.state.log.num.partitions", "1",
            "share.coordinator.state.topic.replication.factor", "1",
            "share.coordinator.state.topic.min.isr", "1",
            "share.coordinator.state.topic.num.partitions", "1",
            // A misspelt topic is an error, not a new topic.
            "auto.create.topics.enable", "false"));

    // A guest on somebody's machine: few threads, no buffers for traffic it will not see.
    p.putAll(
        Map.of(
            "num.network.threads", "1",
            "num.io.threads", "2",
            "background.threads", "2",
            "num.recovery.threads.per.data.dir", "1",
            "log.cleaner.dedupe.buffer.size", "2097152",
            // Kafka sets this much aside on disk for each of two indices of every partition.
            "log.index.size.max.bytes", "1048576",
            "log.segment.bytes", "67108864",
            "group.initial.rebalance.delay.ms", "0",
            "offsets.load.buffer.size", "262144"));

    // Nothing to wait for: there is no other voter and no other broker.
    p.putAll(
        Map.of(
            "controller.quorum.election.timeout.ms", "200",
            "controller.quorum.election.backoff.max.ms", "100",
            "controller.quorum.fetch.timeout.ms", "2000",
            "broker.heartbeat.interval.ms", "500"));
    return p;
  }
}
