package io.sluice.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Loopback ports for servers that are killed and started again. They lie below those that systems
 * give to outgoing connections, so that no client sits on one while its server is away.
 */
public final class FreePorts {

  public static final String HOST = "127.0.0.1";

  private static final int FIRST = 12_000;
  private static final int END = 32_000;
  private static final int TRIES = 1_000;

  private FreePorts() {}

  public static int take() {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken; try another.
      }
    }
    throw new IllegalStateException("no port is free between " + FIRST + " and " + END);
  }
}
