package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks into pages. */
public final class TestingPages {

  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

  private TestingPages() {}

  /** What the page's script is given. */
  public static JsonObject data(String html) {
    Matcher matcher = DATA.matcher(html);
    assertThat(matcher.find()).isTrue();
    return JsonParser.parseString(matcher.group(1)).getAsJsonObject();
  }

  /** The only run of a page. */
  public static JsonObject run(String html) {
    assertThat(data(html).getAsJsonArray("runs")).hasSize(1);
    return data(html).getAsJsonArray("runs").get(0).getAsJsonObject();
  }
}
