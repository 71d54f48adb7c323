package io.sluice.monitoring;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads queries, as far as the tests need to understand them. */
final class PromQl {

  /** A metric of ours or of Flink's, and the labels that are asked for. */
  private static final Pattern SELECTOR =
      Pattern.compile("\\b((?:flink|sluice)_\\w+)(?:\\{[^}]*\\})?");

  private PromQl() {}

  /** Names of the metrics in a query. */
  static Set<String> metrics(String query) {
    return SELECTOR.matcher(query).results().map(r -> r.group(1)).collect(Collectors.toSet());
  }

  /** The metrics in a query, each with the labels that are asked for. */
  static List<String> selectors(String query) {
    return SELECTOR.matcher(query).results().map(MatchResult::group).toList();
  }
}
