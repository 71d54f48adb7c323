package io.sluice.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * A connection between two subtasks: first in, first out, in bytes.
 *
 * @param <T> what goes through it
 */
final class Channel<T> implements Actor {

  /** Takes what comes out. */
  interface Receiver<T> {
    void take(T value) throws Exception;
  }

  private final TypeSerializer<T> serializer;
  private final Receiver<T> receiver;
  private final Deque<byte[]> queue = new ArrayDeque<>();

  Channel(TypeSerializer<T> serializer, Receiver<T> receiver) {
    this.serializer = serializer;
    this.receiver = receiver;
  }

  void send(T value) {
    queue.add(Bytes.write(serializer, value));
  }

  /** Delivers one. */
  @Override
  public boolean act() throws Exception {
    byte[] next = queue.poll();
    if (next == null) {
      return false;
    }
    receiver.take(Bytes.read(serializer, next));
    return true;
  }

  List<byte[]> snapshot() {
    return new ArrayList<>(queue);
  }

  void restore(List<byte[]> waiting) {
    queue.addAll(waiting);
  }
}
