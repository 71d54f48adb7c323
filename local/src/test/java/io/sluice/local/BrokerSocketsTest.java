package io.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerSocketsTest {

  @Test
  void bindsFreePortsOnLoopback() {
    try (BrokerSockets sockets = BrokerSockets.bind(Map.of("A", 0, "B", 0))) {
      assertThat(sockets.ports().values()).doesNotHaveDuplicates().allMatch(port -> port > 0);
      assertThat(sockets.openServerSocket("A", BrokerSockets.address(0), 1, 1).socket())
          .satisfies(
              socket -> {
                assertThat(socket.getInetAddress().isLoopbackAddress()).isTrue();
                assertThat(socket.getLocalPort()).isEqualTo(sockets.ports().get("A"));
              });
    }
  }

  @Test
  void takesTheSamePortsAgainOnceClosed() {
    BrokerSockets first = BrokerSockets.bind(Map.of("A", 0, "B", 0));
    Map<String, Integer> ports = first.ports();

    assertThatThrownBy(() -> BrokerSockets.bind(ports))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(ports.get("A").toString());

    first.close();
    try (BrokerSockets second = BrokerSockets.bind(ports)) {
      assertThat(second.ports()).isEqualTo(ports);
    }
  }
}
