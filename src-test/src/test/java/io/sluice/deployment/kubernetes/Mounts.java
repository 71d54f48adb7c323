package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.SecretProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a pod's container finds where in its file system. */
final class Mounts {

  /**
   * A file out of a ConfigMap or a Secret.
   *
   * @param content empty for a Secret's, which is made in the cluster
   */
  record Mounted(String source, String key, Optional<String> content) {}

  private final Manifests manifests;
  private final Map<Path, Volume> volumes = new HashMap<>();
  private final Set<Path> writable = new HashSet<>();
  private final Map<Path, Mounted> files = new HashMap<>();

  private Mounts(Manifests manifests) {
    this.manifests = manifests;
  }

  /** Fails for a volume, a ConfigMap, a Secret or a key that is not there. */
  static Mounts of(Manifests manifests, Pod pod) {
    Mounts mounts = new Mounts(manifests);
    for (VolumeMount mount : pod.container().getVolumeMounts()) {
      Volume volume =
          pod.spec().getVolumes().stream()
              .filter(candidate -> candidate.getName().equals(mount.getName()))
              .findFirst()
              .orElseThrow(() -> new AssertionError("there is no volume " + mount.getName()));
      assertThat(mount.getSubPath()).isNull();
      mounts.add(Path.of(mount.getMountPath()), volume, mount);
    }
    return mounts;
  }

  Map<Path, Mounted> files() {
    return files;
  }

  /** The volume that a path is in. */
  Optional<Volume> volumeOf(Path path) {
    for (Path folder = path; folder != null; folder = folder.getParent()) {
      if (volumes.containsKey(folder)) {
        return Optional.of(volumes.get(folder));
      }
    }
    return Optional.empty();
  }

  boolean isWritable(Path path) {
    return writable.stream().anyMatch(path::startsWith);
  }

  private void add(Path at, Volume volume, VolumeMount mount) {
    volumes.put(at, volume);
    if (volume.getProjected() != null) {
      volume.getProjected().getSources().forEach(source -> addFiles(at, source));
    } else if (!Boolean.TRUE.equals(mount.getReadOnly())) {
      writable.add(at);
    }
  }

  private void addFiles(Path at, VolumeProjection source) {
    if (source.getConfigMap() != null) {
      String name = source.getConfigMap().getName();
      ConfigMap map = manifests.named(ConfigMap.class, name);
      assertThat(source.getConfigMap().getItems()).isEmpty();
      map.getData()
          .forEach(
              (key, text) -> files.put(at.resolve(key), new Mounted(name, key, Optional.of(text))));
    } else {
      SecretProjection secret = source.getSecret();
      for (KeyToPath item : secret.getItems()) {
        assertThat(keysOfSecret(manifests, secret.getName())).contains(item.getKey());
        files.put(
            at.resolve(item.getPath()),
            new Mounted(secret.getName(), item.getKey(), Optional.empty()));
      }
    }
  }

  /** Strimzi makes a Secret of every user's name, and one with the certificate of the brokers. */
  static Set<String> keysOfSecret(Manifests manifests, String name) {
    if (manifests.all(KafkaUser.class).stream()
        .anyMatch(user -> user.getMetadata().getName().equals(name))) {
      return Set.of("password", "sasl.jaas.config");
    }
    String cluster = manifests.only(Kafka.class).getMetadata().getName();
    if (name.equals(cluster + "-cluster-ca-cert")) {
      return Set.of("ca.crt", "ca.p12", "ca.password");
    }
    throw new AssertionError("nobody makes the Secret " + name);
  }
}
