package io.sluice;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Metrics of a cluster's only running job, from where the Flink UI gets them. */
public final class TestingMetrics {

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI cluster;

  public TestingMetrics(URI cluster) {
    this.cluster = cluster;
  }

  /**
   * @param metric operator and name, such as {@code selector.samplesSelected}
   * @return the sum over the operator's subtasks; NaN while there is no such metric
   */
  public double sum(String metric) {
    String job = null;
    for (JsonElement element : get("/jobs").getAsJsonObject().getAsJsonArray("jobs")) {
      if (element.getAsJsonObject().get("status").getAsString().equals("RUNNING")) {
        job = element.getAsJsonObject().get("id").getAsString();
      }
    }
    for (JsonElement vertex : get("/jobs/" + job).getAsJsonObject().getAsJsonArray("vertices")) {
      String id = vertex.getAsJsonObject().get("id").getAsString();
      JsonElement found =
          get("/jobs/" + job + "/vertices/" + id + "/subtasks/metrics?agg=sum&get=" + metric);
      if (!found.getAsJsonArray().isEmpty()) {
        return found.getAsJsonArray().get(0).getAsJsonObject().get("sum").getAsDouble();
      }
    }
    return Double.NaN;
  }

  private JsonElement get(String path) {
    try {
      HttpRequest request = HttpRequest.newBuilder(cluster.resolve(path)).build();
      return JsonParser.parseString(
          http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
