package io.sluice.faults;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.sluice.agent.train.ModelFactory;

/** A quick model whose parameters take several chunks. */
public final class WideModel implements ModelFactory {

  @Override
  public Block create(Shape sample, int classes) {
    return new SequentialBlock()
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(512).build())
        .add(Activation::relu)
        .add(Linear.builder().setUnits(classes).build());
  }
}
