package io.sluice.deployment.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;

/** The objects of one rendering. */
record Manifests(List<HasMetadata> objects) {

  /**
   * @throws IllegalArgumentException for what the objects' models do not know
   */
  static Manifests read(String yaml) {
    return new Manifests(StrictReader.read(yaml));
  }

  <T extends HasMetadata> List<T> all(Class<T> kind) {
    return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  <T extends HasMetadata> T only(Class<T> kind) {
    List<T> all = all(kind);
    if (all.size() != 1) {
      throw new AssertionError(all.size() + " objects of kind " + kind.getSimpleName() + ", not 1");
    }
    return all.get(0);
  }

  <T extends HasMetadata> T named(Class<T> kind, String name) {
    return all(kind).stream()
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("there is no " + kind.getSimpleName() + " named " + name));
  }
}
