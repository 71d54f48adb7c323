"use strict";

/*
 * Charts and tables for pages made of figures. A chart belongs into
 *
 *   <figure class="chart" id="ID"><figcaption>…</figcaption><div class="plot"><canvas></canvas></div></figure>
 *
 * Each says on its figure what it has drawn: data-series and data-points. Colours follow the browser's scheme.
 */
const Sluice = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const charts = new Map();

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  /** The colour of the series with this number; they repeat after eight. */
  const seriesColour = (index) => colour("series-" + (index % 8 + 1));

  /** 1,234,567 */
  const count = (value) => value == null ? "–" : Math.round(value).toLocaleString("en-US");

  /** 43.2 % */
  const percent = (fraction) => fraction == null ? "–" : (100 * fraction).toFixed(1) + " %";

  /** Four significant digits. */
  const decimal = (value) => {
    if (value == null) {
      return "–";
    }
    const magnitude = Math.abs(value);
    if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)) {
      return value.toExponential(2);
    }
    return String(Number(value.toPrecision(4)));
  };

  /** 12k, 3.4M: for axes. */
  const rough = (value) => new Intl.NumberFormat("en-US", {notation: "compact", maximumFractionDigits: 1}).format(value);

  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    if (text != null) {
      made.textContent = text;
    }
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };

  const axis = (title, extra = {}) => ({
    title: {display: Boolean(title), text: title, color: colour("soft")},
    grid: {color: colour("line")},
    border: {color: colour("line")},
    ...extra,
    ticks: {color: colour("soft"), maxRotation: 0, autoSkipPadding: 12, ...(extra.ticks || {})},
  });

  /** What all charts have in common. */
  const options = (extra) => ({
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: {mode: "nearest", intersect: false},
    ...extra,
    plugins: {
      legend: {
        position: "bottom",
        labels: {
          color: colour("ink"),
          boxWidth: 14,
          boxHeight: 10,
          usePointStyle: Boolean(extra.lineLegend),
          pointStyle: "line",
          filter: (item, shown) => !shown.datasets[item.datasetIndex].unnamed,
        },
      },
      ...(extra.plugins || {}),
    },
  });

  /**
   * Draws a chart, and again when the colour scheme changes.
   *
   * @param configuration makes what Chart.js takes
   * @param drawn what it shows: the number of series and of points, and what to say of it to those who cannot see it
   */
  const draw = (id, configuration, drawn) => {
    const figure = document.getElementById(id);
    const plot = figure.querySelector(".plot");
    charts.get(id)?.chart.destroy();
    plot.hidden = false;
    figure.querySelector(".note")?.remove();
    const canvas = plot.querySelector("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", figure.querySelector("figcaption").textContent + ". " + (drawn.text || ""));
    charts.set(id, {configuration, chart: new Chart(canvas, configuration())});
    figure.dataset.series = drawn.series;
    figure.dataset.points = drawn.points;
  };

  /** Says why there is no chart. */
  const none = (id, why) => {
    const figure = document.getElementById(id);
    charts.get(id)?.chart.destroy();
    charts.delete(id);
    figure.querySelector(".plot").hidden = true;
    figure.querySelector(".note")?.remove();
    figure.append(element("p", why, {class: "note"}));
    figure.dataset.series = 0;
    figure.dataset.points = 0;
  };

  /**
   * Lines by series.
   *
   * @param spec
   *   series: [{name, points: [{x, y, low, high}], dashed, colour}]; points without y are left out; where low and high are given, they are
   *     drawn as a band about the line
   *   xTitle, yTitle
   *   percent: y are fractions
   *   zero: y begins with 0
   *   yMin: y begins there, and what is below is cut off
   *   whole: x are whole numbers
   *   none: what to say when there is no point
   */
  const lines = (id, spec) => {
    const series = spec.series
      .map((one, index) => ({...one, index, points: one.points.filter((p) => p.y != null && p.x != null)}))
      .filter((one) => one.points.length > 0);
    const points = series.reduce((sum, one) => sum + one.points.length, 0);
    if (points === 0) {
      none(id, spec.none || "There are no figures.");
      return;
    }
    const format = spec.percent ? percent : decimal;
    const datasets = () => series.flatMap((one) => {
      const own = one.colour ? colour(one.colour) : seriesColour(one.index);
      const line = {
        label: one.name,
        data: one.points,
        borderColor: own,
        backgroundColor: own,
        borderWidth: 2,
        borderDash: one.dashed ? [6, 4] : [],
        pointRadius: one.points.length > 60 ? 0 : 3,
        pointHoverRadius: 5,
      };
      const spread = one.points.filter((p) => p.low != null && p.high != null);
      if (spread.length === 0) {
        return [line];
      }
      const edge = {unnamed: true, borderWidth: 0, pointRadius: 0, pointHitRadius: 0, backgroundColor: own + "26"};
      return [
        line,
        {...edge, data: spread.map((p) => ({x: p.x, y: p.low}))},
        {...edge, data: spread.map((p) => ({x: p.x, y: p.high})), fill: "-1"},
      ];
    });
    draw(id, () => ({
      type: "scatter",
      data: {datasets: datasets().map((one) => ({showLine: true, ...one}))},
      options: options({
        lineLegend: true,
        scales: {
          x: axis(spec.xTitle, {ticks: {callback: rough, ...(spec.whole ? {precision: 0} : {})}}),
          y: axis(spec.yTitle, {
            beginAtZero: spec.zero,
            min: spec.yMin,
            ticks: {callback: (value) => spec.percent ? Number((100 * value).toFixed(1)) + " %" : rough(value)},
          }),
        },
        plugins: {
          tooltip: {
            filter: (item) => !item.dataset.unnamed,
            callbacks: {label: (item) => `${item.dataset.label}: ${format(item.parsed.y)} at ${count(item.parsed.x)}`},
          },
        },
      }),
    }), {
      series: series.length,
      points,
      text: series.map((one) => `${one.name}: ${format(one.points.at(-1).y)} at last`).join("; "),
    });
  };

  /**
   * Bars by label.
   *
   * @param spec
   *   labels: one a bar
   *   series: [{name, values, colour}], a value by label
   *   stacked, xTitle, yTitle
   *   none: what to say when there is no value
   */
  const bars = (id, spec) => {
    const series = spec.series.filter((one) => one.values.some((value) => value != null));
    if (series.length === 0) {
      none(id, spec.none || "There are no figures.");
      return;
    }
    draw(id, () => ({
      type: "bar",
      data: {
        labels: spec.labels,
        datasets: series.map((one, index) => ({
          label: one.name,
          data: one.values,
          backgroundColor: one.colour ? colour(one.colour) : seriesColour(index),
        })),
      },
      options: options({
        interaction: {mode: "index", intersect: false},
        scales: {
          x: axis(spec.xTitle, {stacked: spec.stacked, grid: {display: false}}),
          y: axis(spec.yTitle, {stacked: spec.stacked, beginAtZero: true, ticks: {callback: rough}}),
        },
        plugins: {
          tooltip: {callbacks: {label: (item) => `${item.dataset.label}: ${count(item.parsed.y)}`}},
        },
      }),
    }), {
      series: series.length,
      points: series.reduce((sum, one) => sum + one.values.filter((value) => value != null).length, 0),
      text: "The table below has the figures.",
    });
  };

  /**
   * Fills a table.
   *
   * @param head names of the columns; one that begins with a < holds text, and is aligned to the left
   * @param rows cells as texts or numbers
   * @param foot cells of a last row, if any
   */
  const table = (id, head, rows, foot) => {
    const left = head.map((name) => name.startsWith("<"));
    const row = (cells, name) => {
      const made = element("tr");
      cells.forEach((cell, i) => made.append(
        element(name, cell, {...(left[i] ? {class: "text"} : {}), ...(name === "th" ? {scope: "col"} : {})})));
      return made;
    };
    const thead = element("thead");
    thead.append(row(head.map((name) => name.replace(/^</, "")), "th"));
    const tbody = element("tbody");
    tbody.append(...rows.map((cells) => row(cells, "td")));
    const parts = [thead, tbody];
    if (foot) {
      const tfoot = element("tfoot");
      tfoot.append(row(foot, "td"));
      parts.push(tfoot);
    }
    document.getElementById(id).replaceChildren(...parts);
  };

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    charts.forEach((entry) => {
      const canvas = entry.chart.canvas;
      entry.chart.destroy();
      entry.chart = new Chart(canvas, entry.configuration());
    }));

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;

  return {data, colour, count, percent, decimal, rough, element, axis, options, draw, none, lines, bars, table};
})();
