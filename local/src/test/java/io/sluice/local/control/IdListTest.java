package io.sluice.local.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.agent.client.IdRange;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdListTest {

  @TempDir Path folder;

  @Test
  void mergesWhatOverlapsOrTouches() {
    List<IdRange> ids = IdList.parse("7, 5,100-200,6,150-250,9", "ids");

    assertThat(ids).containsExactly(new IdRange(5, 3), new IdRange(9, 1), new IdRange(100, 151));
    assertThat(IdList.count(ids)).isEqualTo(155);
    assertThat(IdList.text(ids)).isEqualTo("5-7,9,100-250");
    assertThat(IdList.parse(IdList.text(ids), "ids")).isEqualTo(ids);
  }

  @Test
  void takesTheLeastAndTheGreatestId() {
    assertThat(IdList.parse("0,9223372036854775807", "ids"))
        .containsExactly(new IdRange(0, 1), new IdRange(Long.MAX_VALUE, 1));
    assertThat(IdList.parse("9223372036854775806-9223372036854775807,5", "ids"))
        .containsExactly(new IdRange(5, 1), new IdRange(Long.MAX_VALUE - 1, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-5",
        "7-5",
        "1.5",
        "x",
        "3-",
        "1-2-3",
        "9223372036854775808",
        "0-9223372036854775807",
        "1;2"
      })
  void refusesWhatIsNoId(String text) {
    assertThatThrownBy(() -> IdList.parse("1," + text, "ids"))
        .isInstanceOf(UsageError.class)
        .hasMessageStartingWith("ids has '" + text + "'; expected ids from 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ",,"})
  void refusesNothing(String text) {
    assertThatThrownBy(() -> IdList.parse(text, "ids")).hasMessageStartingWith("ids has no ids");
  }

  @Test
  void readsAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("ids.txt"), "3\n\n4,10-12\r\n5,\n");

    assertThat(IdList.read(file)).containsExactly(new IdRange(3, 3), new IdRange(10, 3));
  }

  @Test
  void saysWhereAFileIsWrong() throws Exception {
    Path file = Files.writeString(folder.resolve("ids.txt"), "3\n4,b\n");

    assertThatThrownBy(() -> IdList.read(file))
        .isInstanceOf(UserError.class)
        .isNotInstanceOf(UsageError.class)
        .hasMessageStartingWith(file + " line 2 has 'b'");
    assertThatThrownBy(() -> IdList.read(folder.resolve("none")))
        .hasMessageEndingWith("none does not exist");
  }
}
