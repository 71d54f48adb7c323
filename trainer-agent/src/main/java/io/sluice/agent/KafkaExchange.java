package io.sluice.agent;

import io.sluice.agent.client.AveragedModel;
import io.sluice.agent.client.ModelClient;
import io.sluice.agent.client.ModelMetrics;
import io.sluice.agent.client.RankModel;
import io.sluice.agent.client.SelectionClient;
import io.sluice.agent.client.SharedModel;
import io.sluice.agent.client.SyncPoint;
import io.sluice.agent.train.Contribution;
import io.sluice.agent.train.Mean;
import io.sluice.agent.train.ModelExchange;
import io.sluice.agent.train.Sync;
import io.sluice.agent.train.TrainingLoop;
import io.sluice.protocol.config.RunConfig;
import java.util.Optional;

/** Averages a training loop's parameters over the run's topics. */
final class KafkaExchange implements ModelExchange, AutoCloseable {

  private final ModelClient client;

  KafkaExchange(ModelClient client) {
    this.client = client;
  }

  static KafkaExchange open(RunConfig config, TrainingLoop loop) throws InterruptedException {
    SharedModel model = new SharedModel(loop.modelFingerprint(), loop.modelSize());
    return new KafkaExchange(ModelClient.open(config, model));
  }

  /** Has to be told before anything is sent. */
  void joined(SelectionClient joined) {
    client.joined(joined);
  }

  ModelMetrics metrics() {
    return client.metrics();
  }

  @Override
  public Optional<Mean> newest() throws InterruptedException {
    return client.newest().map(KafkaExchange::mean);
  }

  @Override
  public void send(Contribution own) throws InterruptedException {
    client.send(new RankModel(point(own.sync()), own.worldSize(), own.samples(), own.values()));
  }

  @Override
  public Mean await(Sync sync) throws InterruptedException {
    return mean(client.await(point(sync)));
  }

  @Override
  public Mean awaitEnd(int epoch) throws InterruptedException {
    return mean(client.awaitEnd(epoch));
  }

  @Override
  public void close() {
    client.close();
  }

  private static SyncPoint point(Sync sync) {
    return new SyncPoint(sync.epoch(), sync.step(), sync.endsEpoch());
  }

  private static Mean mean(AveragedModel average) {
    SyncPoint point = average.sync();
    return new Mean(
        new Sync(point.epoch(), point.step(), point.endsEpoch()),
        average.ranks(),
        average.leftOut(),
        average.values());
  }
}
