package io.sluice.local.bench;

import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.data.SampleSource;
import io.sluice.agent.data.SampleSources;
import io.sluice.agent.train.BadModel;
import io.sluice.agent.train.DeviceChoice;
import io.sluice.agent.train.TrainerSettings;
import io.sluice.agent.train.TrainingListener;
import io.sluice.agent.train.TrainingLoop;
import io.sluice.local.Console;
import io.sluice.local.Numbers;
import io.sluice.local.TorchThreads;
import io.sluice.protocol.config.Epochs;
import io.sluice.protocol.config.RunConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice bench agent-overhead}: how much reporting slows a trainer. */
@Command(
    name = "agent-overhead",
    description = {
      "How much reporting every loss slows a trainer.",
      "",
      "One loop trains the same epoch again and again: without reporting, with it, without it. A"
          + " run is such a triple; its ratio compares the middle with the mean of its neighbours,"
          + " and its noise compares these two. The loop's time ends when the epoch is ended in the"
          + " log."
    })
final class AgentOverheadBench implements Callable<Integer> {

  private static final int WARM_UP_RUNS = 2;

  private static final long SEED = 1;

  private final Console console;

  /** So many that a difference of a per cent shows on a noisy machine. */
  @Mixin private Repetition repetition = new Repetition(40);

  @Mixin private JsonFile json;

  @Option(
      names = "--dataset",
      paramLabel = "SPEC",
      defaultValue = "glyphs:10000",
      description = "What an epoch trains on, all of it. Default: ${DEFAULT-VALUE}.")
  private String dataset;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = "cnn",
      description = "What is trained. Default: ${DEFAULT-VALUE}.")
  private String model;

  AgentOverheadBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    int runs = repetition.runs();
    TorchThreads.limit();
    Figures figures = new Figures();
    try (SampleSource source = SampleSources.open(dataset, SEED);
        BenchCluster cluster = BenchCluster.start(1, Backend.hashmap)) {
      BenchReport.introduce(
          console,
          String.format(
              "A trainer with and without reporting, %s on %s, %s samples an epoch",
              model, dataset, Numbers.count(source.train().count())));
      RunConfig config = cluster.config("overhead", Map.of());
      int warmUp = WARM_UP_RUNS * AlternatingFeed.CYCLE;
      int epochs = warmUp + runs * AlternatingFeed.CYCLE;
      try (SelectionClient client = SelectionClient.join(config, 0, List.of());
          TrainingLoop loop = new TrainingLoop(settings(epochs), source)) {
        AlternatingFeed feed = new AlternatingFeed(client, source.train().count(), SEED);
        loop.run(feed, new TrainingListener() {});
        for (int first = warmUp; first < epochs; first += AlternatingFeed.CYCLE) {
          add(figures, feed.speeds().subList(first, first + AlternatingFeed.CYCLE));
        }
      }
    }
    new BenchReport("agent-overhead", Map.of("dataset", dataset, "model", model), figures)
        .publish(console, json.path());
    return CommandLine.ExitCode.OK;
  }

  private static void add(Figures figures, List<Double> speeds) {
    double without = (speeds.get(0) + speeds.get(2)) / 2;
    double with = speeds.get(1);
    figures.add("samples_per_s_reporting", with);
    figures.add("samples_per_s_without", without);
    figures.add("ratio", with / without);
    figures.add("noise", speeds.get(2) / speeds.get(0));
  }

  private TrainerSettings settings(int epochs) {
    return new TrainerSettings(
        "overhead",
        dataset,
        model,
        64,
        0.002f,
        0.2f,
        new Epochs(epochs),
        epochs,
        SEED,
        0,
        0,
        BadModel.STOP,
        Optional.empty(),
        DeviceChoice.AUTO);
  }
}
