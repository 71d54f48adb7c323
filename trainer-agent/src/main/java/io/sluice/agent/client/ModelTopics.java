package io.sluice.agent.client;

import io.sluice.protocol.UserError;
import io.sluice.protocol.config.Options;
import io.sluice.protocol.config.RunConfig;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;

/** Refuses a model that the run's topics cannot carry before it is trained for nothing. */
final class ModelTopics {

  /** What a chunk's other fields and Kafka's batch add to its values, with room for many ranks. */
  private static final int RECORD_OVERHEAD = 4096;

  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

  private final RunConfig config;
  private final SharedModel model;

  ModelTopics(RunConfig config, SharedModel model) {
    this.config = config;
    this.model = model;
  }

  /**
   * Asks Kafka how its topics are set. Where this user may not know, the broker says so when it
   * refuses a record.
   *
   * @throws UserError when a setting is too small for the model, or Kafka does not answer
   */
  void check() throws InterruptedException {
    try (Admin admin = Admin.create(config.kafkaProperties())) {
      check(topic -> settings(admin, topic));
    } catch (InterruptException e) {
      throw EventWriter.interrupted(e);
    } catch (KafkaException e) {
      throw new UserError(
          String.format(
              "cannot learn from Kafka at %s how the run's topics are set: %s",
              config.get(Options.BOOTSTRAP_SERVERS), e.getMessage()),
          e);
    }
  }

  /**
   * @param settings a topic's, by key; without those that are not to be known
   */
  void check(Function<String, Map<String, String>> settings) {
    String updates = config.topics().modelUpdates();
    String averages = config.topics().modelAverages();
    Map<String, String> ofUpdates = settings.apply(updates);
    Map<String, String> ofAverages = settings.apply(averages);
    Properties own = config.kafkaProperties();
    for (String key :
        List.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, ProducerConfig.BUFFER_MEMORY_CONFIG)) {
      check("kafka." + key, own.getProperty(key), recordBytes());
    }
    String record = TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
    check(record + " of topic " + updates, ofUpdates.get(record), recordBytes());
    check(record + " of topic " + averages, ofAverages.get(record), recordBytes());
    String kept = TopicConfig.RETENTION_BYTES_CONFIG;
    check(kept + " of topic " + updates, ofUpdates.get(kept), partitionBytes());
  }

  private void check(String name, String value, long needed) {
    if (value == null || !NUMBER.matcher(value).matches()) {
      return; // Kafka's own default, or what only Kafka understands
    }
    long actual = Long.parseLong(value);
    if (actual >= 0 && actual < needed) { // -1 stands for no limit
      throw new UserError(
          String.format(
              "%s is %d, but to average a model of %d parameters takes %d; raise it, or set"
                  + " average: off",
              name, actual, model.values(), needed));
    }
  }

  /** Of a full chunk. */
  private long recordBytes() {
    return (long) model.length(0) * Float.BYTES + RECORD_OVERHEAD;
  }

  /** Of one synchronisation, in the partition that gets most chunks. */
  private long partitionBytes() {
    int partitions = config.sharding().partitions();
    long chunks = ((long) model.chunks() + partitions - 1) / partitions;
    return chunks * recordBytes() * config.get(Options.WORLD_SIZE);
  }

  private static Map<String, String> settings(Admin admin, String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      return admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
          .filter(entry -> entry.value() != null)
          .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        return Map.of();
      }
      throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    }
  }
}
