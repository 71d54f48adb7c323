package io.sluice.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * A broker's listening sockets on the loopback interface, bound before it starts: it can be told
 * its ports, and nobody else can take them in between.
 */
final class BrokerSockets implements ServerSocketFactory, AutoCloseable {

  private final Map<String, ServerSocketChannel> byListener = new HashMap<>();

  /**
   * Binds a socket per listener.
   *
   * @param ports port by listener name; 0 takes one that is free
   * @throws UncheckedIOException when a port is taken
   */
  static BrokerSockets bind(Map<String, Integer> ports) {
    BrokerSockets sockets = new BrokerSockets();
    try {
      for (Map.Entry<String, Integer> listener : ports.entrySet()) {
        ServerSocketChannel socket = ServerSocketChannel.open();
        sockets.byListener.put(listener.getKey(), socket);
        // Connections of the broker before may still be closing on this port.
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        socket.bind(address(listener.getValue()));
        socket.configureBlocking(false);
      }
      return sockets;
    } catch (IOException e) {
      sockets.close();
      throw new UncheckedIOException("cannot listen on loopback ports " + ports, e);
    }
  }

  /** The port on which each listener is, by its name. */
  Map<String, Integer> ports() {
    Map<String, Integer> ports = new HashMap<>();
    byListener.forEach((listener, socket) -> ports.put(listener, socket.socket().getLocalPort()));
    return Map.copyOf(ports);
  }

  static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Override
  public ServerSocketChannel openServerSocket(
      String listener, InetSocketAddress address, int backlog, int receiveBuffer) {
    return byListener.get(listener);
  }

  @Override
  public void close() {
    try {
      for (ServerSocketChannel socket : byListener.values()) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
