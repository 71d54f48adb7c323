package io.sluice.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Grafana would not complain about, and people would. */
class DashboardTest {

  private static final int COLUMNS = 24;

  private final Dashboard dashboard = Dashboard.read();

  @Test
  void idsAndTitlesAreUnique() {
    assertThat(dashboard.elements())
        .hasSizeGreaterThan(20)
        .extracting(element -> element.get("id").getAsInt())
        .doesNotHaveDuplicates();
    assertThat(dashboard.elements())
        .extracting(element -> element.get("title").getAsString())
        .doesNotHaveDuplicates()
        .doesNotContain("");
  }

  @Test
  void eachPanelSaysWhatItsNumberIsAndHowItShouldLook() {
    assertThat(dashboard.panels())
        .allSatisfy(
            panel -> {
              assertThat(panel.get("description").getAsString())
                  .hasSizeGreaterThan(60)
                  .endsWith(".");
              assertThat(defaults(panel).get("unit").getAsString()).isNotEmpty();
            });
  }

  @Test
  void runAndDataSourceAreVariables() {
    assertThat(dashboard.variables())
        .extracting(variable -> variable.get("name").getAsString())
        .containsExactly("datasource", "run");
    assertThat(dashboard.panels())
        .allSatisfy(
            panel -> {
              assertThat(uid(panel)).isEqualTo("${datasource}");
              assertThat(Dashboard.objects(panel, "targets"))
                  .isNotEmpty()
                  .allSatisfy(target -> assertThat(uid(target)).isEqualTo("${datasource}"));
            });
    assertThat(dashboard.queries())
        .allSatisfy(
            query ->
                assertThat(PromQl.selectors(query.expression()))
                    .as(query.where())
                    .isNotEmpty()
                    .allMatch(selector -> selector.contains("$run\"")));
  }

  @Test
  void queriesOfAPanelHaveLettersOfTheirOwn() {
    assertThat(dashboard.queries()).extracting(Dashboard.Query::where).doesNotHaveDuplicates();
  }

  @Test
  void noPanelCoversAnother() {
    List<String> cells = new ArrayList<>();
    for (JsonObject element : dashboard.elements()) {
      JsonObject place = element.getAsJsonObject("gridPos");
      int left = place.get("x").getAsInt();
      int right = left + place.get("w").getAsInt();
      int top = place.get("y").getAsInt();
      int bottom = top + place.get("h").getAsInt();
      assertThat(right).as(element.get("title").getAsString()).isLessThanOrEqualTo(COLUMNS);
      for (int x = left; x < right; x++) {
        for (int y = top; y < bottom; y++) {
          cells.add(x + "," + y);
        }
      }
    }
    assertThat(cells).doesNotHaveDuplicates();
  }

  private static JsonObject defaults(JsonObject panel) {
    return panel.getAsJsonObject("fieldConfig").getAsJsonObject("defaults");
  }

  private static String uid(JsonObject element) {
    return element.getAsJsonObject("datasource").get("uid").getAsString();
  }
}
