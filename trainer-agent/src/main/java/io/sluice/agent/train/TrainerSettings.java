package io.sluice.agent.train;

import io.sluice.protocol.config.Epochs;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a {@link TrainingLoop} needs to know. PyTorch's own threads are set for the whole process by
 * the system properties {@code ai.djl.pytorch.num_threads} (within one operation) and {@code
 * ai.djl.pytorch.num_interop_threads}, before PyTorch is first used; by default it takes one per
 * core.
 *
 * @param run name of the run, which a checkpoint must be of
 * @param dataset spec as in {@link io.sluice.agent.data.SampleSources#open}
 * @param model name as in {@link Models#byName}
 * @param batchSize samples per step, at least 1
 * @param learningRate highest learning rate of the schedule, see {@link LearningRate}
 * @param weightDecay L2 penalty on the weights
 * @param epochs number of epochs of the whole run
 * @param cycle number of epochs after which the learning rate has come to 0 and begins again from
 *     its peak; 0 when it stays there
 * @param seed seed of the initial weights, which are the same on every rank
 * @param rank this agent's rank, from 0; on a host with n GPUs it trains on GPU rank mod n
 * @param syncEvery steps from one mean of the ranks' parameters to the next within an epoch; 0 for
 *     one at its end alone
 * @param badModel what to do when a rank's parameters or losses are not finite
 * @param checkpointDir folder for checkpoints, or none to keep no checkpoint
 */
public record TrainerSettings(
    String run,
    String dataset,
    String model,
    int batchSize,
    float learningRate,
    float weightDecay,
    Epochs epochs,
    int cycle,
    long seed,
    int rank,
    int syncEvery,
    BadModel badModel,
    Optional<Path> checkpointDir,
    DeviceChoice device) {}
