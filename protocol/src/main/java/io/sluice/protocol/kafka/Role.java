package io.sluice.protocol.kafka;

import io.sluice.protocol.Topics;
import io.sluice.protocol.config.RunConfig;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.acl.AclOperation;

/** Who takes part in a run, and what each has to be allowed to do with the run's topics. */
public enum Role {
  AGENT {
    @Override
    Map<String, AclOperation> selecting(Topics topics) {
      return Map.of(
          topics.lossEvents(), AclOperation.WRITE,
          topics.selectedSamples(), AclOperation.READ,
          topics.deadLetters(), AclOperation.READ);
    }

    @Override
    Map<String, AclOperation> averaging(Topics topics) {
      return Map.of(
          topics.modelUpdates(), AclOperation.WRITE,
          topics.modelAverages(), AclOperation.READ);
    }
  },

  JOB {
    @Override
    Map<String, AclOperation> selecting(Topics topics) {
      return Map.of(
          topics.lossEvents(), AclOperation.READ,
          topics.selectedSamples(), AclOperation.WRITE,
          topics.selectionPlans(), AclOperation.WRITE,
          topics.deadLetters(), AclOperation.WRITE);
    }

    @Override
    Map<String, AclOperation> averaging(Topics topics) {
      return Map.of(
          topics.modelUpdates(), AclOperation.READ,
          topics.modelAverages(), AclOperation.WRITE);
    }
  },

  /** Who changes something has to write loss events too; who only looks has not. */
  OPERATOR {
    @Override
    Map<String, AclOperation> selecting(Topics topics) {
      return Map.of(
          topics.lossEvents(), AclOperation.READ,
          topics.selectedSamples(), AclOperation.READ,
          topics.selectionPlans(), AclOperation.READ);
    }

    @Override
    Map<String, AclOperation> averaging(Topics topics) {
      return Map.of();
    }
  },

  /** An operator who changes the ranks, which those have to hear who wait for them. */
  MEMBERSHIP {
    @Override
    Map<String, AclOperation> selecting(Topics topics) {
      return Map.of(topics.lossEvents(), AclOperation.WRITE);
    }

    @Override
    Map<String, AclOperation> averaging(Topics topics) {
      return Map.of(topics.modelUpdates(), AclOperation.WRITE);
    }
  };

  /** By topic; each implies that the topic may be described. */
  abstract Map<String, AclOperation> selecting(Topics topics);

  /** What is needed besides where agents train one model. */
  abstract Map<String, AclOperation> averaging(Topics topics);

  /** By topic, in the order of the names. */
  Map<String, AclOperation> needs(RunConfig config) {
    Map<String, AclOperation> needs = new TreeMap<>(selecting(config.topics()));
    if (config.averages()) {
      needs.putAll(averaging(config.topics()));
    }
    return needs;
  }
}
