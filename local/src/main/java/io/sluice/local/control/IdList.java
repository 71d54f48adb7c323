package io.sluice.local.control;

import io.sluice.agent.client.IdRange;
import io.sluice.protocol.UsageError;
import io.sluice.protocol.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Sample ids as a person writes them: {@code 5,7,100-200}. */
final class IdList {

  static final String EXPECTED =
      "expected ids from 0 and ascending ranges of them, separated by commas, such as 5,7,100-200";

  private static final Pattern ITEM = Pattern.compile("(\\d{1,19})(?:-(\\d{1,19}))?");
  private static final int SHOWN_CHARACTERS = 60;

  private IdList() {}

  /**
   * @param flag which flag has it
   * @return ascending, neither overlapping nor adjacent
   * @throws UsageError when it is no list of ids
   */
  static List<IdRange> parse(String text, String flag) {
    List<IdRange> ranges = new ArrayList<>();
    try {
      add(text, flag, ranges);
      return checked(ranges, flag);
    } catch (UserError e) {
      throw new UsageError(e.getMessage(), e);
    }
  }

  /**
   * @param file a list on each line
   * @return as of {@link #parse}
   * @throws UserError when it cannot be read, or is no list of ids
   */
  static List<IdRange> read(Path file) {
    List<IdRange> ranges = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      int number = 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        add(line, file + " line " + number++, ranges);
      }
    } catch (NoSuchFileException e) {
      throw new UserError("file " + file + " does not exist", e);
    } catch (IOException e) {
      throw new UserError("file " + file + " cannot be read: " + e.getMessage(), e);
    }
    return checked(ranges, "file " + file);
  }

  static long count(List<IdRange> ranges) {
    return ranges.stream().mapToLong(IdRange::count).sum();
  }

  /** As {@link #parse} reads it. */
  static String text(List<IdRange> ranges) {
    return ranges.stream()
        .map(range -> range.count() == 1 ? "" + range.first() : range.first() + "-" + range.last())
        .collect(Collectors.joining(","));
  }

  private static void add(String text, String where, List<IdRange> to) {
    for (String item : text.split(",", -1)) {
      if (!item.isBlank()) {
        to.add(range(item.strip(), where));
      }
    }
  }

  private static IdRange range(String item, String where) {
    Matcher matcher = ITEM.matcher(item);
    if (!matcher.matches()) {
      throw unexpected(item, where);
    }
    try {
      long first = Long.parseLong(matcher.group(1));
      long last = matcher.group(2) == null ? first : Long.parseLong(matcher.group(2));
      if (last < first) {
        throw unexpected(item, where);
      }
      return new IdRange(first, Math.addExact(last - first, 1));
    } catch (NumberFormatException | ArithmeticException e) {
      throw unexpected(item, where);
    }
  }

  private static List<IdRange> checked(List<IdRange> ranges, String where) {
    if (ranges.isEmpty()) {
      throw new UserError(where + " has no ids; " + EXPECTED);
    }
    ranges.sort(Comparator.comparingLong(IdRange::first));
    List<IdRange> merged = new ArrayList<>();
    IdRange open = ranges.get(0);
    for (IdRange range : ranges) {
      if (range.first() - 1 > open.last()) {
        merged.add(open);
        open = range;
      } else {
        long last = Math.max(open.last(), range.last());
        open = new IdRange(open.first(), last - open.first() + 1);
      }
    }
    merged.add(open);
    return merged;
  }

  private static UserError unexpected(String item, String where) {
    String shown =
        item.length() > SHOWN_CHARACTERS ? item.substring(0, SHOWN_CHARACTERS) + "..." : item;
    return new UserError(where + " has '" + shown + "'; " + EXPECTED);
  }
}
