package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.faults.Processes;
import io.sluice.protocol.Topics;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import io.sluice.protocol.kafka.Role;
import io.sluice.protocol.kafka.RunTopics;
import io.sluice.security.Rights;
import io.sluice.security.SecureKafka;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * On a real broker with the topics, users and rights of the manifests: each part gets in with the
 * settings of run.yaml and the files that its pod has.
 */
@Timeout(120)
class BrokersTest {

  private static final Path ETC = Path.of("/etc/sluice");

  @RegisterExtension static final Processes PROCESSES = new Processes();

  private static final Manifests MANIFESTS = Rendering.DEV.manifests();
  private static SecureKafka kafka;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    kafka =
        SecureKafka.start(
            PROCESSES,
            MANIFESTS.all(KafkaUser.class).stream()
                .map(user -> user.getMetadata().getName())
                .toList());
    try (Admin admin = kafka.admin()) {
      admin
          .createTopics(MANIFESTS.all(KafkaTopic.class).stream().map(BrokersTest::topic).toList())
          .all()
          .get();
    }
    Rights.grant(kafka, RightsChecks.granted(MANIFESTS));
  }

  @ParameterizedTest
  @EnumSource
  void eachPartGetsInAsItsRoleAndNoOther(Pod.Part part) throws Exception {
    RunConfig config = inPod(part);
    Set<Role> own =
        switch (part) {
          case JOB_MANAGER, TASK_MANAGER -> EnumSet.of(Role.JOB);
          // Whoever may write losses and parameters may change who the ranks are.
          case AGENT -> EnumSet.of(Role.AGENT, Role.MEMBERSHIP);
          case TOOLS -> EnumSet.of(Role.OPERATOR, Role.MEMBERSHIP);
        };
    for (Role role : Role.values()) {
      if (own.contains(role)) {
        assertThatCode(() -> RunTopics.require(config, role)).doesNotThrowAnyException();
      } else {
        assertThatThrownBy(() -> RunTopics.require(config, role))
            .isInstanceOf(UserError.class)
            .hasMessageContaining("does not let this user");
      }
    }
  }

  /** What Sluice sets where it may create topics itself. */
  @Test
  void topicsAreAsSluiceWouldMakeThem() throws Exception {
    Map<String, String> settings = new HashMap<>(kafka.settings(SecureKafka.ADMIN));
    settings.put("run", "by-sluice");
    settings.put("bootstrap-servers", kafka.bootstrapServers());
    RunConfig config = RunConfig.defaults().with(settings, "test");
    RunTopics.ensure(config, Role.JOB);

    for (KafkaTopic topic : MANIFESTS.all(KafkaTopic.class)) {
      Map<String, String> wanted = new HashMap<>();
      topic.getSpec().getConfig().forEach((key, value) -> wanted.put(key, value.toString()));
      // Of concern to brokers, and there is one of them.
      wanted.remove("min.insync.replicas");
      String suffix = topic.getMetadata().getName().replaceFirst("^[^.]*", "");
      assertThat(settingsOf(config.topics().run() + suffix)).as(suffix).isEqualTo(wanted);
    }
    assertThat(config.topics()).isEqualTo(new Topics("by-sluice"));
  }

  /** What is set for a topic alone. */
  private static Map<String, String> settingsOf(String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = kafka.admin()) {
      return admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
          .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
          .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }
  }

  /** The run's settings, with the files that a pod has below a folder of this machine. */
  private RunConfig inPod(Pod.Part part) throws Exception {
    for (Map.Entry<Path, Mounts.Mounted> file :
        Mounts.of(MANIFESTS, Pod.of(MANIFESTS, part)).files().entrySet()) {
      Path copy = here(file.getKey());
      Files.createDirectories(copy.getParent());
      Files.writeString(copy, content(file.getValue()));
    }
    RunConfig run = Settings.ofJob(MANIFESTS);
    Map<String, String> settings = new HashMap<>();
    run.kafkaProperties()
        .forEach(
            (key, value) ->
                settings.put(
                    "kafka." + key,
                    value.toString().replace(ETC.toString(), here(ETC).toString())));
    settings.remove("kafka.bootstrap.servers");
    settings.put("bootstrap-servers", kafka.bootstrapServers());
    return run.with(settings, "test");
  }

  private Path here(Path inPod) {
    return folder.resolve(inPod.toString().substring(1));
  }

  /** Secrets as Strimzi fills them. */
  private static String content(Mounts.Mounted file) throws Exception {
    if (file.content().isPresent()) {
      return file.content().get();
    }
    if (file.key().equals("ca.crt")) {
      Map<String, String> anybody = kafka.settings(SecureKafka.ADMIN);
      return Files.readString(Path.of(anybody.get("kafka.ssl.truststore.location")));
    }
    assertThat(file.key()).isEqualTo("sasl.jaas.config");
    return kafka.settings(file.source()).get("kafka.sasl.jaas.config");
  }

  private static NewTopic topic(KafkaTopic topic) {
    Map<String, String> configs = new HashMap<>();
    topic.getSpec().getConfig().forEach((key, value) -> configs.put(key, value.toString()));
    return new NewTopic(
            topic.getMetadata().getName(),
            Optional.of(topic.getSpec().getPartitions()),
            Optional.of(topic.getSpec().getReplicas().shortValue()))
        .configs(configs);
  }
}
