package io.sluice.local;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns as wide as they need to be, figures to the right. */
public final class Table {

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... header) {
    rows.add(List.of(header));
  }

  public void add(String... cells) {
    rows.add(List.of(cells));
  }

  public List<String> lines() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        line.append(column == 0 ? "" : "  ").append(" ".repeat(widths[column] - cell.length()));
        line.append(cell);
      }
      lines.add(line.toString());
    }
    return lines;
  }
}
