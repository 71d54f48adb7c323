package io.sluice.protocol.config;

import static io.sluice.protocol.config.Option.Group.AGENT;
import static io.sluice.protocol.config.Option.Group.JOB;
import static io.sluice.protocol.config.Option.Group.RUN;
import static io.sluice.protocol.config.Option.Group.SELECTION;

import io.sluice.protocol.Sharding;
import io.sluice.protocol.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Every setting there is; job and agent read the same file, each what concerns it. */
public final class Options {

  private static final Pattern NOT_BLANK = Pattern.compile("\\S.*");

  public static final Option<String> RUN_NAME =
      Option.text(
          "run",
          RUN,
          null,
          Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}"),
          "1 to 100 letters, digits, '-' and '_', starting with a letter or digit",
          "Name of the run: one training of one model on one dataset. Its topics are named"
              + " <run>.loss-events and so on.");

  public static final Option<String> BOOTSTRAP_SERVERS =
      Option.text(
          "bootstrap-servers",
          RUN,
          null,
          Pattern.compile("[^\\s,]+:\\d+(,[^\\s,]+:\\d+)*"),
          "host:port, several separated by commas",
          "Kafka brokers to start from, as host:port[,host:port...].");

  public static final Option<Integer> SHARDS =
      Option.integer(
          "shards",
          RUN,
          "128",
          1,
          Sharding.MAX_SHARDS,
          "Number of shards that sample ids are spread over; also the job's max parallelism."
              + " Fixed for a run.");

  public static final Option<Integer> PARTITIONS =
      Option.integer(
          "partitions",
          RUN,
          "8",
          1,
          Sharding.MAX_SHARDS,
          "Number of Kafka partitions of the run's topics, at most the number of shards. Fixed for"
              + " a run.");

  public static final Option<Integer> REPLICATION =
      Option.integer(
          "replication",
          RUN,
          "0",
          0,
          Short.MAX_VALUE,
          "Replication factor of topics that have to be created; 0 leaves it to the broker.");

  public static final Option<Epochs> EPOCHS =
      Option.epochs(
          "epochs",
          RUN,
          "12",
          "Number of epochs of the whole training; unbounded has no end, it goes on until it is"
              + " stopped.");

  public static final Option<Integer> ANNEAL_EVERY =
      Option.integer(
          "anneal-every",
          RUN,
          "0",
          0,
          Wire.MAX_EPOCH,
          "Length in epochs of a cycle. Each cycle ends as a run does, with the window lifted and"
              + " the learning rate at 0, and the next one starts from its peak. 0 makes the run"
              + " one cycle; without an end, it then never anneals.");

  public static final Option<Long> SEED =
      Option.seed(
          "seed",
          RUN,
          "1",
          "Seed of everything random: which samples are kept, their order, initial weights,"
              + " generated data.");

  public static final Option<String> AVERAGE =
      Option.choice(
          "average",
          RUN,
          "on",
          List.of("on", "off"),
          "on: several agents train one model, whose parameters the job averages at each epoch's"
              + " end. off: each agent trains a replica of its own on its slice. Means nothing to a"
              + " single agent.");

  public static final Option<String> POLICY =
      Option.choice(
          "policy",
          SELECTION,
          "seta",
          List.of("seta", "infobatch", "orderdp", "repb", "random", "static", "full"),
          "How samples are selected: seta (a window sliding over clusters of difficulty), infobatch"
              + " (those below the mean are pruned, the rest of them weighted up), orderdp (the"
              + " hardest of a random subset), repb (those below their mini-batch's mean are pruned,"
              + " all weighted by how often they were left out), random (each with the keep ratio),"
              + " static (the same random subset in every epoch), full (all).");

  public static final Option<String> SIGNAL =
      Option.choice(
          "signal",
          SELECTION,
          "raw",
          List.of("raw", "relative"),
          "What a sample's difficulty is made of: raw (its loss) or relative (its loss less the"
              + " mean of its mini-batch, so that losses of different states of the model compare)."
              + " The same for job and agents; repb needs relative.");

  public static final Option<Integer> CLUSTERS =
      Option.integer(
          "clusters",
          SELECTION,
          "5",
          1,
          256,
          "Number k of groups that samples are clustered into by difficulty.");

  public static final Option<Double> WINDOW_SCALE =
      Option.decimal(
          "window-scale",
          SELECTION,
          "0.9",
          0,
          false,
          1,
          true,
          "Fraction of the clusters that the window covers; 1 turns the window off.");

  public static final Option<Double> PRUNE_RATIO =
      Option.decimal(
          "prune-ratio",
          SELECTION,
          "0.2",
          0,
          true,
          1,
          false,
          "Fraction of the samples that the policy may prune (seta, random, static, orderdp: all;"
              + " infobatch, repb: those below the mean) that is pruned, at most 0.9 in effect; 0"
              + " turns it off.");

  public static final Option<Double> BUDGET =
      Option.decimal(
          "budget",
          SELECTION,
          "1",
          0,
          false,
          1,
          true,
          "Fraction of the samples of full training that the run may train on, epoch 0 included."
              + " Each selection's prune ratio is then what the rest of the budget allows, instead"
              + " of prune-ratio; 1 turns it off.");

  public static final Option<Double> VOLUME_SWING =
      Option.decimal(
          "volume-swing",
          SELECTION,
          "0",
          0,
          true,
          1,
          false,
          "How far the volume of selections swings around its mean: they alternate between 1 -"
              + " swing and 1 + swing times it, which costs as much (PODS); 0 turns it off.");

  public static final Option<Double> MIN_SELECTED =
      Option.decimal(
          "min-selected",
          SELECTION,
          "0",
          0,
          true,
          1,
          true,
          "Least fraction of the known samples that a selection takes, whatever the policy says; 0"
              + " turns it off.");

  public static final Option<Double> MAX_SELECTED =
      Option.decimal(
          "max-selected",
          SELECTION,
          "1",
          0,
          false,
          1,
          true,
          "Greatest fraction of the known samples that a selection takes, whatever the policy says;"
              + " samples without a loss are taken all the same. 1 turns it off.");

  public static final Option<Double> MAX_WEIGHT =
      Option.decimal(
          "max-weight",
          SELECTION,
          "10",
          1,
          true,
          1000,
          true,
          "Greatest weight of a sample's loss (infobatch, repb); 1 turns weights off.");

  public static final Option<Double> CLASS_FLOOR =
      Option.decimal(
          "class-floor",
          SELECTION,
          "0",
          0,
          true,
          1,
          true,
          "Least fraction of the measured samples of each class that a selection takes; agents then"
              + " register the labels of their samples. 0 turns it off. The same for job and"
              + " agents.");

  public static final Option<Integer> QUARANTINE =
      Option.integer(
          "quarantine",
          SELECTION,
          "0",
          0,
          250,
          "A sample that was in the hardest cluster each of the last so many times it was measured"
              + " is suspected to be mislabelled, and left out but for one selection in as many, in"
              + " which it is measured again; 'sluice quarantine' lists them. 0 turns it off.");

  public static final Option<Double> ANNEALING_START =
      Option.decimal(
          "annealing-start",
          SELECTION,
          "0.875",
          0,
          true,
          1,
          true,
          "Fraction of the epochs (of each cycle's, with anneal-every) after which the window is"
              + " lifted for the rest (partial annealing); 1 turns annealing off.");

  public static final Option<Double> SMOOTHING =
      Option.decimal(
          "smoothing",
          SELECTION,
          "1",
          0,
          false,
          1,
          true,
          "How far a sample's difficulty moves towards its newest loss; 1 means the last loss"
              + " alone.");

  public static final Option<Integer> PARALLELISM =
      Option.integer(
          "parallelism",
          JOB,
          "0",
          0,
          Sharding.MAX_SHARDS,
          "Parallel subtasks of the job; 0 takes the cluster's default (2 in the demo).");

  public static final Option<Duration> CHECKPOINT_INTERVAL =
      Option.duration(
          "checkpoint-interval",
          JOB,
          "10s",
          Duration.ofMillis(100),
          "Time between checkpoints of the job's state.");

  public static final Option<Duration> STALL_WARNING =
      Option.duration(
          "stall-warning",
          JOB,
          "30s",
          Duration.ofMillis(100),
          "An epoch that some ranks have ended and others have not for this long is reported as"
              + " stalled, in the log and as a metric; nothing else happens.");

  public static final Option<Integer> RANK =
      Option.integer("rank", AGENT, "0", 0, Wire.MAX_WORLD_SIZE - 1, "Rank of this agent, from 0.");

  public static final Option<Integer> WORLD_SIZE =
      Option.integer(
          "world-size",
          AGENT,
          "1",
          1,
          Wire.MAX_WORLD_SIZE,
          "Number of agents of the run. The first agent's holds; 'sluice membership set' changes it"
              + " later.");

  public static final Option<String> DATASET =
      Option.text(
          "dataset",
          AGENT,
          "glyphs",
          NOT_BLANK,
          "glyphs[:count], idx:DIR, fashion-mnist, cifar10 or images:DIR[?size=N]",
          "What to train on: glyphs[:count] (generated, 20000 by default), idx:DIR (the four"
              + " MNIST-style files), fashion-mnist and cifar10 (downloaded), images:DIR[?size=N] (a"
              + " folder per class, N pixels square, 64 by default).");

  public static final Option<String> MODEL =
      Option.text(
          "model",
          AGENT,
          "cnn",
          NOT_BLANK,
          "cnn, resnet18, linear or class:NAME",
          "What to train: cnn (small, for 28x28), resnet18 (larger images), linear, or"
              + " class:NAME for a model of your own.");

  public static final Option<Integer> BATCH_SIZE =
      Option.integer(
          "batch-size", AGENT, "64", 1, 1_000_000, "Samples per optimizer step and agent.");

  public static final Option<Double> LEARNING_RATE =
      Option.decimal(
          "learning-rate", AGENT, "0.002", 0, false, 1000, true, "Peak of the learning rate.");

  public static final Option<Double> WEIGHT_DECAY =
      Option.decimal(
          "weight-decay",
          AGENT,
          "0.2",
          0,
          true,
          10,
          true,
          "Decoupled weight decay (AdamW) per step and unit of learning rate; 0 turns it off.");

  public static final Option<Integer> SYNC_EVERY =
      Option.integer(
          "sync-every",
          AGENT,
          "0",
          0,
          1_000_000_000,
          "Optimizer steps after which the agents' parameters are averaged within an epoch, too; 0"
              + " averages at its end alone. The same on all agents.");

  public static final Option<String> BAD_MODEL =
      Option.choice(
          "bad-model",
          AGENT,
          "stop",
          List.of("stop", "skip"),
          "What agents do when an agent's parameters or losses are not finite numbers: stop all of"
              + " them, or skip that agent in the average, from which it then goes on. A single"
              + " agent stops.");

  public static final Option<String> DEVICE =
      Option.choice(
          "device",
          AGENT,
          "auto",
          List.of("auto", "cpu", "gpu"),
          "Where to train; auto takes a GPU when there is one.");

  public static final Option<Optional<Path>> CHECKPOINT_DIR =
      Option.path(
          "checkpoint-dir",
          AGENT,
          "Folder for a checkpoint per epoch, from which a restarted agent resumes.");

  public static final Option<Double> EARLY_CLOSE =
      Option.decimal(
          "early-close",
          AGENT,
          "0.05",
          0,
          true,
          1,
          false,
          "Fraction of an epoch's samples (of this rank) that still have to be trained when the"
              + " agent ends the epoch in the log. The next selection is made while they are"
              + " trained, and their losses count towards the next epoch; 0 turns it off.");

  public static final Option<Integer> LOSS_BUFFER =
      Option.integer(
          "loss-buffer",
          AGENT,
          "4194304",
          1024,
          1 << 28,
          "Most losses an agent holds that Kafka has not taken yet; beyond it they are dropped and"
              + " counted, and their samples keep their difficulty. About 12 bytes each.");

  public static final Option<Integer> METRICS_PORT =
      Option.integer(
          "metrics-port",
          AGENT,
          "0",
          0,
          65_535,
          "Port on which this agent serves its metrics to Prometheus, over HTTP at /metrics; 0"
              + " turns it off. In a demo it is Flink's, the agents have the ports that follow, and"
              + " all of them are on the loopback interface.");

  /** All options, in the order of the help. */
  public static final List<Option<?>> ALL =
      List.of(
          RUN_NAME,
          BOOTSTRAP_SERVERS,
          SHARDS,
          PARTITIONS,
          REPLICATION,
          EPOCHS,
          ANNEAL_EVERY,
          SEED,
          AVERAGE,
          POLICY,
          SIGNAL,
          CLUSTERS,
          WINDOW_SCALE,
          PRUNE_RATIO,
          BUDGET,
          VOLUME_SWING,
          MIN_SELECTED,
          MAX_SELECTED,
          MAX_WEIGHT,
          CLASS_FLOOR,
          QUARANTINE,
          ANNEALING_START,
          SMOOTHING,
          PARALLELISM,
          CHECKPOINT_INTERVAL,
          STALL_WARNING,
          RANK,
          WORLD_SIZE,
          DATASET,
          MODEL,
          BATCH_SIZE,
          LEARNING_RATE,
          WEIGHT_DECAY,
          SYNC_EVERY,
          BAD_MODEL,
          DEVICE,
          CHECKPOINT_DIR,
          EARLY_CLOSE,
          LOSS_BUFFER,
          METRICS_PORT);

  private Options() {}

  static Optional<Option<?>> byKey(String key) {
    return ALL.stream().filter(option -> option.key().equals(key)).findFirst();
  }
}
