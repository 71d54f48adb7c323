package io.sluice.protocol.kafka;

import io.sluice.protocol.Topics;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.record.TimestampType;

/** Sees to it that a run's topics are there with the partitions the run counts with. */
public final class RunTopics {

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final String UPDATES_KEPT_MS = "3600000";

  /** Kafka deletes and compacts whole segments, but for the newest. */
  private static final String MODEL_SEGMENT_BYTES = "67108864";

  private RunTopics() {}

  /**
   * Creates the topics of a role that are missing and checks the others; job and agent both call
   * it, so either may be started first.
   *
   * @throws UserError when the brokers cannot be reached, do not let this user do what the role
   *     does, or have a topic with another partition count
   */
  public static void ensure(RunConfig config, Role role) {
    forEach(
        config,
        role,
        (admin, topic) -> {
          Optional<TopicDescription> found = describe(admin, topic.name());
          if (found.isEmpty()) {
            create(admin, config, topic);
            found = describe(admin, topic.name());
          }
          return found;
        });
  }

  /**
   * Checks the topics of a role, and creates none: a run whose name is misspelt must not come to
   * be.
   *
   * @throws UserError when a topic is missing, and as of {@link #ensure}
   */
  public static void require(RunConfig config, Role role) {
    forEach(
        config,
        role,
        (admin, topic) -> {
          Optional<TopicDescription> found = describe(admin, topic.name());
          if (found.isEmpty()) {
            throw new UserError(
                String.format(
                    "there is no run '%s' at %s: topic %s does not exist; check the name of the run"
                        + " and bootstrap-servers%s",
                    config.get(Options.RUN_NAME),
                    config.get(Options.BOOTSTRAP_SERVERS),
                    topic.name(),
                    topic.name().equals(config.topics().modelUpdates())
                        ? ", and that average is the run's (it is on here)"
                        : ""));
          }
          return found;
        });
  }

  /**
   * A topic of a run, as the role needs it.
   *
   * @param operation what this user has to be allowed
   */
  private record RunTopic(String name, int partitions, AclOperation operation) {}

  private interface Finding {
    /** Empty where the brokers do not all know yet of a topic that was just made. */
    Optional<TopicDescription> find(Admin admin, RunTopic topic);
  }

  private static void forEach(RunConfig config, Role role, Finding finding) {
    Properties properties = config.kafkaProperties();
    properties.setProperty("default.api.timeout.ms", Long.toString(PATIENCE.toMillis()));
    properties.setProperty("request.timeout.ms", Long.toString(PATIENCE.toMillis() / 3));
    String brokers = config.get(Options.BOOTSTRAP_SERVERS);
    try (Admin admin = Admin.create(properties)) {
      for (RunTopic topic : topicsOf(config, role)) {
        try {
          Optional<TopicDescription> found = finding.find(admin, topic);
          found.ifPresent(description -> check(topic, description, brokers));
        } catch (TopicAuthorizationException e) {
          throw notAllowed(topic, "describe or create", brokers);
        }
      }
    } catch (TimeoutException e) {
      throw new UserError(
          String.format(
              "no Kafka broker answered at %s within %d s; check bootstrap-servers and that the"
                  + " broker is running",
              brokers, PATIENCE.toSeconds()),
          e);
    } catch (InterruptException e) {
      throw e;
    } catch (SslAuthenticationException e) {
      throw new UserError(
          String.format(
              "no connection to Kafka at %s that can be trusted: %s; check kafka.ssl.truststore.*,"
                  + " and that bootstrap-servers has the names of the brokers' certificates",
              brokers, e.getMessage()),
          e);
    } catch (AuthenticationException e) {
      throw new UserError(
          String.format(
              "Kafka at %s did not let this user in: %s; check user and password in"
                  + " kafka.sasl.jaas.config, and kafka.sasl.mechanism",
              brokers, e.getMessage()),
          e);
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (isOfJaas(e)) {
        // Without the cause: a password with a quote in it falls apart, and Kafka shows a part.
        throw new UserError(
            "kafka.sasl.jaas.config is not what Kafka understands; allowed: MODULE required"
                + " KEY=\"VALUE\" …; with the semicolon, and a backslash before a quote or backslash"
                + " in a value");
      }
      throw new UserError("Kafka at " + brokers + ": " + cause.getMessage(), e);
    }
  }

  private static boolean isOfJaas(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IllegalArgumentException
          && String.valueOf(cause.getMessage()).contains("JAAS")) {
        return true;
      }
    }
    return false;
  }

  /** In the order of their names. */
  private static List<RunTopic> topicsOf(RunConfig config, Role role) {
    Topics topics = config.topics();
    Set<String> single = Set.of(topics.selectionPlans(), topics.deadLetters());
    int partitions = config.sharding().partitions();
    return role.needs(config).entrySet().stream()
        .map(
            need ->
                new RunTopic(
                    need.getKey(),
                    single.contains(need.getKey()) ? 1 : partitions,
                    need.getValue()))
        .toList();
  }

  private static void create(Admin admin, RunConfig config, RunTopic topic) {
    int replication = config.get(Options.REPLICATION);
    NewTopic wanted =
        new NewTopic(
            topic.name(),
            Optional.of(topic.partitions()),
            replication < 1 ? Optional.empty() : Optional.of((short) replication));
    wanted.configs(settings(config.topics(), topic.name()));
    try {
      await(admin.createTopics(List.of(wanted)).all());
    } catch (TopicExistsException e) {
      // Somebody else of this run was faster; the check that follows looks at what they made.
    }
  }

  /** Kafka's settings of a topic of a run, as far as the run depends on them. */
  static Map<String, String> settings(Topics topics, String topic) {
    Map<String, String> settings = new HashMap<>(retention(topics, topic));
    // The broker's clock. Of an agent whose own is ahead a broker would refuse every record.
    settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, TimestampType.LOG_APPEND_TIME.name);
    return settings;
  }

  private static Map<String, String> retention(Topics topics, String topic) {
    if (topic.equals(topics.modelUpdates())) {
      // What is averaged is not needed any more, and what gets lost the agents send again.
      return Map.of(
          TopicConfig.RETENTION_MS_CONFIG, UPDATES_KEPT_MS,
          TopicConfig.SEGMENT_BYTES_CONFIG, MODEL_SEGMENT_BYTES);
    }
    if (topic.equals(topics.modelAverages())) {
      return Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_COMPACT,
          TopicConfig.SEGMENT_BYTES_CONFIG,
          MODEL_SEGMENT_BYTES);
    }
    // A job without a savepoint and an agent that resumes read from the start.
    return Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1");
  }

  private static void check(RunTopic topic, TopicDescription found, String brokers) {
    int actual = found.partitions().size();
    if (actual != topic.partitions()) {
      throw new UserError(
          String.format(
              "topic %s has %d partitions, but this run counts with %d; set partitions to what the"
                  + " run was started with, or choose another run name",
              topic.name(), actual, topic.partitions()));
    }
    Set<AclOperation> allowed = found.authorizedOperations();
    // Brokers that do not say it will say so when it is done.
    if (allowed != null && !allowed.isEmpty() && !allowed.contains(topic.operation())) {
      throw notAllowed(topic, topic.operation().name().toLowerCase(Locale.ROOT), brokers);
    }
  }

  private static UserError notAllowed(RunTopic topic, String what, String brokers) {
    return new UserError(
        String.format(
            "Kafka at %s does not let this user %s topic %s; give the user the rights that"
                + " docs/security.md lists, or take another user in kafka.sasl.jaas.config",
            brokers, what, topic.name()));
  }

  private static Optional<TopicDescription> describe(Admin admin, String topic) {
    DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
    try {
      return Optional.of(
          await(admin.describeTopics(List.of(topic), options).allTopicNames()).get(topic));
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    }
  }

  private static <T> T await(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    }
  }
}
