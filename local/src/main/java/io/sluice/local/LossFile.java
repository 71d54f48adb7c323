package io.sluice.local;

import io.sluice.protocol.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Losses as CSV: a line {@code sample_id,loss} each, after a header or not. */
final class LossFile {

  private static final String EXPECTED =
      "expected sample_id,loss: an integer from 0 and a finite number, such as 42,0.125";

  /** Spreadsheets put it before the first line. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** Enough to recognise the line by, so that the message still fits a terminal. */
  private static final int SHOWN_CHARACTERS = 60;

  private LossFile() {}

  /**
   * @param file where to read; {@code -} is standard input
   * @throws UserError when it cannot be read, has no losses, or has a line that is not two numbers
   */
  static Losses read(Path file, InputStream standardInput) {
    boolean standard = file.toString().equals("-");
    String name = standard ? "standard input" : file.toString();
    try (InputStream in = standard ? standardInput : Files.newInputStream(file)) {
      return read(in, name);
    } catch (NoSuchFileException e) {
      throw new UserError("file " + name + " does not exist", e);
    } catch (IOException e) {
      throw new UserError(name + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Losses read(InputStream in, String name) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    Losses.Builder losses = new Losses.Builder();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (number == 1 && line.startsWith(BYTE_ORDER_MARK)) {
        line = line.substring(BYTE_ORDER_MARK.length());
      }
      boolean header = number == 1 && !startsWithNumber(line);
      if (!header && !line.isBlank()) {
        add(line, losses, name + " line " + number);
      }
    }
    Losses read = losses.build();
    if (read.size() == 0) {
      throw new UserError(name + " has no losses; " + EXPECTED);
    }
    return read;
  }

  private static void add(String line, Losses.Builder losses, String where) {
    int comma = line.indexOf(',');
    if (comma < 0) {
      throw unexpected(line, where);
    }
    long id;
    float loss;
    try {
      id = Long.parseLong(line.substring(0, comma).strip());
      loss = Float.parseFloat(line.substring(comma + 1).strip());
    } catch (NumberFormatException e) {
      throw unexpected(line, where);
    }
    if (id < 0 || !Float.isFinite(loss)) {
      throw unexpected(line, where);
    }
    losses.add(id, loss);
  }

  private static UserError unexpected(String line, String where) {
    String shown =
        line.length() > SHOWN_CHARACTERS ? line.substring(0, SHOWN_CHARACTERS) + "..." : line;
    return new UserError(where + " is '" + shown + "'; " + EXPECTED);
  }

  /** A header's first field is a name. */
  private static boolean startsWithNumber(String line) {
    String field = line.split(",", 2)[0].strip();
    try {
      Double.parseDouble(field);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
