package io.sluice.agent.train;

import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import io.sluice.protocol.UserError;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;

/** The models that can be named in a run's settings. */
public final class Models {
  private static final String CLASS_PREFIX = "class:";

  private static final Map<String, ModelFactory> FACTORIES =
      Map.of("cnn", Models::cnn, "linear", Models::linear, "resnet18", Models::resNet18);

  private Models() {}

  /**
   * Makes a model that has not been initialised yet.
   *
   * @param name {@code cnn} (three small convolutions, fast on a CPU, for images of about 28×28),
   *     {@code resnet18} (for larger images), {@code linear} (one layer), or {@code class:NAME} for
   *     a {@link ModelFactory} on the class path
   * @param sample (channels, height, width)
   * @throws UserError if there is no such model
   */
  public static Block byName(String name, Shape sample, int classes) {
    ModelFactory factory =
        name.startsWith(CLASS_PREFIX)
            ? instantiate(name.substring(CLASS_PREFIX.length()))
            : FACTORIES.get(name);
    if (factory == null) {
      throw new UserError(
          "There is no model '"
              + name
              + "': use cnn, resnet18, linear, or class:NAME for a ModelFactory of your own.");
    }
    return factory.create(sample, classes);
  }

  private static ModelFactory instantiate(String className) {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    ClassLoader loader = context == null ? Models.class.getClassLoader() : context;
    try {
      return Class.forName(className, true, loader)
          .asSubclass(ModelFactory.class)
          .getConstructor()
          .newInstance();
    } catch (ClassNotFoundException | LinkageError e) {
      throw unusable(className, "it is not on the class path or cannot be loaded", e);
    } catch (ClassCastException e) {
      throw unusable(className, "it does not implement " + ModelFactory.class.getName(), e);
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw unusable(className, "it is not a public class with a constructor without arguments", e);
    } catch (InvocationTargetException e) {
      throw unusable(className, "its constructor failed with " + e.getCause(), e);
    }
  }

  private static UserError unusable(String className, String reason, Throwable cause) {
    return new UserError(
        "The model class " + className + " cannot be used: " + reason + ".", cause);
  }

  private static Block linear(Shape sample, int classes) {
    return new SequentialBlock()
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(classes).build());
  }

  /** Strides instead of pooling: on a CPU that costs a third and loses no accuracy here. */
  private static Block cnn(Shape sample, int classes) {
    SequentialBlock block = new SequentialBlock();
    addConvolution(block, 8, 5, 2);
    addConvolution(block, 32, 3, 2);
    addConvolution(block, 64, 3, 2);
    return block.add(Blocks.batchFlattenBlock()).add(Linear.builder().setUnits(classes).build());
  }

  /**
   * ResNet-18 (He et al. 2016, table 1). DJL's ResNetV1 of 18 layers has other, bottleneck, units;
   * so only its residual unit is used. Small images keep their size in the first layer.
   */
  private static Block resNet18(Shape sample, int classes) {
    SequentialBlock block = new SequentialBlock();
    if (sample.get(1) > 32) {
      addConvolution(block, 64, 7, 2);
      block.add(Pool.maxPool2dBlock(new Shape(3, 3), new Shape(2, 2), new Shape(1, 1)));
    } else {
      addConvolution(block, 64, 3, 1);
    }
    for (int filters = 64; filters <= 512; filters *= 2) {
      int stride = filters == 64 ? 1 : 2;
      block.add(residual(filters, stride, filters == 64)).add(residual(filters, 1, true));
    }
    return block
        .add(Pool.globalAvgPool2dBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(classes).build());
  }

  private static Block residual(int filters, int stride, boolean sameShape) {
    return ResNetV1.residualUnit(filters, new Shape(stride, stride), sameShape, false, 0.9f);
  }

  private static void addConvolution(SequentialBlock block, int filters, int kernel, int stride) {
    block
        .add(
            Conv2d.builder()
                .setKernelShape(new Shape(kernel, kernel))
                .setFilters(filters)
                .optStride(new Shape(stride, stride))
                .optPadding(new Shape(kernel / 2, kernel / 2))
                .optBias(false)
                .build())
        .add(BatchNorm.builder().build())
        .add(Activation::relu);
  }
}
