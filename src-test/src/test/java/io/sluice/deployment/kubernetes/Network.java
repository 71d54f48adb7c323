package io.sluice.deployment.kubernetes;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What network policies let through, by the rules of Kubernetes. */
record Network(List<NetworkPolicy> policies) {

  /** Whether a connection may be opened; the answers come back by themselves. */
  boolean allows(Endpoint from, Endpoint to, String protocol, int port) {
    return leaves(from, to, protocol, port) && enters(from, to, protocol, port);
  }

  Network without(NetworkPolicy policy) {
    return new Network(policies.stream().filter(other -> !other.equals(policy)).toList());
  }

  private boolean leaves(Endpoint from, Endpoint to, String protocol, int port) {
    List<NetworkPolicy> concerned = of(from, "Egress");
    return concerned.isEmpty()
        || concerned.stream()
            .flatMap(policy -> rules(policy.getSpec().getEgress()))
            .anyMatch(
                rule ->
                    hasPort(rule.getPorts(), protocol, port)
                        && hasPeer(from.namespace(), rule.getTo(), to));
  }

  private boolean enters(Endpoint from, Endpoint to, String protocol, int port) {
    List<NetworkPolicy> concerned = of(to, "Ingress");
    return concerned.isEmpty()
        || concerned.stream()
            .flatMap(policy -> rules(policy.getSpec().getIngress()))
            .anyMatch(
                rule ->
                    hasPort(rule.getPorts(), protocol, port)
                        && hasPeer(to.namespace(), rule.getFrom(), from));
  }

  private static <T> Stream<T> rules(List<T> rules) {
    return rules == null ? Stream.of() : rules.stream();
  }

  /** Those that isolate the endpoint in a direction. */
  private List<NetworkPolicy> of(Endpoint endpoint, String direction) {
    return policies.stream()
        .filter(policy -> policy.getMetadata().getNamespace().equals(endpoint.namespace()))
        .filter(policy -> policy.getSpec().getPolicyTypes().contains(direction))
        .filter(policy -> matches(policy.getSpec().getPodSelector(), endpoint.labels()))
        .toList();
  }

  private static boolean hasPort(List<NetworkPolicyPort> ports, String protocol, int port) {
    return ports.isEmpty()
        || ports.stream()
            .anyMatch(
                allowed ->
                    allowed.getPort().getIntVal() == port
                        && allowed.getEndPort() == null
                        && protocol.equals(
                            allowed.getProtocol() == null ? "TCP" : allowed.getProtocol()));
  }

  private static boolean hasPeer(String home, List<NetworkPolicyPeer> peers, Endpoint other) {
    return peers.isEmpty() || peers.stream().anyMatch(peer -> isPeer(home, peer, other));
  }

  private static boolean isPeer(String home, NetworkPolicyPeer peer, Endpoint other) {
    if (peer.getIpBlock() != null) {
      throw new IllegalArgumentException("addresses are not understood here: " + peer);
    }
    if (other.namespace() == null) {
      return false;
    }
    boolean inNamespace =
        peer.getNamespaceSelector() == null
            ? other.namespace().equals(home)
            : matches(peer.getNamespaceSelector(), other.namespaceLabels());
    return inNamespace
        && (peer.getPodSelector() == null || matches(peer.getPodSelector(), other.labels()));
  }

  static boolean matches(LabelSelector selector, Map<String, String> labels) {
    if (!selector.getMatchExpressions().isEmpty()) {
      throw new IllegalArgumentException("expressions are not understood here: " + selector);
    }
    return selector.getMatchLabels() == null
        || labels.entrySet().containsAll(selector.getMatchLabels().entrySet());
  }
}
