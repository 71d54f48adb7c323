package io.sluice.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.faults.FreePorts;
import io.sluice.faults.Processes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/**
 * A broker in a process of its own that takes TLS connections with a user and a password (SCRAM)
 * alone, and lets nobody do what no ACL allows, but for {@link #ADMIN}. Key and certificate are
 * made for it.
 */
public final class SecureKafka {

  public static final String ADMIN = "admin";

  private static final String BROKER = "broker";
  private static final String CLIENTS = "CLIENTS";
  private static final String CONTROLLER = "CONTROLLER";
  private static final String MECHANISM = "SCRAM-SHA-512";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final int port = FreePorts.take();
  private final int controllerPort = FreePorts.take();
  private final Map<String, String> passwords = new HashMap<>();
  private final String storePassword = UUID.randomUUID().toString();
  private final Path keyStore;
  private final Path certificate;

  private SecureKafka(Path folder, List<String> users) throws Exception {
    keyStore = folder.resolve("broker.p12");
    certificate = folder.resolve("broker.pem");
    Stream.concat(Stream.of(ADMIN, BROKER), users.stream())
        .forEach(user -> passwords.put(user, UUID.randomUUID().toString()));
    makeCertificate();
  }

  /** Starts a broker that answers when this returns. */
  public static SecureKafka start(Processes processes, List<String> users) throws Exception {
    SecureKafka kafka = new SecureKafka(processes.folder("tls"), users);
    Path folder = processes.folder("kafka");
    kafka.format(folder);
    Path properties = kafka.write(folder.resolveSibling("kafka.properties"), folder);
    processes.start("kafka", "384m", "kafka.Kafka", List.of(properties.toString()));
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              try (Admin admin = kafka.admin()) {
                return !admin.describeCluster().nodes().get().isEmpty();
              }
            });
    return kafka;
  }

  public String bootstrapServers() {
    return FreePorts.HOST + ":" + port;
  }

  /** Settings of a run's Kafka clients that are this user. */
  public Map<String, String> settings(String user) {
    return settings(user, passwords.get(user));
  }

  Map<String, String> settings(String user, String password) {
    return Map.of(
        "kafka.security.protocol",
        "SASL_SSL",
        "kafka.sasl.mechanism",
        MECHANISM,
        "kafka.sasl.jaas.config",
        login(user, password),
        "kafka.ssl.truststore.type",
        "PEM",
        "kafka.ssl.truststore.location",
        certificate.toString());
  }

  /** As {@link #settings(String)}, with user and password in a file that Kafka's clients read. */
  Map<String, String> settingsByFile(String user, Path folder) throws IOException {
    Path file = folder.resolve(user + ".properties");
    Files.writeString(file, "jaas=" + login(user, passwords.get(user)));
    Map<String, String> settings = new HashMap<>(settings(user));
    settings.put("kafka.config.providers", "file");
    settings.put("kafka.config.providers.file.class", FileConfigProvider.class.getName());
    settings.put("kafka.config.providers.file.param.allowed.paths", folder.toString());
    settings.put("kafka.sasl.jaas.config", "${file:" + file + ":jaas}");
    return settings;
  }

  public Admin admin() {
    return Admin.create(properties(ADMIN));
  }

  /** For a Kafka client of any kind. */
  Properties properties(String user) {
    Properties properties = new Properties();
    settings(user)
        .forEach((key, value) -> properties.setProperty(key.substring("kafka.".length()), value));
    properties.setProperty("bootstrap.servers", bootstrapServers());
    properties.setProperty("default.api.timeout.ms", "15000");
    properties.setProperty("request.timeout.ms", "5000");
    return properties;
  }

  private static String login(String user, String password) {
    return String.format(
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\""
            + " password=\"%s\";",
        user, password);
  }

  private void makeCertificate() throws Exception {
    keytool(
        "-genkeypair",
        "-alias",
        BROKER,
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + BROKER,
        "-ext",
        "SAN=ip:" + FreePorts.HOST,
        "-validity",
        "2");
    keytool("-exportcert", "-alias", BROKER, "-rfc", "-file", certificate.toString());
  }

  private void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-storetype", "PKCS12", "-keystore", keyStore.toString(), "-storepass", storePassword));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
  }

  private void format(Path folder) throws Exception {
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(0)
        .setClusterId(Uuid.randomUuid().toString())
        .addDirectory(folder.toString())
        .setMetadataLogDirectory(folder.toString())
        .setControllerListenerName(CONTROLLER)
        .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
        .setScramArguments(
            passwords.entrySet().stream()
                .map(
                    user ->
                        String.format(
                            "%s=[name=%s,password=%s]", MECHANISM, user.getKey(), user.getValue()))
                .toList())
        .run();
  }

  private Path write(Path file, Path folder) throws IOException {
    Properties settings = new Properties();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "0");
    settings.put("controller.quorum.voters", "0@" + FreePorts.HOST + ":" + controllerPort);
    settings.put("controller.listener.names", CONTROLLER);
    settings.put("inter.broker.listener.name", CLIENTS);
    settings.put(
        "listeners",
        String.format(
            "%s://%s:%d,%s://%s:%d",
            CLIENTS, FreePorts.HOST, port, CONTROLLER, FreePorts.HOST, controllerPort));
    settings.put("log.dir", folder.toString());

    settings.put("listener.security.protocol.map", CLIENTS + ":SASL_SSL," + CONTROLLER + ":SSL");
    settings.put("ssl.keystore.type", "PKCS12");
    settings.put("ssl.keystore.location", keyStore.toString());
    settings.put("ssl.keystore.password", storePassword);
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", certificate.toString());
    // The broker shows its certificate to the controller; nobody else has one.
    settings.put("listener.name.controller.ssl.client.auth", "required");
    settings.put("sasl.enabled.mechanisms", MECHANISM);
    settings.put("sasl.mechanism.inter.broker.protocol", MECHANISM);
    settings.put(
        "listener.name.clients.scram-sha-512.sasl.jaas.config",
        login(BROKER, passwords.get(BROKER)));
    settings.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    settings.put("allow.everyone.if.no.acl.found", "false");
    settings.put("super.users", "User:CN=" + BROKER + ";User:" + BROKER + ";User:" + ADMIN);

    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("auto.create.topics.enable", "false");
    settings.put("num.network.threads", "1");
    settings.put("num.io.threads", "2");
    settings.put("background.threads", "2");
    settings.put("log.cleaner.enable", "false");
    settings.put("log.index.size.max.bytes", "1048576");
    settings.put("log.segment.bytes", "67108864");
    settings.put("group.initial.rebalance.delay.ms", "0");
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    return file;
  }
}
