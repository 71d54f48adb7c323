package io.sluice.local.control;

import io.sluice.agent.client.ControlWriter;
import io.sluice.agent.client.IdRange;
import io.sluice.agent.client.ShardRanges;
import io.sluice.protocol.UserError;
import io.sluice.protocol.config.RunConfig;
import java.util.ArrayList;
import java.util.List;

/** Announces new samples, whose ids follow those that are declared. */
public final class DatasetGrowth {

  private DatasetGrowth() {}

  /**
   * Announces samples. Several may do so at once: each claims its ids in the log before it declares
   * them, and so they all get different ones, without gaps.
   *
   * @param count how many, at least 1
   * @param fromEpoch first epoch that may select them; one that is past means the next
   * @return their ids, in one range unless others added samples at the same moment
   * @throws UserError when there is no such run, Kafka does not take all of it, or the run wants
   *     labels and its dataset does not have the samples
   */
  public static List<IdRange> add(RunConfig config, long count, int fromEpoch)
      throws InterruptedException {
    try (NewLabels labels = NewLabels.open(config);
        RunLog log = RunLog.open(config);
        ControlWriter writer = new ControlWriter(config)) {
      return add(config, log, writer, count, fromEpoch, labels);
    }
  }

  static List<IdRange> add(
      RunConfig config,
      RunLog log,
      ControlWriter writer,
      long count,
      int fromEpoch,
      NewLabels labels)
      throws InterruptedException {
    List<IdRange> ids = new ArrayList<>();
    for (long left = count; left > 0; ) {
      IdRange wanted = new IdRange(log.announced().datasetSize(), left);
      ShardRanges.check(config.sharding(), List.of(wanted));
      labels.require(wanted.last());
      long end = wanted.last() + 1;
      long claim = writer.claim(end, fromEpoch);
      log.readUpTo(claim);
      long first = log.announced().datasetSize(); // others may have been faster
      if (first < end) {
        ids.add(new IdRange(first, end - first));
        left -= end - first;
      }
      log.readUpTo(claim + 1);
    }
    try {
      writer.add(ids, fromEpoch, labels.labels());
    } catch (UserError e) {
      String list = IdList.text(ids);
      throw new UserError(
          String.format(
              "%s; ids %s are taken, but perhaps not all of them announced: 'sluice dataset add"
                  + " --ids %s' announces them again",
              e.getMessage(), list, list),
          e);
    }
    return ids;
  }
}
