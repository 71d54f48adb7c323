package io.sluice.deployment.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapKeySelector;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.sluice.agent.AgentCommand;
import io.sluice.job.JobArguments;
import io.sluice.protocol.config.ConfigFlags;
import io.sluice.protocol.config.RunConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import picocli.CommandLine;

/** The run's settings as each part reads them, by its own arguments, environment and file. */
final class Settings {

  private static final String INDEX = "$(JOB_COMPLETION_INDEX)";
  private static final String CONFIG = "--config";

  private Settings() {}

  /** As the job's main reads them. */
  static RunConfig ofJob(Manifests manifests) {
    Pod pod = Pod.of(manifests, Pod.Part.JOB_MANAGER);
    assertThat(environment(manifests, pod)).isEmpty();
    String[] arguments = manifests.only(FlinkDeployment.class).getSpec().getJob().getArgs();
    return withFile(manifests, pod, List.of(arguments), JobArguments::parse);
  }

  /** As the agent's command reads them that is the pod with the index. */
  static RunConfig ofAgent(Manifests manifests, int index) {
    Pod pod = Pod.of(manifests, Pod.Part.AGENT);
    Map<String, String> environment = environment(manifests, pod);
    List<String> arguments =
        pod.container().getArgs().stream()
            .map(argument -> argument.equals(INDEX) ? Integer.toString(index) : argument)
            .toList();
    return withFile(
        manifests,
        pod,
        arguments,
        replaced -> {
          CommandLine command = AgentCommand.commandLine(environment);
          return ConfigFlags.read(command.parseArgs(replaced), RunConfig.defaults(), environment);
        });
  }

  /** The variables that Sluice takes for settings. */
  static Map<String, String> environment(Manifests manifests, Pod pod) {
    Map<String, String> environment = new HashMap<>();
    for (EnvVar variable : pod.container().getEnv()) {
      if (variable.getName().startsWith("SLUICE_")) {
        ConfigMapKeySelector key = variable.getValueFrom().getConfigMapKeyRef();
        Map<String, String> data = manifests.named(ConfigMap.class, key.getName()).getData();
        assertThat(data).containsKey(key.getKey());
        environment.put(variable.getName(), data.get(key.getKey()));
      }
    }
    return environment;
  }

  private interface Reader {
    RunConfig read(String... arguments);
  }

  /** With the file that is mounted where the arguments look for it. */
  private static RunConfig withFile(
      Manifests manifests, Pod pod, List<String> arguments, Reader reader) {
    assertThat(arguments).contains(CONFIG);
    Path path = Path.of(arguments.get(arguments.indexOf(CONFIG) + 1));
    Map<Path, Mounts.Mounted> files = Mounts.of(manifests, pod).files();
    assertThat(files).containsKey(path);
    try {
      Path copy = Files.createTempFile("sluice-run", ".yaml");
      try {
        Files.writeString(copy, files.get(path).content().orElseThrow());
        return reader.read(
            arguments.stream()
                .map(argument -> argument.equals(path.toString()) ? copy.toString() : argument)
                .toArray(String[]::new));
      } finally {
        Files.delete(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
