package io.sluice.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {

  private static final String EVIL =
      "</script><script>alert(1)</script><!-- & \u2028 {{script}} $1 \\";

  @TempDir private Path folder;

  @Test
  void noTextInTheDataCanEndItsElement() {
    JsonObject data = data();
    data.addProperty(EVIL, EVIL);

    String html = Page.of("t", "report", data).html();

    assertThat(html).doesNotContain("alert(1)</script>").doesNotContain("<!-- &");
    assertThat(TestingPages.data(html)).isEqualTo(data);
  }

  @Test
  void noTextInTheTitleIsMarkup() {
    String html = Page.of("<b onclick=\"x\">&amp;", "report", data()).html();

    assertThat(html)
        .contains("<title>&lt;b onclick=&quot;x&quot;&gt;&amp;amp;</title>")
        .doesNotContain("<b onclick");
  }

  @Test
  void needsNoNetwork() {
    String html = Page.of("t", "report", data()).html();

    assertThat(html).contains("default-src 'none'").doesNotContain("sourceMappingURL");
    // Elements, rules and calls by which a browser would fetch something.
    assertThat(html)
        .doesNotContainPattern("<(script|img|iframe)[^>]*\\ssrc=")
        .doesNotContainPattern("<link\\b")
        .doesNotContainPattern("@import|url\\(")
        .doesNotContainPattern("\\b(fetch|XMLHttpRequest|importScripts|WebSocket)\\(");
  }

  @Test
  void keepsTheLicenseOfChartJs() {
    String html = Page.of("t", "report", data()).html();

    assertThat(html)
        .contains("Chart.js v4.")
        .contains("The MIT License (MIT)")
        .contains("Copyright (c) 2014-2024 Chart.js Contributors")
        .contains("The above copyright notice and this permission notice shall be included");
  }

  @Test
  void isWrittenAsItIs() {
    Page page = Page.of("ü", "report", data());

    page.write(folder.resolve("r.html"));

    assertThat(folder.resolve("r.html")).content().isEqualTo(page.html());
    assertThat(page.html()).doesNotContainPattern("\\{\\{[a-z-]+}}");
  }

  private static JsonObject data() {
    JsonObject data = new JsonObject();
    data.add("runs", new JsonArray());
    return data;
  }
}
