package io.sluice.deployment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Dockerfile, instruction by instruction.
 *
 * @param instructions without comments, each on one line
 */
record Dockerfile(Path file, List<Instruction> instructions) {

  /**
   * @param keyword in capitals
   */
  record Instruction(String keyword, String arguments) {}

  static Dockerfile read(Path file) {
    List<Instruction> instructions = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String line : Repository.read(file).lines().toList()) {
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      boolean goesOn = line.endsWith("\\");
      open.append(goesOn ? line.substring(0, line.length() - 1) : line);
      if (!goesOn) {
        String[] parts = open.toString().strip().split("\\s+", 2);
        instructions.add(new Instruction(parts[0], parts[1]));
        open.setLength(0);
      }
    }
    return new Dockerfile(file, instructions);
  }

  /** What instructions of a kind say, in their order. */
  List<String> all(String keyword) {
    return instructions.stream()
        .filter(instruction -> instruction.keyword().equals(keyword))
        .map(Instruction::arguments)
        .toList();
  }

  /** The stages that images are made of: those that say what to start. */
  List<Dockerfile> images() {
    return stages().stream().filter(stage -> !stage.all("ENTRYPOINT").isEmpty()).toList();
  }

  /** A stage by its name. */
  Dockerfile stage(String name) {
    return stages().stream()
        .filter(stage -> stage.instructions.get(0).arguments().endsWith(" AS " + name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(file + " has no stage " + name));
  }

  /** What lies between one FROM and the next. */
  private List<Dockerfile> stages() {
    List<Dockerfile> stages = new ArrayList<>();
    for (Instruction instruction : instructions) {
      if (instruction.keyword().equals("FROM")) {
        stages.add(new Dockerfile(file, new ArrayList<>()));
      }
      if (!stages.isEmpty()) {
        stages.get(stages.size() - 1).instructions.add(instruction);
      }
    }
    return stages;
  }

  /** Default of a build argument. */
  String argument(String name) {
    return all("ARG").stream()
        .filter(arg -> arg.startsWith(name + "="))
        .map(arg -> arg.substring(name.length() + 1))
        .findFirst()
        .orElseThrow(() -> new AssertionError(file + " has no build argument " + name));
  }

  /** Environment variables that its stages set, as {@code NAME=value}. */
  List<String> variables() {
    return all("ENV").stream().flatMap(env -> Stream.of(env.strip().split("\\s+"))).toList();
  }

  @Override
  public String toString() {
    return file.getFileName() + ", " + all("FROM").get(0);
  }
}
