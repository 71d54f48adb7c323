package io.sluice.faults;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.flink.api.common.JobID;
import org.apache.kafka.common.TopicPartition;

/** What a cluster says about a job, to people and tools. */
public final class FlinkRest {

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final URI cluster;

  public FlinkRest(URI cluster) {
    this.cluster = cluster;
  }

  /** The job of a cluster that has one. */
  public JobID onlyJob() {
    JsonArray jobs = get("/jobs").getAsJsonArray("jobs");
    if (jobs.size() != 1) {
      throw new IllegalStateException("one job expected, not " + jobs);
    }
    return JobID.fromHexString(jobs.get(0).getAsJsonObject().get("id").getAsString());
  }

  /** Whether all tasks run. */
  public boolean isRunning(JobID job) {
    JsonObject answer = get("/jobs/" + job);
    if (!answer.get("state").getAsString().equals("RUNNING")) {
      return false;
    }
    for (JsonElement vertex : answer.getAsJsonArray("vertices")) {
      if (!vertex.getAsJsonObject().get("status").getAsString().equals("RUNNING")) {
        return false;
      }
    }
    return true;
  }

  /** How often the job was restored from a checkpoint, by the same job manager. */
  long restores(JobID job) {
    return count(job, "restored");
  }

  /** Number of the newest complete checkpoint that this job manager saw; 0 if there is none. */
  public long newestCheckpoint(JobID job) {
    return checkpoint(job, "completed");
  }

  /** Number of the checkpoint that the job was restored from last; 0 if there was none. */
  long restoredCheckpoint(JobID job) {
    return checkpoint(job, "restored");
  }

  long failedCheckpoints(JobID job) {
    return count(job, "failed");
  }

  /** Size of the newest complete checkpoint. */
  long stateBytes(JobID job) {
    return get("/jobs/" + job + "/checkpoints")
        .getAsJsonObject("latest")
        .getAsJsonObject("completed")
        .get("state_size")
        .getAsLong();
  }

  /** Largest parallelism that the job's tasks may have, which is the same for all of them. */
  public int maxParallelism(JobID job) {
    return get("/jobs/" + job)
        .getAsJsonArray("vertices")
        .get(0)
        .getAsJsonObject()
        .get("maxParallelism")
        .getAsInt();
  }

  /** What has made the job fail and start again, as text. */
  String exceptions(JobID job) {
    return get("/jobs/" + job + "/exceptions").toString();
  }

  /** Offset of the last record that the topic's source has handed on; -1 if there is none. */
  long offsetRead(JobID job, TopicPartition from) {
    String topic = from.topic().replace('.', '_'); // as Flink has it
    String place = "topic." + topic + ".partition." + from.partition();
    return (long) metric(job, place + ".currentOffset", "max", -1);
  }

  /**
   * A metric of an operator's subtasks.
   *
   * @param end end of its name
   * @param aggregation of the subtasks' values, such as {@code sum}
   * @param absent what to return while there is none
   */
  double metric(JobID job, String end, String aggregation, double absent) {
    for (JsonElement vertex : get("/jobs/" + job).getAsJsonArray("vertices")) {
      String path =
          "/jobs/"
              + job
              + "/vertices/"
              + vertex.getAsJsonObject().get("id").getAsString()
              + "/subtasks/metrics";
      for (JsonElement metric : element(path).getAsJsonArray()) {
        String name = metric.getAsJsonObject().get("id").getAsString();
        if (name.endsWith(end)) {
          String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
          return element(path + "?agg=" + aggregation + "&get=" + encoded)
              .getAsJsonArray()
              .get(0)
              .getAsJsonObject()
              .get(aggregation)
              .getAsDouble();
        }
      }
    }
    return absent;
  }

  private long count(JobID job, String which) {
    return get("/jobs/" + job + "/checkpoints").getAsJsonObject("counts").get(which).getAsLong();
  }

  private long checkpoint(JobID job, String which) {
    JsonElement found = get("/jobs/" + job + "/checkpoints").getAsJsonObject("latest").get(which);
    return found == null || found.isJsonNull() ? 0 : found.getAsJsonObject().get("id").getAsLong();
  }

  private JsonObject get(String path) {
    return element(path).getAsJsonObject();
  }

  private JsonElement element(String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(cluster.resolve(path)).timeout(Duration.ofSeconds(10)).build();
      return JsonParser.parseString(
          http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
