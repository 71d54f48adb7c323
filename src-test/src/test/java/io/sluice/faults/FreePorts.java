package io.sluice.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

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
    return takeRow(1);
  }

  /** The first of so many that follow each other. */
  public static int takeRow(int count) {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END - count);
      if (IntStream.range(port, port + count).allMatch(FreePorts::isFree)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free between " + FIRST + " and " + END);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
