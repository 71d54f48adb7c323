package io.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a process has to say at {@code /metrics}, in Prometheus' text format. */
record Exposition(List<Sample> samples) {

  /** One line. */
  record Sample(String name, Map<String, String> labels, double value) {}

  private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /**
   * @throws UncheckedIOException while nobody listens there
   */
  static Exposition scrape(int port) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
    try {
      HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      return new Exposition(
          response
              .body()
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(Exposition::parse)
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Sample parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new AssertionError("not a sample: " + line);
    }
    String value = matcher.group(3).replace("Inf", "Infinity");
    Map<String, String> labels = new HashMap<>();
    LABEL
        .matcher(Objects.requireNonNullElse(matcher.group(2), ""))
        .results()
        .forEach(label -> labels.put(label.group(1), label.group(2)));
    return new Sample(matcher.group(1), labels, Double.parseDouble(value));
  }

  Set<String> names() {
    return samples.stream().map(Sample::name).collect(Collectors.toSet());
  }

  /** The samples of one metric. */
  Stream<Sample> of(String name) {
    return samples.stream().filter(sample -> sample.name().equals(name));
  }

  /** The sum of a metric over all its samples. */
  double sum(String name) {
    return of(name).mapToDouble(Sample::value).sum();
  }

  /** The sum of a metric over those of its samples that have a label of a value. */
  double sum(String name, String label, String value) {
    return of(name)
        .filter(sample -> value.equals(sample.labels().get(label)))
        .mapToDouble(Sample::value)
        .sum();
  }
}
