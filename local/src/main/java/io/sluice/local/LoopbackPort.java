package io.sluice.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

/**
 * A listening socket on the loopback interface, bound before its server starts, so that the server
 * can be told its port and nobody else can take it in between.
 */
final class LoopbackPort implements AutoCloseable {

  private static final int ANY = 0;

  private final ServerSocketChannel socket;
  private final int number;

  private LoopbackPort(ServerSocketChannel socket, int number) {
    this.socket = socket;
    this.number = number;
  }

  static LoopbackPort any() {
    return bind(ANY);
  }

  /**
   * Listens on a port that was used before.
   *
   * @throws UncheckedIOException when somebody else has taken it
   */
  static LoopbackPort bind(int number) {
    try {
      ServerSocketChannel socket = ServerSocketChannel.open();
      try {
        // Connections of the server before may still be closing on this port.
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), number));
        socket.configureBlocking(false);
        return new LoopbackPort(socket, ((InetSocketAddress) socket.getLocalAddress()).getPort());
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on loopback port " + number, e);
    }
  }

  int number() {
    return number;
  }

  /** The socket; whoever takes it closes it. */
  ServerSocketChannel socket() {
    return socket;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
