package io.sluice.local;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
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

  static final String HOST = "127.0.0.1";

  private static final Logger log = LoggerFactory.getLogger(BrokerNode.class);
  private static final int NODE = 1;
  private static final String CLIENTS = "CLIENTS";
  private static final String CONTROLLER = "CONTROLLER";

  /**
   * Where a node listens.
   *
   * @param broker port for clients
   * @param controller port for the broker's own talk with its controller
   */
  record Ports(int broker, int controller) {
    static final Ports ANY = new Ports(0, 0);
  }

  private final Ports ports;
  private final BrokerServer broker;
  private final ControllerServer controller;

  private BrokerNode(Ports ports, BrokerServer broker, ControllerServer controller) {
    this.ports = ports;
    this.broker = broker;
    this.controller = controller;
  }

  /** Prepares an empty folder for a node's data. */
  static void format(Path folder, Uuid clusterId) {
    try {
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setNodeId(NODE)
          .setClusterId(clusterId.toString())
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

  /** Starts a node on a formatted folder; it serves clients when this returns. */
  static BrokerNode start(Path folder, Ports wanted) {
    LoopbackPort clientPort = LoopbackPort.bind(wanted.broker());
    LoopbackPort controllerPort = LoopbackPort.bind(wanted.controller());
    Ports ports = new Ports(clientPort.number(), controllerPort.number());
    Map<String, LoopbackPort> byListener = Map.of(CLIENTS, clientPort, CONTROLLER, controllerPort);

    KafkaConfig config = KafkaConfig.fromProps(properties(folder, ports), false);
    var loaded = KafkaRaftServer.initializeLogDirs(config, log, "");
    MetaPropertiesEnsemble folders = loaded._1();
    BootstrapMetadata bootstrap = loaded._2();
    SharedServer shared =
        new SharedServer(
            config,
            folders,
            Time.SYSTEM,
            Server.initializeMetrics(config, Time.SYSTEM, folders.clusterId().orElseThrow()),
            CompletableFuture.completedFuture(
                Map.of(
                    NODE,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.controller()))),
            List.of(),
            (name, fatal, action) -> new LoggingFaultHandler(name, action),
            (listener, address, backlog, buffer) -> byListener.get(listener).socket());
    ControllerServer controller =
        new ControllerServer(shared, KafkaRaftServer.configSchema(), bootstrap);
    BrokerNode node = new BrokerNode(ports, new BrokerServer(shared), controller);
    try {
      node.controller.startup();
      node.broker.startup();
      return node;
    } catch (RuntimeException | Error e) {
      node.close();
      throw e;
    }
  }

  Ports ports() {
    return ports;
  }

  /** Stops broker, then controller, which the broker needs to take its leave. */
  @Override
  public void close() {
    broker.shutdown();
    controller.shutdown();
    broker.awaitShutdown();
    controller.awaitShutdown();
  }

  private static Properties properties(Path folder, Ports ports) {
    Properties p = new Properties();
    p.putAll(
        Map.of(
            "process.roles",
            "broker,controller",
            "node.id",
            Integer.toString(NODE),
            "controller.quorum.voters",
            NODE + "@" + HOST + ":" + ports.controller(),
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
                + ports.broker()
                + ","
                + CONTROLLER
                + "://"
                + HOST
                + ":"
                + ports.controller(),
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
