package io.sluice.local.control;

import io.sluice.agent.client.IdRange;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Sample ids that a person names, on the command line or in a file. */
class GivenIds {

  @Option(
      names = "--ids",
      paramLabel = "LIST",
      description = "Ids and ranges of ids, such as 5,7,100-200. Default: none.")
  private String list;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "File that lists ids and ranges of ids, in one line or many. Default: none.")
  private Path file;

  /** Ascending, each once. */
  List<IdRange> ranges() {
    return list != null ? IdList.parse(list, "ids") : IdList.read(file);
  }
}
