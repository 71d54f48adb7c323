package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.sluice.protocol.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelsTest {

  /** Found by its name below. */
  public static final class TwoLayers implements ModelFactory {
    @Override
    public Block create(Shape sample, int classes) {
      return new SequentialBlock()
          .add(Blocks.batchFlattenBlock())
          .add(Linear.builder().setUnits(sample.size()).build())
          .add(Linear.builder().setUnits(classes).build());
    }
  }

  /** Has no public constructor. */
  public static final class Hidden implements ModelFactory {
    private Hidden() {}

    @Override
    public Block create(Shape sample, int classes) {
      return new SequentialBlock();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "linear, 1, 28, 20410",
    "cnn, 1, 28, 31394",
    "cnn, 3, 32, 31794",
    "resnet18, 1, 28, 11172810",
    "resnet18, 3, 32, 11173962",
    "resnet18, 3, 224, 11181642"
  })
  void modelsGiveOneLogitPerClass(String name, int channels, int side, long weights) {
    int classes = name.equals("linear") ? 26 : 10;
    Block block = Models.byName(name, new Shape(channels, side, side), classes);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      Shape batch = new Shape(2, channels, side, side);
      block.initialize(manager, DataType.FLOAT32, batch);
      assertThat(block.getOutputShapes(new Shape[] {batch})).containsExactly(new Shape(2, classes));
      assertThat(
              block.getParameters().values().stream()
                  .filter(Parameter::requiresGradient)
                  .mapToLong(parameter -> parameter.getArray().size())
                  .sum())
          .isEqualTo(weights);
    }
  }

  @Test
  void aModelOfYourOwn() {
    Block block = Models.byName("class:" + TwoLayers.class.getName(), new Shape(1, 2, 3), 4);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 2, 3));
      assertThat(block.getParameters().values().get(0).getArray().getShape())
          .isEqualTo(new Shape(6, 6));
    }
  }

  @Test
  void unknownNameListsTheNames() {
    assertThatThrownBy(() -> Models.byName("vgg", new Shape(1, 2, 3), 4))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "There is no model 'vgg': use cnn, resnet18, linear, or class:NAME for a ModelFactory"
                + " of your own.");
  }

  @ParameterizedTest
  @CsvSource({
    "com.example.Missing, it is not on the class path",
    "java.lang.String, it does not implement io.sluice.agent.train.ModelFactory",
    "io.sluice.agent.train.ModelsTest$Hidden, not a public class with a constructor"
  })
  void unusableClass(String name, String reason) {
    assertThatThrownBy(() -> Models.byName("class:" + name, new Shape(1, 2, 3), 4))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("The model class " + name + " cannot be used: ")
        .hasMessageContaining(reason);
  }
}
