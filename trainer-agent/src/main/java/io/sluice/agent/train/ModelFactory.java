package io.sluice.agent.train;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;

/**
 * Makes a model of your own. Put a public class that implements this, with a public constructor
 * without arguments, on the agent's class path and name it as the model: {@code
 * class:com.example.MyModel}.
 *
 * <pre>{@code
 * public final class MyModel implements ModelFactory {
 *   @Override
 *   public Block create(Shape sample, int classes) {
 *     return new SequentialBlock()
 *         .add(Blocks.batchFlattenBlock())
 *         .add(Linear.builder().setUnits(256).build())
 *         .add(Activation::relu)
 *         .add(Linear.builder().setUnits(classes).build());
 *   }
 * }
 * }</pre>
 */
public interface ModelFactory {

  /**
   * Returns a block that has not been initialised. It takes one float array of shape (batch,
   * channels, height, width) and gives logits of shape (batch, classes).
   *
   * @param sample (channels, height, width)
   */
  Block create(Shape sample, int classes);
}
