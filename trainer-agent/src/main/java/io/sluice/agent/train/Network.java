package io.sluice.agent.train;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.util.Pair;
import io.sluice.agent.data.SampleShape;
import io.sluice.protocol.UserError;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A model on its device, with its optimizer. DJL's Trainer is not used, because it reduces the loss
 * of a batch to one number and stops when the first gradients happen to sum to 0.
 */
final class Network implements AutoCloseable {

  /**
   * PyTorch's random generator and DJL's gradient collector are one per process; agents that share
   * a process take turns. Fair, so that none starves.
   */
  private static final ReentrantLock ENGINE_LOCK = new ReentrantLock(true);

  private final TrainerSettings settings;
  private final Engine engine;
  private final NDManager manager;
  private final Block block;
  private final ParameterStore store;
  private final AdamW optimizer;

  Network(TrainerSettings settings, SampleShape sample, int classes) {
    this.settings = settings;
    engine = pyTorch();
    Device device = settings.device().resolve(settings.rank(), engine.getGpuCount());
    Shape shape = new Shape(sample.channels(), sample.height(), sample.width());
    block = Models.byName(settings.model(), shape, classes);
    manager = engine.newBaseManager(device);
    try {
      initialize(settings, new Shape(1).addAll(shape), classes);
      store = new ParameterStore(manager, false);
      optimizer = new AdamW(block.getParameters().values(), settings.weightDecay());
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  private static Engine pyTorch() {
    try {
      return Engine.getEngine("PyTorch");
    } catch (EngineException e) {
      // The system's own words, such as which library a library lacks.
      Throwable reason = e;
      while (reason.getCause() != null) {
        reason = reason.getCause();
      }
      throw new UserError(
          "PyTorch cannot be loaded: "
              + reason.getMessage()
              + ". Check that its native library is on the class path or that"
              + " PYTORCH_LIBRARY_PATH names a folder with it; with CUDA it needs the GPU's driver,"
              + " too.",
          e);
    }
  }

  private void initialize(TrainerSettings settings, Shape one, int classes) {
    block.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    ENGINE_LOCK.lock();
    try {
      engine.setRandomSeed(Long.hashCode(settings.seed()));
      block.initialize(manager, DataType.FLOAT32, one);
    } finally {
      ENGINE_LOCK.unlock();
    }
    Shape[] outputs = block.getOutputShapes(new Shape[] {one});
    if (outputs.length != 1 || !outputs[0].equals(new Shape(1, classes))) {
      throw new UserError(
          "The model "
              + settings.model()
              + " gives "
              + Arrays.toString(outputs)
              + " for one sample of shape "
              + one
              + ": it must give logits of shape (1, "
              + classes
              + ").");
    }
  }

  /**
   * Computes the gradients of the mean of weight · loss over the batch; {@link #step} applies them.
   *
   * @param weights one per sample, or null if all are 1
   * @return each sample's softmax cross entropy in nats, unweighted
   */
  float[] gradients(Batch batch, float[] weights) {
    JniUtils.setGradMode(false);
    ENGINE_LOCK.lock();
    try (NDManager scope = manager.newSubManager();
        GradientCollector collector = engine.newGradientCollector()) {
      NDList input = new NDList(batch.pixels(scope));
      NDArray logits = block.forward(store, input, true).singletonOrThrow();
      NDArray label = scope.create(batch.labels());
      NDArray losses =
          logits
              .logSoftmax(1)
              .get(new NDIndex().addAllDim().addPickDim(label))
              .neg()
              .reshape(batch.count());
      collector.backward(
          weights == null ? losses.mean() : losses.mul(scope.create(weights)).mean());
      return losses.toFloatArray();
    } finally {
      ENGINE_LOCK.unlock();
    }
  }

  void step(float learningRate) {
    JniUtils.setGradMode(false);
    optimizer.step(learningRate);
  }

  /** Instead of {@link #step}, where the gradients are of no use. */
  void drop() {
    JniUtils.setGradMode(false);
    optimizer.drop();
  }

  /** Number of samples whose highest logit is their label's. */
  int countCorrect(Batch batch) {
    JniUtils.setGradMode(false);
    try (NDManager scope = manager.newSubManager()) {
      NDList input = new NDList(batch.pixels(scope));
      NDArray logits = block.forward(store, input, false).singletonOrThrow();
      long[] predicted = logits.argMax(1).toLongArray();
      long[] labels = batch.labels();
      int correct = 0;
      for (int i = 0; i < labels.length; i++) {
        correct += predicted[i] == labels[i] ? 1 : 0;
      }
      return correct;
    }
  }

  /** Writes all parameters and the optimizer's state. */
  void save(DataOutputStream out) throws IOException {
    Tensors.write(parameters(), out);
    optimizer.save(out);
  }

  /** Fails with an IOException if what was saved does not fit this model. */
  void load(DataInputStream in) throws IOException {
    JniUtils.setGradMode(false);
    Tensors.read(manager, in, parameters());
    optimizer.load(manager, in);
  }

  /** Number of values of all parameters. */
  long size() {
    return Tensors.size(parameters());
  }

  /**
   * The same for networks whose parameters can be averaged: of the parameters' names and shapes,
   * and of what all ranks have to agree on besides.
   */
  long fingerprint() {
    MessageDigest sha256 = sha256();
    StringBuilder text = new StringBuilder();
    text.append(settings.model()).append('\n');
    text.append(settings.batchSize()).append('\n');
    text.append(settings.syncEvery()).append('\n');
    for (Pair<String, Parameter> parameter : block.getParameters()) {
      text.append(parameter.getKey()).append(' ');
      text.append(Arrays.toString(parameter.getValue().getArray().getShape().getShape()));
      text.append('\n');
    }
    byte[] hash = sha256.digest(text.toString().getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has it", e);
    }
  }

  /**
   * @throws UserError when there is a parameter whose values are no 32-bit floats
   */
  void checkAverages() {
    for (Pair<String, Parameter> parameter : block.getParameters()) {
      DataType type = parameter.getValue().getArray().getDataType();
      if (type != DataType.FLOAT32) {
        throw new UserError(
            String.format(
                "The parameter %s of the model %s is of type %s: only those of type float32 can be"
                    + " averaged over agents. Change the model, or set average: off.",
                parameter.getKey(), settings.model(), type));
      }
    }
  }

  /** All values of all parameters, in the block's own order. */
  float[] values() {
    return Tensors.values(parameters());
  }

  /** Takes values as {@link #values} gives them; the optimizer keeps what it has learned. */
  void take(float[] values) {
    JniUtils.setGradMode(false);
    Tensors.fill(manager, parameters(), values);
  }

  void resetOptimizer() {
    JniUtils.setGradMode(false);
    optimizer.reset();
  }

  NDList parameters() {
    List<Parameter> parameters = block.getParameters().values();
    return new NDList(parameters.stream().map(Parameter::getArray).toArray(NDArray[]::new));
  }

  Device device() {
    return manager.getDevice();
  }

  @Override
  public void close() {
    manager.close();
  }
}
