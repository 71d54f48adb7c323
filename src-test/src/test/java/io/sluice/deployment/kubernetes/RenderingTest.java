package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/** Every overlay renders to objects that a strict cluster would take. */
class RenderingTest {

  private static final String NAMESPACE = "sluice";

  @ParameterizedTest
  @EnumSource
  void theCopyIsWhatKustomizeMakesToday(Rendering rendering) throws Exception {
    Process version = kubectl("version", "--client");
    assumeTrue(version != null, "kubectl is not installed, so the kept copies stand unchecked");
    version.waitFor();

    Process kubectl = kubectl("kustomize", rendering.overlay().toString());
    String rendered = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(kubectl.waitFor()).as(rendered).isZero();
    assertThat(rendered.equals(rendering.kept()))
        .as(
            "%s is stale; renew it in the root of the repository with: kubectl kustomize %s > %s",
            rendering.copy(), rendering.overlay(), rendering.copy())
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void everyObjectIsReadStrictly(Rendering rendering) {
    List<HasMetadata> objects = rendering.manifests().objects();
    assertThat(objects)
        .extracting(object -> object.getKind() + " " + object.getMetadata().getName())
        .doesNotHaveDuplicates();
    assertThat(objects)
        .allSatisfy(
            object -> {
              boolean inNamespace = !(object instanceof Namespace);
              assertThat(object.getMetadata().getNamespace())
                  .isEqualTo(inNamespace ? NAMESPACE : null);
            });
  }

  static Stream<String> kinds() {
    return Stream.of(Rendering.PROD, Rendering.PROD_JOBSET)
        .flatMap(rendering -> rendering.manifests().objects().stream())
        .map(HasMetadata::getKind)
        .distinct();
  }

  /** An unknown field, at each depth of an object, is an error: so the reading is strict. */
  @ParameterizedTest
  @MethodSource("kinds")
  void anUnknownFieldIsAnError(String kind) {
    Map<String, Object> object =
        documents(Rendering.PROD_JOBSET.kept() + "---\n" + Rendering.PROD.kept())
            .filter(document -> document.get("kind").equals(kind))
            .map(Yaml::map)
            .findFirst()
            .orElseThrow();
    assertThat(StrictReader.read(dump(object))).hasSize(1);
    int places = new Insertion().intoEach(object);
    assertThat(places).isPositive();
  }

  @Test
  void anotherFlinkVersionIsAnError() {
    assertThatThrownBy(
            () -> Manifests.read(Rendering.DEV.kept().replace("Version: v2_2", "Version: v2_3")))
        .hasMessageContaining("flinkVersion is v2_3, not v2_2");
  }

  /** What only Strimzi's older versions have. */
  @Test
  void aFieldOfAnOlderVersionIsAnError() {
    assertThatThrownBy(
            () ->
                Manifests.read(
                    Rendering.DEV
                        .kept()
                        .replace(
                            "      kafkaContainer:",
                            "      statefulset: {}\n      kafkaContainer:")))
        .hasMessageContaining("statefulset");
  }

  /** Puts a field that nobody knows into one map of a document after the other. */
  private static final class Insertion {

    private static final String FIELD = "nobodyKnowsMe";

    /** Maps whose keys are for the user to choose. */
    private static final List<String> FREE =
        List.of(
            "labels",
            "matchLabels",
            "annotations",
            "data",
            "requests",
            "limits",
            "selector",
            "config",
            "flinkConfiguration");

    private Map<String, Object> root = Map.of();

    int intoEach(Map<String, Object> document) {
      root = document;
      return into(document, "");
    }

    private int into(Object part, String path) {
      int places = 0;
      if (part instanceof List<?> list) {
        for (Object item : list) {
          places += into(item, path);
        }
      } else if (part instanceof Map<?, ?> map) {
        @SuppressWarnings("unchecked") // of a document that has names as keys
        Map<String, Object> fields = (Map<String, Object>) map;
        fields.put(FIELD, "1");
        assertThatThrownBy(() -> StrictReader.read(dump(root)))
            .as(path)
            .hasMessageContaining(FIELD);
        fields.remove(FIELD);
        places++;
        for (Map.Entry<String, Object> field : List.copyOf(fields.entrySet())) {
          if (!FREE.contains(field.getKey()) || !isFlat(field.getValue())) {
            places += into(field.getValue(), path + "." + field.getKey());
          }
        }
      }
      return places;
    }

    private static boolean isFlat(Object value) {
      return value instanceof Map<?, ?> map
          && map.values().stream().noneMatch(item -> item instanceof Map<?, ?>);
    }
  }

  private static Stream<Map<?, ?>> documents(String yaml) {
    return Yaml.documents(yaml).stream();
  }

  private static String dump(Object document) {
    return new Dump(DumpSettings.builder().build()).dumpToString(new TreeMap<>(Yaml.map(document)));
  }

  /** In the root of the repository; null where there is no kubectl. */
  private static Process kubectl(String... arguments) {
    List<String> command = Stream.concat(Stream.of("kubectl"), Stream.of(arguments)).toList();
    try {
      return new ProcessBuilder(command)
          .directory(Rendering.ROOT.toFile())
          .redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      return null;
    }
  }
}
