package io.sluice.protocol.kafka;

import io.sluice.protocol.Topics;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.record.TimestampType;

/** Sees to it that a run's topics are there with the partitions the run counts with. */
public final class RunTopics {

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private RunTopics() {}

  /**
   * Creates the topics that are missing and checks the others; job and agent both call it, so
   * either may be started first.
   *
   * @throws UserError when the brokers cannot be reached, refuse, or have a topic with another
   *     partition count
   */
  public static void ensure(RunConfig config) {
    forEach(
        config,
        (admin, topic, partitions) -> {
          create(admin, topic, partitions, config.get(Options.REPLICATION));
          check(topic, partitions, describe(admin, topic));
        });
  }

  /**
   * Checks the topics, and creates none: a run whose name is misspelt must not come to be.
   *
   * @throws UserError when a topic is missing, and as of {@link #ensure}
   */
  public static void require(RunConfig config) {
    forEach(
        config,
        (admin, topic, partitions) -> {
          Optional<TopicDescription> found = describe(admin, topic);
          if (found.isEmpty()) {
            throw new UserError(
                String.format(
                    "there is no run '%s' at %s: topic %s does not exist; check the name of the run"
                        + " and bootstrap-servers",
                    config.get(Options.RUN_NAME), config.get(Options.BOOTSTRAP_SERVERS), topic));
          }
          check(topic, partitions, found);
        });
  }

  private interface TopicAction {
    void on(Admin admin, String topic, int partitions);
  }

  private static void forEach(RunConfig config, TopicAction action) {
    Topics topics = config.topics();
    int partitions = config.sharding().partitions();
    Map<String, Integer> wanted = new TreeMap<>();
    wanted.put(topics.lossEvents(), partitions);
    wanted.put(topics.selectedSamples(), partitions);
    wanted.put(topics.selectionPlans(), 1);
    wanted.put(topics.deadLetters(), 1);

    Properties properties = config.kafkaProperties();
    properties.setProperty("default.api.timeout.ms", Long.toString(PATIENCE.toMillis()));
    properties.setProperty("request.timeout.ms", Long.toString(PATIENCE.toMillis() / 3));
    String brokers = config.get(Options.BOOTSTRAP_SERVERS);
    try (Admin admin = Admin.create(properties)) {
      wanted.forEach((topic, count) -> action.on(admin, topic, count));
    } catch (TimeoutException e) {
      throw new UserError(
          String.format(
              "no Kafka broker answered at %s within %d s; check bootstrap-servers and that the"
                  + " broker is running",
              brokers, PATIENCE.toSeconds()),
          e);
    } catch (InterruptException e) {
      throw e;
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

  private static void create(Admin admin, String topic, int partitions, int replication) {
    if (describe(admin, topic).isPresent()) {
      return;
    }
    NewTopic wanted =
        new NewTopic(
            topic,
            Optional.of(partitions),
            replication < 1 ? Optional.empty() : Optional.of((short) replication));
    wanted.configs(
        Map.of(
            // A job without a savepoint and an agent that resumes read from the start.
            TopicConfig.RETENTION_MS_CONFIG,
            "-1",
            // The broker's clock. Of an agent whose own is ahead a broker would refuse every
            // record.
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            TimestampType.LOG_APPEND_TIME.name));
    try {
      await(admin.createTopics(List.of(wanted)).all());
    } catch (TopicExistsException e) {
      // Somebody else of this run was faster; the check that follows looks at what they made.
    }
  }

  private static void check(String topic, int partitions, Optional<TopicDescription> found) {
    int actual = found.map(description -> description.partitions().size()).orElse(partitions);
    if (actual != partitions) {
      throw new UserError(
          String.format(
              "topic %s has %d partitions, but this run counts with %d; set partitions to what the"
                  + " run was started with, or choose another run name",
              topic, actual, partitions));
    }
  }

  private static Optional<TopicDescription> describe(Admin admin, String topic) {
    try {
      return Optional.of(await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic));
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
