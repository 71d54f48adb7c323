package io.sluice.agent.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the thread that installs it, and holds the process
 * up until that thread has put everything away.
 */
public final class Interruption implements AutoCloseable {

  /** For the checkpoint of a large model, which is the longest of what there is to wait for. */
  private static final int PATIENCE_SECONDS = 100;

  private final CountDownLatch done = new CountDownLatch(1);

  private Interruption() {}

  /** For the calling thread. */
  public static Interruption install() {
    Interruption interruption = new Interruption();
    Thread worker = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> interruption.interrupt(worker), "sluice-interruption"));
    return interruption;
  }

  /**
   * Starts a server on a thread of its own. Interrupted half-way, servers leave things behind and
   * fail with stories of their own; so an interruption meanwhile waits, and is for the caller's
   * next blocking call to find.
   */
  public static <T> T start(Supplier<T> server) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      return CompletableFuture.supplyAsync(server, task -> new Thread(task, "sluice-start").start())
          .join();
    } catch (CompletionException e) {
      if (Thread.interrupted()) {
        // A process that is going down refuses many things.
        throw (InterruptedException) new InterruptedException().initCause(e);
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  @Override
  public void close() {
    done.countDown();
  }

  private void interrupt(Thread worker) {
    if (done.getCount() == 0) {
      return;
    }
    worker.interrupt();
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("sluice: gave up waiting for everything to stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
