"use strict";

(() => {
  const {data, colour, count, percent, decimal, rough, element, axis, options, draw, none, lines, bars, table} = Sluice;
  const byId = (id) => document.getElementById(id);
  const say = (id, text) => { byId(id).textContent = text; };
  const sum = (values) => values.reduce((total, value) => total + value, 0);

  // ---- figures of a run ----

  const epochs = (run) => run.training.epochs;
  const trained = (epoch) => epoch.trained ?? epoch.selected ?? epoch.expected ?? null;
  const policy = (run) => epochs(run).map((epoch) => epoch.policy).find((name) => name);
  const named = (run) => policy(run) ? `${run.name} (${policy(run)})` : run.name;
  const accuracy = (run) => epochs(run).at(-1).test_accuracy ?? null;

  /** Null where the samples of some epoch are not known. */
  const samplesTrained = (run) =>
    epochs(run).some((epoch) => trained(epoch) == null) ? null : sum(epochs(run).map(trained));
  const samplesKnown = (run) => sum(epochs(run).map((epoch) => epoch.known));
  const saved = (run) => samplesTrained(run) == null || samplesKnown(run) === 0
    ? null : 1 - samplesTrained(run) / samplesKnown(run);

  /** By epoch, the sum of a figure up to and including it; null from where one is not known. */
  const summedUp = (run, figure) => {
    let total = 0;
    return epochs(run).map((epoch) => {
      total = total == null || figure(epoch) == null ? null : total + figure(epoch);
      return total;
    });
  };

  /** Without the bounds, which older runs do not tell, a cluster reaches half-way to the next. */
  const clusters = (epoch) => (epoch.centers || []).map((center, i, all) => ({
    center,
    size: epoch.sizes[i],
    lower: epoch.lowers?.[i] ?? (i === 0 ? center - ((all[1] ?? center) - center) / 2 : (all[i - 1] + center) / 2),
    upper: epoch.uppers?.[i] ?? (i === all.length - 1 ? center + (center - (all[i - 1] ?? center)) / 2 : (center + all[i + 1]) / 2),
  }));

  const bandsOf = (epoch) => epoch.bands || [];
  const windowed = (epoch) => !epoch.annealing && clusters(epoch).length > 0 && epoch.window_size < clusters(epoch).length;

  // ---- losses ----

  /**
   * The share of samples of a difficulty that bands keep. The first band that holds a sample decides; a band may hold a share of them only.
   * Where it matters whether a sample is fresh, this is the mean of the two cases.
   */
  const share = (bands, difficulty) => {
    const here = bands.filter((band) => band.lower <= difficulty && difficulty <= band.upper);
    const cases = ["fresh", "stale"].map((freshness) =>
      here.filter((band) => band.freshness === "any" || band.freshness === freshness));
    return sum(cases.map(splitShare)) / cases.length;
  };

  const splitShare = (bands) => {
    const edges = [...new Set([0, 1, ...bands.flatMap((band) => [band.split_from, band.split_to])])].sort((a, b) => a - b);
    return sum(edges.slice(1).map((end, i) => {
      const first = bands.find((band) => band.split_from <= edges[i] && end <= band.split_to);
      return first ? first.keep * (end - edges[i]) : 0;
    }));
  };

  /** What the losses chart draws: bins, or blocks for the clusters where there are no bins. */
  const blocks = (epoch) => epoch.distribution?.length
    ? epoch.distribution
    : clusters(epoch).map((cluster) => ({lower: cluster.lower, upper: cluster.upper, count: cluster.size}));

  /**
   * A scale for numbers of any sign that span many octaves: logarithmic beyond a bend, linear within. The bend is where a fiftieth of the
   * samples lies closer to zero.
   */
  const scaleOf = (shown) => {
    const all = shown.flatMap(blocks);
    const weighted = all
      .map((bin) => ({size: Math.min(Math.abs(bin.lower), Math.abs(bin.upper)), count: bin.count}))
      .sort((a, b) => a.size - b.size);
    const most = Math.max(...all.map((bin) => Math.max(Math.abs(bin.lower), Math.abs(bin.upper))), 0);
    let below = sum(weighted.map((bin) => bin.count)) / 50;
    const near = weighted.find((bin) => (below -= bin.count) < 0)?.size ?? 0;
    const bend = Math.max(near, most * 1e-5) || 1;
    const at = (value) => Math.asinh(value / bend);
    const min = Math.min(...all.map((bin) => at(bin.lower)));
    const max = Math.max(...all.map((bin) => at(bin.upper)));
    const margin = Math.max(0.02 * (max - min), 0.05);
    return {at, back: (place) => bend * Math.sinh(place), min: min - margin, max: max + margin};
  };

  /** Round numbers on the scale, at least so far apart. */
  const ticksOf = (scale, distance) => {
    const candidates = [0];
    for (let power = -8; power <= 6; power++) {
      [1, 2, 5].forEach((digit) => candidates.push(digit * 10 ** power, -digit * 10 ** power));
    }
    // 0 and powers of ten first, so that those between them fill what is left.
    const rank = (value) => value === 0 ? 0 : Number.isInteger(Math.round(Math.log10(Math.abs(value)) * 1e6) / 1e6) ? 1 : 2;
    const placed = [];
    candidates
      .map((value) => ({value: scale.at(value), label: String(Number(value.toPrecision(1))), rank: rank(value)}))
      .filter((tick) => tick.value >= scale.min && tick.value <= scale.max)
      .sort((a, b) => a.rank - b.rank || b.value - a.value)
      .forEach((tick) => {
        if (placed.every((other) => Math.abs(other.value - tick.value) >= distance)) {
          placed.push(tick);
        }
      });
    return placed.sort((a, b) => a.value - b.value);
  };

  /** An eighth of an octave where the scale is logarithmic: as wide as the job's bins. */
  const BIN = Math.log(2) / 8;

  /** An outline of blocks whose areas are their samples; height is the samples of an eighth of an octave. */
  const outline = (scale, bins, part) => {
    const points = [];
    let last = null;
    bins.forEach((bin) => {
      const from = Math.max(scale.at(bin.lower), last ?? -Infinity);
      let to = Math.max(scale.at(bin.upper), from + BIN / 4);
      const height = bin.count * part(bin) * BIN / Math.max(to - from, BIN / 4);
      if (last == null || from - last > BIN / 4) {
        if (last != null) {
          points.push({x: last, y: 0});
        }
        points.push({x: from, y: 0});
      } else {
        points.at(-1).x = from;
      }
      points.push({x: from, y: height}, {x: to, y: height});
      last = to;
    });
    if (last != null) {
      points.push({x: last, y: 0});
    }
    return points;
  };

  /** The share of a block that bands keep, by nine places in it: the end of a band may lie within. */
  const shareOf = (scale, bands, bin) => {
    const places = [...Array(9).keys()].map((i) => scale.at(bin.lower) + (scale.at(bin.upper) - scale.at(bin.lower)) * i / 8);
    // Rounding must not carry a place beyond the block.
    const inside = places.map((place) => Math.min(bin.upper, Math.max(bin.lower, scale.back(place))));
    return sum(inside.map((difficulty) => share(bands, difficulty))) / inside.length;
  };

  const LANE = 18;

  /** Bands in strips, one below the other where they speak of different samples. */
  const lanes = (epoch) => {
    const names = [...new Set(bandsOf(epoch).map((band) => band.freshness))];
    return names.map((name) => ({name, bands: bandsOf(epoch).filter((band) => band.freshness === name)}));
  };

  /** Window and clusters below the losses, bands above them. */
  const marks = (epoch, scale) => ({
    id: "marks",
    beforeDatasetsDraw(chart) {
      const {ctx, chartArea: {left, right, top, bottom}, scales: {x}} = chart;
      const place = (value) => Math.min(right, Math.max(left, x.getPixelForValue(scale.at(value))));
      const all = clusters(epoch);
      ctx.save();
      if (windowed(epoch)) {
        const inside = all.slice(epoch.window_start, epoch.window_start + epoch.window_size);
        const from = place(inside[0].lower);
        ctx.fillStyle = colour("window");
        ctx.fillRect(from, top, Math.max(2, place(inside.at(-1).upper) - from), bottom - top);
      }
      ctx.strokeStyle = colour("soft");
      ctx.setLineDash([3, 4]);
      all.slice(1).forEach((cluster, i) => {
        const border = (place(all[i].upper) + place(cluster.lower)) / 2;
        ctx.beginPath();
        ctx.moveTo(border, top);
        ctx.lineTo(border, bottom);
        ctx.stroke();
      });
      ctx.restore();
    },
    afterDatasetsDraw(chart) {
      const {ctx, chartArea: {left, right, top}, scales: {x}} = chart;
      const place = (value) => Math.min(right, Math.max(left, x.getPixelForValue(scale.at(value))));
      ctx.save();
      ctx.font = `12px ${Chart.defaults.font.family}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillStyle = colour("soft");
      clusters(epoch).forEach((cluster, i) => {
        const from = place(cluster.lower);
        const to = place(cluster.upper);
        if (to - from >= 14) {
          ctx.fillText(String(i + 1), (from + to) / 2, top + 9);
        }
      });
      lanes(epoch).forEach((lane, i, every) => {
        const y = top - LANE * (every.length - i) - 2;
        lane.bands.filter((band) => band.keep > 0).forEach((band) => {
          const from = place(band.lower);
          const width = Math.max(2, place(band.upper) - from);
          ctx.globalAlpha = 0.1 + 0.45 * band.keep;
          ctx.fillStyle = colour("accent");
          ctx.fillRect(from, y, width, LANE - 4);
          ctx.globalAlpha = 1;
          const text = (every.length > 1 ? lane.name.replace(/^any/, "all") + ": " : "") + "keep " + decimal(band.keep)
            + (band.weight === 1 ? "" : " × weight " + decimal(band.weight));
          const brief = decimal(band.keep);
          ctx.fillStyle = colour("ink");
          const fits = [text, brief].find((one) => ctx.measureText(one).width < width - 6);
          if (fits) {
            ctx.fillText(fits, from + width / 2, y + LANE / 2 - 2);
          }
        });
      });
      ctx.restore();
    },
  });

  const drawLosses = (run, shown, epoch) => {
    const bins = blocks(epoch);
    byId("losses").dataset.epoch = epoch.epoch;
    if (bins.length === 0) {
      none("losses", "No sample had a loss yet when this epoch was selected, so all were.");
      return;
    }
    const scale = scaleOf(shown);
    const kept = (bin) => shareOf(scale, bandsOf(epoch), bin);
    byId("losses").dataset.kept = Math.round(sum(bins.map((bin) => bin.count * kept(bin))));
    const most = Math.max(...shown.flatMap((one) => outline(scale, blocks(one), () => 1).map((point) => point.y)));
    const told = bandsOf(epoch).length > 0;
    const area = {showLine: true, pointRadius: 0, pointHitRadius: 0, borderWidth: 1, fill: "origin"};
    draw("losses", () => ({
      type: "scatter",
      data: {
        datasets: [
          ...(told ? [{
            ...area,
            label: "kept",
            data: outline(scale, bins, kept),
            borderColor: colour("accent"),
            backgroundColor: colour("accent"),
          }] : []),
          {...area, label: "all samples", data: outline(scale, bins, () => 1), borderColor: colour("soft"), backgroundColor: colour("muted")},
        ],
      },
      options: options({
        layout: {padding: {top: LANE * Math.max(1, lanes(epoch).length) + 4}},
        scales: {
          x: axis(run.signal === "relative" || epoch.signal === "relative"
            ? "difficulty: loss less the mean of its mini-batch" : "difficulty: loss", {
            min: scale.min,
            max: scale.max,
            afterBuildTicks: (own) => {
              own.ticks = ticksOf(scale, (scale.max - scale.min) * 48 / Math.max(own.width || own.chart.width, 100));
            },
            ticks: {autoSkip: false, callback: (value, index, ticks) => ticks[index].label},
          }),
          y: axis("samples per ⅛ octave", {min: 0, suggestedMax: most, ticks: {callback: rough}}),
        },
        plugins: {tooltip: {enabled: false}},
      }),
      plugins: [marks(epoch, scale)],
    }), {series: told ? 2 : 1, points: bins.length, text: lossesText(epoch)});
  };

  const lossesText = (epoch) => {
    const all = clusters(epoch);
    const parts = [`Epoch ${epoch.epoch}: ${count(epoch.known)} samples known`];
    if (epoch.unseen > 0) {
      parts.push(`${count(epoch.unseen)} of them without a loss yet and therefore selected`);
    }
    if (epoch.selected != null) {
      parts.push(`${count(epoch.selected)} selected (${percent(epoch.known === 0 ? 0 : epoch.selected / epoch.known)})`);
    }
    if (epoch.expected != null) {
      parts.push(`${count(epoch.expected)} expected by the plan`);
    }
    let text = parts.join(", ") + ".";
    if (windowed(epoch)) {
      const last = epoch.window_start + epoch.window_size;
      text += last === epoch.window_start + 1 ? ` The window is cluster ${last}` : ` The window is clusters ${epoch.window_start + 1} to ${last}`;
      text += ` of ${all.length}.`;
    } else if (epoch.annealing) {
      text += " Annealing: the window is lifted.";
    }
    if (epoch.top_ups?.length) {
      const labels = epoch.top_ups.map((topUp) => topUp.label);
      text += " Topped up, so that no class falls below its floor: "
        + (labels.length > 6 ? `${labels.length} classes.` : `class ${labels.join(", ")}.`);
    }
    if (!epoch.distribution?.length && all.length > 0) {
      text += " This run does not tell how losses are distributed; the blocks are its clusters.";
    }
    return text;
  };

  const tablesOfEpoch = (epoch) => {
    table("clusters", ["cluster", "centre", "from", "to", "samples", "<window"], clusters(epoch).map((cluster, i) => [
      i + 1, decimal(cluster.center), decimal(cluster.lower), decimal(cluster.upper), count(cluster.size),
      windowed(epoch) && i >= epoch.window_start && i < epoch.window_start + epoch.window_size ? "inside" : "",
    ]));
    table("bands", ["from", "to", "<samples", "share", "keep", "weight"], bandsOf(epoch).map((band) => [
      decimal(band.lower), decimal(band.upper),
      band.freshness === "any" ? "all" : band.freshness,
      decimal(band.split_to - band.split_from), decimal(band.keep),
      decimal(band.weight) + (band.by_inclusion ? " × by inclusion" : ""),
    ]));
  };

  /** The epochs that the slider goes through: those whose plan is told in detail. */
  const detailed = (run) => epochs(run).filter((epoch) => epoch.centers);

  const showEpoch = (run, shown) => {
    const epoch = shown[Number(byId("epoch").value)];
    say("epoch-shown", `${epoch.epoch} of ${epochs(run).at(-1).epoch}`);
    byId("epoch").setAttribute("aria-valuetext", "epoch " + epoch.epoch);
    drawLosses(run, shown, epoch);
    say("losses-text", lossesText(epoch));
    tablesOfEpoch(epoch);
  };

  // ---- volume, accuracy, time ----

  const drawVolume = (run) => {
    const all = epochs(run);
    const missing = all.some((epoch) => epoch.selected == null);
    const total = samplesTrained(run);
    say("saved-text", (total == null
      ? "How many samples were selected is not told for every epoch."
      : `${count(total)} samples trained in ${all.length} epochs, of the ${count(samplesKnown(run))} that full training takes: `
        + `${percent(saved(run))} saved.`)
      + (missing ? " The selections of some epochs are not complete in the topic any more or yet; there the plan's expectation counts, if it has one." : ""));
    bars("volume", {
      labels: all.map((epoch) => epoch.epoch),
      xTitle: "epoch",
      yTitle: "samples",
      stacked: true,
      series: [
        {name: "selected", colour: "accent", values: all.map((epoch) => epoch.selected ?? epoch.expected ?? null)},
        {name: "saved", colour: "muted", values: all.map((epoch) => trained(epoch) == null ? null : epoch.known - (epoch.selected ?? epoch.expected))},
      ],
      none: "The selections are not told.",
    });
    lines("volume-sum", {
      xTitle: "epoch",
      yTitle: "samples",
      zero: true,
      whole: true,
      series: [
        {name: "trained", colour: "accent", points: summedUp(run, trained).map((y, i) => ({x: all[i].epoch, y}))},
        {name: "full training", colour: "soft", dashed: true, points: summedUp(run, (epoch) => epoch.known).map((y, i) => ({x: all[i].epoch, y}))},
      ],
    });
    table("volume-table", ["epoch", "known", "unseen", "selected", "trained", "of known", "saved"],
      all.map((epoch) => [
        epoch.epoch, count(epoch.known), count(epoch.unseen), count(epoch.selected), count(epoch.trained),
        epoch.selected == null || epoch.known === 0 ? "–" : percent(epoch.selected / epoch.known),
        trained(epoch) == null ? "–" : count(epoch.known - trained(epoch)),
      ]),
      ["sum", count(samplesKnown(run)), "", missing ? "–" : count(sum(all.map((epoch) => epoch.selected))),
        all.some((epoch) => epoch.trained == null) ? "–" : count(sum(all.map((epoch) => epoch.trained))),
        saved(run) == null ? "–" : percent(1 - saved(run)),
        total == null ? "–" : count(samplesKnown(run) - total)]);
  };

  const drawAccuracy = () => {
    const measured = data.runs.filter((run) => accuracy(run) != null);
    const unmeasured = data.runs.filter((run) => accuracy(run) == null);
    if (unmeasured.length > 0) {
      say("accuracy-text", `There is no accuracy of ${unmeasured.map(named).join(", ")}: plans and selections do not tell it; `
        + "a demo's summary does, and agents tell theirs in their logs and metrics.");
    }
    const why = "No accuracy is known here.";
    lines("accuracy-samples", {
      xTitle: "samples trained, summed up",
      percent: true,
      series: data.runs.map((run) => {
        const x = summedUp(run, trained);
        return {name: named(run), points: epochs(run).map((epoch, i) => ({x: x[i], y: epoch.test_accuracy}))};
      }),
      none: why,
    });
    lines("accuracy-epochs", {
      xTitle: "epoch",
      percent: true,
      whole: true,
      series: data.runs.map((run) => ({
        name: named(run), points: epochs(run).map((epoch) => ({x: epoch.epoch, y: epoch.test_accuracy})),
      })),
      none: why,
    });
    const numbers = [...new Set(measured.flatMap((run) => epochs(run).map((epoch) => epoch.epoch)))].sort((a, b) => a - b);
    table("accuracy-table", ["epoch", ...measured.map(named)], numbers.map((number) => [
      number, ...measured.map((run) => percent(epochs(run).find((epoch) => epoch.epoch === number)?.test_accuracy)),
    ]));
  };

  const drawTime = (run) => {
    const all = epochs(run);
    bars("time", {
      labels: all.map((epoch) => epoch.epoch),
      xTitle: "epoch",
      yTitle: "ms",
      series: [
        {name: "turnaround", values: all.map((epoch) => epoch.turnaround_ms ?? null)},
        {name: "GPU idle", values: all.map((epoch) => epoch.gpu_idle_ms ?? null)},
      ],
      none: "Turnaround and GPU idle are not known here: agents measure them, and plans and selections do not tell them. A demo's summary does; "
        + "so do the agents' metrics.",
    });
    table("time-table", ["epoch", "turnaround, ms", "GPU idle, ms", "training, ms", "averaging, ms"], all.map((epoch) => [
      epoch.epoch, count(epoch.turnaround_ms), count(epoch.gpu_idle_ms), count(epoch.train_ms), count(epoch.averaging_ms),
    ]));
  };

  // ---- samples ----

  const card = (run, id, lines) => {
    const sample = run.samples?.[id];
    const item = element("li");
    if (sample) {
      item.append(element("img", null, {src: sample.image, alt: `sample ${id}, label ${sample.label}`, loading: "lazy"}));
    }
    item.append(element("b", "id " + id));
    [...(sample ? ["label " + sample.label] : []), ...lines].forEach((line) => item.append(element("div", line)));
    return item;
  };

  const times = (number) => number === 1 ? "selected once" : `selected ${count(number)}\u00a0times`;

  const drawSamples = (run) => {
    const difficulty = new Map(run.hardest.map((sample) => [sample.id, sample.difficulty]));
    const timesOf = new Map((run.times_of_hardest || []).map((sample) => [sample.id, sample.times]));
    say("hardest-text", run.hardest.length === 0
      ? "This run does not tell which samples are hardest."
      : `Those of the greatest difficulty when epoch ${run.hardest_epoch} was selected. Wrong labels are often among them.`);
    byId("hardest").replaceChildren(...run.hardest.map((sample) => card(run, sample.id, [
      "difficulty\u00a0" + decimal(sample.difficulty),
      ...(timesOf.has(sample.id) ? [times(timesOf.get(sample.id))] : []),
    ])));
    const tallies = run.samples_by_times || [];
    const top = tallies.at(-1);
    say("most-text", !top
      ? "How often samples were selected is not told."
      : `Of ${count(run.selections)} selections. ${count(top.samples)} ${top.samples === 1 ? "sample was" : "samples were"} in ${count(top.times)} of them`
        + (top.samples > run.most_selected.length ? "; here are the first by id." : "."));
    byId("most").replaceChildren(...run.most_selected.map((sample) => card(run, sample.id, [
      times(sample.times),
      ...(difficulty.has(sample.id) ? ["difficulty\u00a0" + decimal(difficulty.get(sample.id))] : []),
    ])));
    byId("times-details").hidden = !top;
    table("times-table", ["times selected", "samples"], tallies.map((tally) => [count(tally.times), count(tally.samples)]));
  };

  // ---- the page ----

  const showRun = (run) => {
    byId("notes").replaceChildren(...run.notes.map((note) => element("p", note, {class: "note"})));
    const shown = detailed(run);
    const slider = byId("epoch");
    slider.max = Math.max(0, shown.length - 1);
    slider.value = Math.max(0, shown.findIndex((epoch) => epoch.centers.length > 0));
    slider.oninput = () => showEpoch(run, shown);
    if (shown.length > 0) {
      showEpoch(run, shown);
    } else {
      none("losses", "This run does not tell its plans.");
    }
    drawVolume(run);
    drawTime(run);
    drawSamples(run);
  };

  const step = (by) => {
    const slider = byId("epoch");
    slider.value = Number(slider.value) + by;
    slider.dispatchEvent(new Event("input"));
  };

  document.addEventListener("keydown", (event) => {
    const busy = event.target.matches?.("input, select, textarea, summary") || event.altKey || event.ctrlKey || event.metaKey;
    if (!busy && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      step(event.key === "ArrowLeft" ? -1 : 1);
      event.preventDefault();
    }
  });

  say("title", document.title);
  table("runs", ["<run", "<policy", "<dataset", "epochs", "samples trained", "saved", "accuracy", "seconds"], data.runs.map((run) => [
    run.name, policy(run) || "–", run.dataset || "–", epochs(run).length, count(samplesTrained(run)), percent(saved(run)), percent(accuracy(run)),
    decimal(run.training.seconds),
  ]));
  const choice = byId("run");
  data.runs.forEach((run, index) => choice.append(element("option", named(run), {value: index})));
  byId("choice").hidden = data.runs.length < 2;
  choice.addEventListener("change", () => showRun(data.runs[choice.value]));
  drawAccuracy();
  showRun(data.runs[0]);
  document.documentElement.dataset.drawn = data.runs.length;
})();
