package io.sluice.local.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sluice.protocol.UserError;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;

/** The JSON that {@code sluice demo --summary} writes, of this version or an older one. */
final class SummaryFile {

  private SummaryFile() {}

  /**
   * @throws UserError when it cannot be read, or is none
   */
  static JsonObject read(Path file) {
    try (Reader reader = Files.newBufferedReader(file)) {
      JsonElement json = JsonParser.parseReader(reader);
      if (!isSummary(json)) {
        throw new UserError(
            file + " is not a summary: give what 'sluice demo --summary FILE' has written");
      }
      return json.getAsJsonObject();
    } catch (JsonParseException e) {
      throw new UserError(file + " is not JSON: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + " (" + e + ")", e);
    }
  }

  private static boolean isSummary(JsonElement json) {
    if (!isTraining(json) || !(json.getAsJsonObject().get("settings") instanceof JsonObject)) {
      return false;
    }
    JsonElement baseline = json.getAsJsonObject().get("baseline");
    return baseline == null || isTraining(baseline);
  }

  private static boolean isTraining(JsonElement json) {
    return json.isJsonObject()
        && json.getAsJsonObject().get("epochs") instanceof JsonArray epochs
        && !epochs.isEmpty()
        && epochs.asList().stream().allMatch(SummaryFile::isEpoch);
  }

  private static boolean isEpoch(JsonElement json) {
    return json.isJsonObject()
        && isNumber(json.getAsJsonObject().get("epoch"))
        && isNumber(json.getAsJsonObject().get("known"));
  }

  private static boolean isNumber(JsonElement json) {
    return json != null && json.isJsonPrimitive() && json.getAsJsonPrimitive().isNumber();
  }
}
