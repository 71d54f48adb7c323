package io.sluice.protocol.kafka;

import io.sluice.protocol.Topics;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;

/** Who takes part in a run, and what each has to be allowed to do with the run's topics. */
public enum Role {
  AGENT {
    @Override
    Map<String, AclOperation> needs(Topics topics) {
      return Map.of(
          topics.lossEvents(), AclOperation.WRITE,
          topics.selectedSamples(), AclOperation.READ,
          topics.deadLetters(), AclOperation.READ);
    }
  },

  JOB {
    @Override
    Map<String, AclOperation> needs(Topics topics) {
      return Map.of(
          topics.lossEvents(), AclOperation.READ,
          topics.selectedSamples(), AclOperation.WRITE,
          topics.selectionPlans(), AclOperation.WRITE,
          topics.deadLetters(), AclOperation.WRITE);
    }
  },

  /** Who changes something has to write loss events too; who only looks has not. */
  OPERATOR {
    @Override
    Map<String, AclOperation> needs(Topics topics) {
      return Map.of(
          topics.lossEvents(), AclOperation.READ,
          topics.selectedSamples(), AclOperation.READ,
          topics.selectionPlans(), AclOperation.READ);
    }
  };

  /** By topic; each implies that the topic may be described. */
  abstract Map<String, AclOperation> needs(Topics topics);
}
