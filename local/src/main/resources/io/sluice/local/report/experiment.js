"use strict";

/* The page of an experiment: Sluice.data is what its NAME.json has. */
(() => {
  const {data, element, count, percent, decimal, lines, table} = Sluice;
  const byId = (id) => document.getElementById(id);

  /** So many lines can be told apart. */
  const MOST = 8;

  /** And so many with the spread of their seeds. */
  const BANDS = 3;

  const points = (fraction) => fraction == null ? "–" : (fraction < 0 ? "−" : "+") + Math.abs(100 * fraction).toFixed(2);
  const saved = (saving) => saving == null ? "–" : percent(saving);

  const names = [...new Set(data.arms.map((arm) => arm.arm))];
  const results = (name) => data.arms.filter((arm) => arm.arm === name);
  const full = data.arms.find((arm) => arm.arm === data.full && arm.saving == null);
  const compared = names.filter((name) => name !== data.full);

  const shown = () => compared.filter((name) => byId("arm-" + compared.indexOf(name)).checked);

  const chooseArms = () => compared.forEach((name, i) => {
    const label = element("label");
    const box = element("input", null, {type: "checkbox", id: "arm-" + i});
    box.checked = i < MOST - 1;
    box.addEventListener("change", show);
    label.append(box, " " + name);
    byId("arms").append(label);
  });

  /** The same colour for an arm in every chart, as long as there are enough. */
  const series = (pointsOf) => [
    ...(full ? [{name: data.full, dashed: true, colour: "soft", points: pointsOf(data.full)}] : []),
    ...shown().map((name) => ({name, colour: "series-" + (compared.indexOf(name) % MOST + 1), points: pointsOf(name)})),
  ];

  const showCost = () => lines("cost", {
    xTitle: "samples trained",
    yTitle: "test accuracy",
    percent: true,
    series: series((name) => results(name).map((arm) => ({
      x: arm.samples_trained,
      y: arm.final_test_accuracy.mean,
      ...(shown().length <= BANDS ? {low: arm.final_test_accuracy.min, high: arm.final_test_accuracy.max} : {}),
    })).sort((a, b) => a.x - b.x)),
  });

  /** Where the axis begins: a few points after a bad epoch would else squeeze the rest. */
  const floor = (all) => {
    const values = all.flatMap((one) => one.points.map((point) => point.y)).sort((a, b) => a - b);
    return values.length === 0 ? undefined : Math.floor(100 * values[Math.floor(values.length / 10)] - 1) / 100;
  };

  const showCurves = () => {
    const saving = byId("saving").value;
    const curve = (name, x) => (name === data.full ? full : results(name).find((arm) => arm.saving == null || String(arm.saving) === saving))
      ?.curve.map((point) => ({x: point[x], y: point.test_accuracy})) ?? [];
    const bySamples = series((name) => curve(name, "samples_trained"));
    const bySeconds = series((name) => curve(name, "seconds"));
    const axes = {yTitle: "test accuracy", percent: true, yMin: floor(bySamples)};
    lines("curve-samples", {...axes, xTitle: "samples trained", series: bySamples});
    lines("curve-seconds", {...axes, xTitle: "seconds", series: bySeconds});
  };

  const show = () => {
    showCost();
    showCurves();
  };

  byId("title").textContent = "Sluice experiment: " + data.experiment;
  byId("grid").textContent = `${data.settings.model} on ${data.settings.dataset}, ${data.epochs} epochs, seeds ${data.seeds.join(", ")}.`
    + ` ${count(data.runs_done)} of ${count(data.runs_planned)} runs are done.`;
  data.savings.forEach((saving) => byId("saving").append(element("option", saved(saving), {value: String(saving)})));
  byId("saving").value = String(data.savings[Math.floor((data.savings.length - 1) / 2)]);
  byId("saving").addEventListener("change", showCurves);
  chooseArms();
  show();

  const withSavings = compared.filter((name) => results(name).some((arm) => arm.saving != null));
  table("difference", ["<arm", ...data.savings.map(saved)], withSavings.map((name) => [
    name, ...data.savings.map((saving) => points(results(name).find((arm) => arm.saving === saving)?.against_full?.accuracy)),
  ]));
  table("all", ["<arm", "saving", "runs", "samples trained", "saved", "accuracy", "spread", "difference", "seconds"], data.arms.map((arm) => [
    arm.arm, saved(arm.saving), arm.runs, count(arm.samples_trained), percent(arm.saved_fraction),
    (100 * arm.final_test_accuracy.mean).toFixed(2) + " %", (100 * arm.final_test_accuracy.spread).toFixed(2),
    points(arm.against_full?.accuracy), decimal(arm.seconds),
  ]));
  document.documentElement.dataset.drawn = data.arms.length;
})();
