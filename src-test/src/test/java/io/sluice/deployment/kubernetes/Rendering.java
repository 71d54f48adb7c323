package io.sluice.deployment.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What Kustomize makes of an overlay. A copy of it is kept, so that nobody needs kubectl. */
enum Rendering {
  DEV,
  PROD,
  PROD_JOBSET,
  PROD_ROCKSDB;

  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** From the root of the repository. */
  Path overlay() {
    return this == PROD_ROCKSDB
        ? Path.of("src-test", "src", "test", "resources", "overlays", word())
        : Path.of("k8s", "overlays", word());
  }

  /** From the root of the repository. */
  Path copy() {
    return Path.of("src-test", "src", "test", "resources", "rendered", word() + ".yaml");
  }

  String kept() {
    try {
      return Files.readString(ROOT.resolve(copy()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Manifests manifests() {
    return Manifests.read(kept());
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
