package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.config.Options;
import io.sluice.security.Rights;
import io.strimzi.api.kafka.model.user.KafkaUser;
import io.strimzi.api.kafka.model.user.KafkaUserAuthorizationSimple;
import io.strimzi.api.kafka.model.user.acl.AclRule;
import io.strimzi.api.kafka.model.user.acl.AclRuleTopicResource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** That each part is the user of its role, with the rights of docs/security.md. */
final class RightsChecks {

  private static final Path USER = Path.of("/etc/sluice/kafka-user/sasl.jaas.config");

  private RightsChecks() {}

  static void rights(Manifests manifests) {
    String run = Settings.ofJob(manifests).get(Options.RUN_NAME);
    assertThat(granted(manifests))
        .containsExactlyInAnyOrderElementsOf(
            Rights.of(run).stream()
                .filter(right -> right.pattern().resourceType() == ResourceType.TOPIC)
                .map(right -> ofUser(right, run + "-" + Rights.user(right)))
                .toList());
  }

  static void users(Manifests manifests) {
    String run = Settings.ofJob(manifests).get(Options.RUN_NAME);
    Map<Pod.Part, String> roles =
        Map.of(
            Pod.Part.JOB_MANAGER, "job",
            Pod.Part.TASK_MANAGER, "job",
            Pod.Part.AGENT, "agent",
            Pod.Part.TOOLS, "operator");
    for (Pod pod : Pod.all(manifests)) {
      Mounts.Mounted password = Mounts.of(manifests, pod).files().get(USER);
      assertThat(password).as(pod.part() + " has no user").isNotNull();
      assertThat(password.source()).isEqualTo(run + "-" + roles.get(pod.part()));
      assertThat(password.key()).isEqualTo("sasl.jaas.config");
    }
    for (KafkaUser user : manifests.all(KafkaUser.class)) {
      assertThat(user.getSpec().getAuthentication().getType()).isEqualTo("scram-sha-512");
    }
  }

  /** Of all users. */
  static List<AclBinding> granted(Manifests manifests) {
    List<AclBinding> granted = new ArrayList<>();
    for (KafkaUser user : manifests.all(KafkaUser.class)) {
      KafkaUserAuthorizationSimple rights =
          (KafkaUserAuthorizationSimple) user.getSpec().getAuthorization();
      for (AclRule rule : rights.getAcls()) {
        AclRuleTopicResource topic = (AclRuleTopicResource) rule.getResource();
        assertThat(topic.getPatternType().toValue()).isEqualTo("literal");
        rule.getOperations()
            .forEach(
                operation ->
                    granted.add(
                        right(
                            user.getMetadata().getName(),
                            AclOperation.valueOf(operation.toValue().toUpperCase(Locale.ROOT)),
                            topic.getName())));
      }
    }
    return granted;
  }

  private static AclBinding ofUser(AclBinding right, String user) {
    return right(user, right.entry().operation(), right.pattern().name());
  }

  private static AclBinding right(String user, AclOperation operation, String topic) {
    return new AclBinding(
        new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
        new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
  }
}
