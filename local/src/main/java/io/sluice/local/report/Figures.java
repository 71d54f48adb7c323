package io.sluice.local.report;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;

/** Records as JSON with keys in snake case; null is left out. */
final class Figures {

  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .create();

  private Figures() {}

  static JsonObject json(Object figures) {
    return GSON.toJsonTree(figures).getAsJsonObject();
  }
}
