package io.sluice.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import io.sluice.JobJar;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every image keeps to, and that it is made of what the build makes. */
class ImagesTest {

  /** Where the build stage has the sources. */
  private static final String SOURCES = "/src/";

  static Stream<Dockerfile> dockerfiles() {
    return Repository.dockerfiles().stream().map(Dockerfile::read);
  }

  /** The stages that images are made of. */
  static Stream<Dockerfile> images() {
    return dockerfiles().flatMap(file -> file.images().stream());
  }

  @Test
  void thereAreFour() {
    assertThat(images().map(ImagesTest::title))
        .containsExactly(
            "sluice/flink-job",
            "sluice/tools",
            "sluice/trainer-agent-cuda",
            "sluice/trainer-agent");
    // What is built without a target.
    assertThat(dockerfiles().map(file -> title(file.images().get(file.images().size() - 1))))
        .contains("sluice/trainer-agent");
  }

  @ParameterizedTest
  @MethodSource("images")
  void runsAsAFixedUserThatIsNotRoot(Dockerfile image) {
    List<String> users = image.all("USER");
    // By number, or a cluster could not tell.
    assertThat(users).last().asString().matches("[1-9]\\d*:[1-9]\\d*");
  }

  @ParameterizedTest
  @MethodSource("images")
  void startsItsProgramWithoutAShell(Dockerfile image) {
    assertThat(image.all("ENTRYPOINT")).singleElement().satisfies(ImagesTest::isExecForm);
    assertThat(image.all("CMD")).singleElement().satisfies(ImagesTest::isExecForm);
  }

  @ParameterizedTest
  @MethodSource("dockerfiles")
  void everyBaseIsABuildArgumentWithAVersion(Dockerfile image) {
    Set<String> known = new HashSet<>();
    for (String from : image.all("FROM")) {
      String[] parts = from.split(" AS ");
      String base = parts[0];
      if (!known.contains(base)) {
        assertThat(base).as("base in %s", image).matches("\\$\\{[A-Z_]+}");
        String value = image.argument(base.substring(2, base.length() - 1));
        if (!known.contains(value)) {
          assertThat(value).matches("[^:]+:[^:]*\\d.*").doesNotEndWith(":latest");
        }
      }
      if (parts.length > 1) {
        known.add(parts[1]);
      }
    }
  }

  @Test
  void basesAreOfTheVersionsThatTheBuildUses() {
    assertThat(dockerfile("flink-job").argument("FLINK_IMAGE"))
        .isEqualTo("flink:" + Repository.version("flink") + "-java17");
    assertThat(dockerfile("trainer-agent").argument("PYTORCH_IMAGE"))
        .startsWith("pytorch/pytorch:" + Repository.version("pytorch") + "-cuda12.8-");
  }

  @ParameterizedTest
  @MethodSource("images")
  void isLabelledWithTheProjectsVersion(Dockerfile image) {
    assertThat(image.argument("VERSION")).isEqualTo(Repository.imageVersion());
    assertThat(image.all("LABEL"))
        .singleElement()
        .asString()
        .contains("org.opencontainers.image.version=\"${VERSION}\"")
        .contains("org.opencontainers.image.revision=\"${REVISION}\"")
        .contains("org.opencontainers.image.licenses=\"Apache-2.0\"");
  }

  /** Then it is built once for all of them. */
  @Test
  void theBuildIsTheSameForAll() {
    assertThat(dockerfiles().map(image -> image.stage("build").instructions()))
        .allSatisfy(stage -> assertThat(stage).hasSizeGreaterThan(2))
        .satisfies(stages -> assertThat(new HashSet<>(stages)).hasSize(1));
  }

  @ParameterizedTest
  @MethodSource("dockerfiles")
  void whatItCopiesIsMadeByTheBuild(Dockerfile image) throws IOException {
    List<String> built = new ArrayList<>();
    for (String copy : image.all("COPY")) {
      List<String> words = Arrays.asList(copy.split("\\s+"));
      if (words.get(0).equals("--from=build")) {
        built.addAll(words.subList(1, words.size() - 1));
      } else if (!words.get(0).startsWith("--")) {
        assertThat(Repository.ROOT.resolve(words.get(0))).exists();
      }
    }
    assertThat(built).isNotEmpty().allSatisfy(path -> assertThat(path).startsWith(SOURCES));
    for (String path : built) {
      isMadeByTheBuild(path.substring(SOURCES.length()));
    }
  }

  private static void isMadeByTheBuild(String path) throws IOException {
    Path jar = Repository.ROOT.relativize(JobJar.path().toRealPath());
    if (FileSystems.getDefault().getPathMatcher("glob:" + path).matches(jar)) {
      return;
    }
    String[] parts = path.split("/target/", 2);
    assertThat(Repository.modules()).contains(parts[0]);
    assertThat(
            Repository.read(Repository.ROOT.resolve("pom.xml"))
                + Repository.read(Repository.ROOT.resolve(parts[0]).resolve("pom.xml")))
        .as("folders that the profile dist fills")
        .contains("<outputDirectory>${project.build.directory}/" + parts[1] + "</outputDirectory>");
  }

  @Test
  void theBuildGetsEveryModule() {
    List<String> context =
        Repository.read(Repository.ROOT.resolve(".dockerignore")).lines().toList();
    assertThat(context).contains("*", "!pom.xml", "!.mvn", "!docker/sluice", "**/target");
    assertThat(Repository.modules())
        .allSatisfy(
            module -> assertThat(context).containsAnyOf("!" + module, "!" + module + "/pom.xml"));
  }

  /** DJL would ask the network for a library that it lacks. */
  @Test
  void pyTorchIsTheOneThatDjlHasItsGlueFor() {
    for (String name : List.of("trainer-agent", "tools")) {
      List<String> variables = dockerfile(name).variables();
      assertThat(variables)
          .contains("PYTORCH_VERSION=" + Repository.version("pytorch"))
          .contains("PYTORCH_LIBRARY_PATH=/opt/libtorch/lib");
      assertThat(variables.stream().filter(v -> v.startsWith("PYTORCH_FLAVOR=")))
          .isNotEmpty()
          .allSatisfy(
              flavor ->
                  assertThat(
                          getClass()
                              .getResource(
                                  "/jnilib/linux-x86_64/"
                                      + flavor.substring("PYTORCH_FLAVOR=".length())
                                      + "/libdjl_torch.so"))
                      .as(flavor)
                      .isNotNull());
    }
  }

  /** But for PyTorch and who they are. */
  @Test
  void agentsAreTheSameOnCpuAndGpu() {
    List<List<Dockerfile.Instruction>> ends =
        dockerfile("trainer-agent").images().stream()
            .map(
                image -> {
                  List<String> keywords =
                      image.instructions().stream().map(Dockerfile.Instruction::keyword).toList();
                  int label = keywords.indexOf("LABEL");
                  return image.instructions().subList(label + 1, keywords.size());
                })
            .toList();
    assertThat(ends.get(0)).hasSizeGreaterThan(5).isEqualTo(ends.get(1));
  }

  /** Whatever begins like that is a setting of the run. */
  @ParameterizedTest
  @MethodSource("dockerfiles")
  void setsNothingThatLooksLikeASetting(Dockerfile image) {
    assertThat(image.variables()).noneMatch(variable -> variable.startsWith("SLUICE_"));
  }

  @Test
  void theLauncherIsFilledInByTheBuild() throws IOException {
    Path launcher = Repository.DOCKER.resolve("sluice");
    assertThat(Files.isExecutable(launcher)).isTrue();
    assertThat(Repository.read(launcher)).contains("@sluice.main@", "@sluice.jvm.opens@");
    for (String module : List.of("trainer-agent", "local")) {
      String pom = Repository.read(Repository.ROOT.resolve(module).resolve("pom.xml"));
      String main = pom.replaceAll("(?s).*<sluice.main>(?:.* )?(.*?)</sluice.main>.*", "$1");
      assertThat(getClass().getResource("/" + main.replace('.', '/') + ".class"))
          .as(main)
          .isNotNull();
    }
  }

  static String title(Dockerfile image) {
    return image
        .all("LABEL")
        .get(0)
        .replaceAll(".*org\\.opencontainers\\.image\\.title=\"(.*?)\".*", "$1");
  }

  private static void isExecForm(String arguments) {
    assertThat(arguments).startsWith("[").endsWith("]");
    assertThat(new Gson().fromJson(arguments, String[].class)).isNotEmpty();
  }

  private static Dockerfile dockerfile(String image) {
    return Dockerfile.read(Repository.DOCKER.resolve(image + ".Dockerfile"));
  }
}
