package io.sluice.agent.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.sluice.agent.data.SampleShape;
import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import io.sluice.protocol.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NetworkTest {
  private static final int CLASSES = 26;

  private final SampleSource source = SampleSources.open("glyphs:1000", 5);

  @Test
  void lossesAreTheSoftmaxCrossEntropyOfEachSample() {
    try (Network network = network("linear")) {
      float[] losses = network.gradients(batch(0, 1, 2, 3, 4), null);
      float[] weight = network.parameters().get(0).toFloatArray();
      float[] bias = network.parameters().get(1).toFloatArray();
      assertThat(losses).hasSize(5);
      for (int id = 0; id < 5; id++) {
        float[] pixels = new float[784];
        int label = source.train().read(id, pixels, 0);
        double[] logits = new double[CLASSES];
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) {
          logits[c] = bias[c];
          for (int i = 0; i < 784; i++) {
            logits[c] += weight[c * 784 + i] * pixels[i];
          }
          sum += Math.exp(logits[c]);
        }
        assertThat((double) losses[id]).isCloseTo(Math.log(sum) - logits[label], within(1e-4));
      }
    }
  }

  @Test
  void weightTwoIsTheSameAsTwoCopies() {
    try (Network weighted = network("linear");
        Network repeated = network("linear")) {
      float[] losses = weighted.gradients(batch(0, 1), new float[] {2, 1});
      float[] copies = repeated.gradients(batch(0, 0, 1), null);
      assertThat(losses[0]).as("losses are unweighted").isEqualTo(copies[0]);
      float[] expected = gradient(repeated, 3);
      float[] actual = gradient(weighted, 2);
      assertThat(Arrays.stream(box(expected)).anyMatch(g -> Math.abs(g) > 0.1)).isTrue();
      assertThat(actual).containsExactly(expected, within(1e-4f));
    }
  }

  /** The gradient of the first parameter, of the sum of the losses and not their mean. */
  private static float[] gradient(Network network, int divisor) {
    try (NDArray gradient = network.parameters().get(0).getGradient()) {
      float[] values = gradient.toFloatArray();
      for (int i = 0; i < values.length; i++) {
        values[i] *= divisor;
      }
      return values;
    }
  }

  private static Float[] box(float[] values) {
    Float[] boxed = new Float[values.length];
    Arrays.setAll(boxed, i -> values[i]);
    return boxed;
  }

  @Test
  void stepsLowerTheLossAndStartFromClearedGradients() {
    try (Network network = network("linear")) {
      float first = network.gradients(batch(0), null)[0];
      for (int i = 0; i < 20; i++) {
        network.step(0.01f);
        network.gradients(batch(0), null);
      }
      assertThat(network.gradients(batch(0), null)[0]).isLessThan(first / 10);
      assertThat(network.countCorrect(batch(0))).isEqualTo(1);
    }
  }

  @Test
  void sameSeedGivesTheSameWeightsOnEveryRank() {
    try (Network one = network("cnn");
        Network two = network("cnn", TestingSettings.SEED, 1);
        Network other = network("cnn", 4, 0)) {
      assertThat(two.parameters().get(0).toFloatArray())
          .isEqualTo(one.parameters().get(0).toFloatArray());
      assertThat(other.parameters().get(0).toFloatArray())
          .isNotEqualTo(one.parameters().get(0).toFloatArray());
    }
  }

  @Test
  void takesTheValuesOfAnotherWhateverTheyAre() {
    try (Network one = network("cnn");
        Network other = network("cnn", 4, 0)) {
      one.gradients(batch(0, 1, 2), null);
      one.step(0.01f);
      float[] values = one.values();
      assertThat(values).hasSize((int) one.size());
      assertThat(other.values()).isNotEqualTo(values);

      other.take(values);

      assertThat(other.values()).isEqualTo(values);
      assertThat(other.countCorrect(batch(0, 1, 2))).isEqualTo(one.countCorrect(batch(0, 1, 2)));
      assertThat(other.gradients(batch(0, 1, 2), null)).as("it still learns").isNotEmpty();
      other.step(0.01f);
      assertThat(other.values()).isNotEqualTo(values);
      assertThat(one.values()).as("nothing is shared").isEqualTo(values);
    }
  }

  @Test
  void theFingerprintIsOfShapesAndOfWhatRanksHaveToAgreeOn() {
    try (Network one = network("cnn");
        Network rank = network("cnn", 4, 1);
        Network model = network("linear");
        Network classes = new Network(settings("cnn", 32, 0), shape(), CLASSES + 1);
        Network batchSize = new Network(settings("cnn", 33, 0), shape(), CLASSES);
        Network every = new Network(settings("cnn", 32, 1), shape(), CLASSES)) {
      assertThat(rank.fingerprint()).as("of any seed and rank").isEqualTo(one.fingerprint());
      assertThat(
              Stream.of(one, model, classes, batchSize, every).map(Network::fingerprint).distinct())
          .hasSize(5);
    }
  }

  /** Has a parameter that is not of the usual type. */
  public static final class WithDoubles implements ModelFactory {
    @Override
    public Block create(Shape sample, int classes) {
      return new SequentialBlock()
          .add(Blocks.batchFlattenBlock())
          .add(Linear.builder().setUnits(classes).build())
          .add(new Doubles());
    }
  }

  /** Its output is its input, too. */
  private static final class Doubles extends AbstractBlock {
    Doubles() {
      Parameter doubles =
          Parameter.builder().setName("doubles").setType(Parameter.Type.OTHER).build();
      addParameter(doubles).setArray(NDManager.newBaseManager().create(new double[2]));
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store,
        NDList inputs,
        boolean training,
        PairList<String, Object> parameters) {
      return inputs;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
      return inputShapes;
    }
  }

  @Test
  void onlyParametersOfOneTypeCanBeAveraged() {
    String model = "class:" + WithDoubles.class.getName();
    try (Network network = network(model);
        Network other = network("cnn")) {
      assertThatThrownBy(network::checkAverages)
          .isInstanceOf(UserError.class)
          .hasMessage(
              "The parameter 03Doubles_doubles of the model "
                  + model
                  + " is of type float64: only those of type float32 can be averaged over agents."
                  + " Change the model, or set average: off.");
      other.checkAverages();
    }
  }

  @Test
  void anOptimizerThatIsResetHasLearnedNothing() {
    try (Network fresh = network("linear");
        Network used = network("linear")) {
      float[] start = fresh.values();
      used.gradients(batch(0, 1), new float[] {Float.NaN, 1});
      used.step(0.01f);
      assertThat(Tensors.areFinite(used.values())).isFalse();
      used.take(start);
      used.resetOptimizer();

      for (Network network : List.of(fresh, used)) {
        network.gradients(batch(2, 3), null);
        network.step(0.01f);
      }
      assertThat(used.values()).isEqualTo(fresh.values()).isNotEqualTo(start);
    }
  }

  @Test
  void gradientsThatAreDroppedAreNotInTheNextStep() {
    try (Network fresh = network("cnn");
        Network used = network("cnn")) {
      float[] start = fresh.values();
      for (int i = 0; i < 3; i++) {
        used.gradients(batch(0, 1), new float[] {Float.NaN, 1});
        used.drop();
      }
      used.take(start);

      for (Network network : List.of(fresh, used)) {
        network.gradients(batch(2, 3), null);
        network.step(0.01f);
      }
      assertThat(used.values()).isEqualTo(fresh.values()).isNotEqualTo(start);
    }
  }

  private static TrainerSettings settings(String model, int batchSize, int syncEvery) {
    return TestingSettings.averaged(
        model, 1, 0, batchSize, syncEvery, BadModel.STOP, Optional.empty());
  }

  /** Its output is its input. */
  public static final class Flat implements ModelFactory {
    @Override
    public Block create(Shape sample, int classes) {
      return Blocks.batchFlattenBlock();
    }
  }

  @Test
  void modelWithAnotherNumberOfOutputsIsRefused() {
    assertThatThrownBy(() -> network("class:" + Flat.class.getName()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it must give logits of shape (1, 26)");
  }

  private Network network(String model) {
    return network(model, TestingSettings.SEED, 0);
  }

  private Network network(String model, long seed, int rank) {
    return new Network(
        TestingSettings.of(model, 1, 0.01f, seed, rank, Optional.empty()), shape(), CLASSES);
  }

  private SampleShape shape() {
    return source.shape();
  }

  private Batch batch(long... ids) {
    return new Batch(shape(), ids.length).fill(source.train(), ids, 0, ids.length);
  }
}
