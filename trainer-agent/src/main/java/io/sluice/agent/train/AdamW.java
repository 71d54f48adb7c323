package io.sluice.agent.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019). DJL's own keeps its moments where
 * nobody can read them; these can be saved, so that a resumed run goes on exactly as it would have.
 */
final class AdamW {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private final List<Parameter> parameters;
  private final NDList means = new NDList();
  private final NDList variances = new NDList();
  private final float weightDecay;
  private int steps;

  AdamW(List<Parameter> all, float weightDecay) {
    this.weightDecay = weightDecay;
    parameters = all.stream().filter(Parameter::requiresGradient).toList();
    for (Parameter parameter : parameters) {
      means.add(parameter.getArray().zerosLike());
      variances.add(parameter.getArray().zerosLike());
    }
  }

  /** Moves each parameter by its gradient, and clears the gradient. */
  void step(float learningRate) {
    steps++;
    double correction = Math.sqrt(1 - Math.pow(BETA2, steps)) / (1 - Math.pow(BETA1, steps));
    for (int i = 0; i < parameters.size(); i++) {
      NDArray weight = parameters.get(i).getArray();
      try (NDArray gradient = weight.getGradient()) {
        weight
            .getNDArrayInternal()
            .adamUpdate(
                new NDList(weight, gradient, means.get(i), variances.get(i)),
                new NDList(weight),
                learningRate,
                (float) (learningRate * correction),
                weight.getShape().dimension() > 1 ? weightDecay : 0, // not biases or batch norms
                1,
                -1,
                BETA1,
                BETA2,
                EPSILON,
                true,
                true);
      }
    }
  }

  /** Clears gradients that no step is to follow. */
  void drop() {
    for (Parameter parameter : parameters) {
      // In place. What is set through the array of a gradient dies with that array.
      JniUtils.zeroGrad((PtNDArray) parameter.getArray());
    }
  }

  /** Forgets all steps, as if none had been made. */
  void reset() {
    steps = 0;
    clear(means);
    clear(variances);
  }

  /** Not by a product, for they may not be finite. */
  private static void clear(NDList arrays) {
    for (NDArray array : arrays) {
      try (NDArray zeros = array.zerosLike()) {
        Tensors.copy(zeros, array);
      }
    }
  }

  void save(DataOutputStream out) throws IOException {
    out.writeInt(steps);
    Tensors.write(means, out);
    Tensors.write(variances, out);
  }

  void load(NDManager manager, DataInputStream in) throws IOException {
    steps = in.readInt();
    Tensors.read(manager, in, means);
    Tensors.read(manager, in, variances);
  }
}
