package io.sluice.deployment.kubernetes;

import java.util.Map;

/**
 * One end of a connection, as network policies see it.
 *
 * @param namespace null for what is outside of the cluster
 */
record Endpoint(String name, String namespace, Map<String, String> labels) {

  static Endpoint outside(String name) {
    return new Endpoint(name, null, Map.of());
  }

  Map<String, String> namespaceLabels() {
    return Map.of("kubernetes.io/metadata.name", namespace);
  }

  @Override
  public String toString() {
    return name;
  }
}
