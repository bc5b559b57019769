// The explorer: inputs in, numbers and pictures out.

const SCHEMES = ["initial", "full", "consensus", "crossfit:5"];
const NAMES = { initial: "keep the model", full: "full", consensus: "consensus", "crossfit:5": "cross-fitted" };
const explorer = { state: null, seed: 1, paths: {}, timer: 0, later: 0 };
const byId = (id) => document.getElementById(id);

function answer(changed) {
  const state = settleInputs(changed);
  explorer.state = state;
  const firsts = Object.fromEntries(SCHEMES.map((scheme) => [scheme, oneOf(state, scheme, true)]));
  fillTable(firsts, state);
  fillTiles(state, firsts);
  drawMap(byId("map"), state);
  byId("rest").hidden = state.classes > 2;
  byId("two-only").hidden = state.classes === 2;
  if (state.classes === 2) {
    explorer.paths = pathsOf(state, false);
    drawBinary(state, changed === "at-rounds");
  }
  window.clearTimeout(explorer.timer);
  explorer.timer = window.setTimeout(() => refine(state), 120);
}

function pathsOf(state, fine) {
  return Object.fromEntries(["full", "consensus"].map((scheme) => (
    [scheme, severalRounds(state, scheme, 3, fine)])));
}

function drawBinary(state, glide) {
  const told = cloudOf(state, explorer.seed);
  showRound(byId("cloud"), told[state.rounds], glide);
  const round = told[state.rounds];
  const from = state.rounds === 0 ? "given" : "predicted";
  byId("cloud-says").textContent = `Round ${state.rounds}: ${percent(round.right / round.used)} of the ${from} labels `
    + `in use are right; this model is ${percent(-Math.expm1(logError(state.margin, state.rho, round.model.kappa, true)))} accurate.`;
  drawPaths(state);
}

function drawPaths(state) {
  const told = cloud.told;
  const values = told.map(({ model }) => -Math.expm1(logError(state.margin, state.rho, model.kappa, true)));
  drawRounds(byId("rounds"), explorer.paths, { scheme: state.scheme, values });
  drawCobweb(byId("cobweb"), state, explorer.paths[state.scheme] ?? [oneRound(state, "initial")]);
}

// What takes longer than a slider may: all digits of later rounds, n needed.
function refine(state) {
  if (state.classes > 2) return;
  fillNeeded(state);
  window.clearTimeout(explorer.later);
  explorer.later = window.setTimeout(() => {
    if (explorer.state !== state || state.margin.kind !== "constant") return;
    explorer.paths = pathsOf(state, true);
    drawPaths(state);
    fillTiles(state, Object.fromEntries(SCHEMES.map((scheme) => [scheme, oneOf(state, scheme, true)])));
  }, 30);
}

function fillTable(found, state) {
  const best = SCHEMES.reduce((top, scheme) => (found[scheme].kappa > found[top].kappa ? scheme : top));
  for (const scheme of SCHEMES) {
    const row = byId(`row-${scheme.split(":")[0]}`);
    const { kappa, accuracy, labelAccuracy, coverage } = found[scheme];
    row.classList.toggle("best", scheme === best);
    row.classList.toggle("chosen", scheme === state.scheme);
    const cells = [percent(accuracy, 2), points(accuracy - found.initial.accuracy), kappa.toPrecision(4),
      percent(labelAccuracy), percent(coverage)];
    cells.forEach((text, i) => { row.cells[i + 1].textContent = text; });
  }
  byId("best").textContent = best === "initial" ? "No scheme helps here: keep the model." : `Best of these here: ${NAMES[best]}.`;
}

const points = (gain) => `${gain < 0 ? "−" : "+"}${Math.abs(100 * gain).toFixed(2)}`;

// The prediction for the chosen scheme and number of rounds.
function chosenOutcome(state, firsts) {
  if (state.rounds === 0 || state.scheme === "initial") return firsts.initial;
  const path = state.classes === 2 ? explorer.paths[state.scheme] : undefined;
  return state.rounds > 1 ? path?.[state.rounds] ?? null : firsts[state.scheme];
}

function fillTiles(state, firsts) {
  if (state.classes === 2 && state.rounds > 1) explorer.paths = pathsOf(state, false);
  const after = chosenOutcome(state, firsts);
  const before = firsts.initial;
  const rounds = `${state.rounds} round${state.rounds === 1 ? "" : "s"}`;
  byId("tile-before").textContent = percent(before.accuracy, 2);
  byId("tile-after").textContent = after === null ? "—" : percent(after.accuracy, 2);
  byId("tile-after-note").textContent = after === null
    ? "later rounds: full and consensus with two classes" : `${NAMES[state.scheme]}, ${rounds}`;
  const gain = after === null ? 0 : after.accuracy - before.accuracy;
  byId("tile-gain").textContent = after === null ? "—" : points(gain);
  byId("tile-gain").className = after === null || after.kappa === before.kappa ? "" : after.kappa > before.kappa ? "up" : "down";
  const chance = improves(state, state.scheme, state.n, state.r);
  byId("tile-chance").textContent = chance.value === null ? "—" : percent(chance.value);
  byId("tile-chance-note").textContent = chance.value === null
    ? chance.reason : `one round, n = ${plain(state.n)}, d = ${plain(state.d)}`;
  if (state.scheme === "initial" || state.classes > 2 || state.scheme.startsWith("crossfit")) noNeeded(chance.reason);
  byId("sentence").textContent = sentence(state, before, after);
}

function sentence(state, before, after) {
  if (after === null) return "No prediction for later rounds of this scheme on this page; round 1 stands in the table.";
  if (state.rounds === 0 || state.scheme === "initial") return `Trained on the given labels the model is ${percent(before.accuracy)} accurate.`;
  const [from, to] = [percent(before.accuracy), percent(after.accuracy)];
  const verb = after.kappa > before.kappa ? "raises" : "lowers";
  const told = from === to ? `leaves accuracy at ${to}` : `${verb} accuracy from ${from} to ${to}`;
  return `${state.rounds === 1 ? "One round" : `${state.rounds} rounds`} of ${NAMES[state.scheme]} retraining ${told}.`;
}

function noNeeded(reason) {
  byId("tile-needed").textContent = "—";
  byId("tile-needed-note").textContent = reason ?? "";
}

function fillNeeded(state) {
  if (state.scheme !== "full" && state.scheme !== "consensus") return;
  const { n, best } = samplesNeeded(state, state.scheme, state.r);
  byId("tile-needed").textContent = n === null ? "none" : plain(n);
  byId("tile-needed-note").textContent = n === null
    ? `at most ${percent(best)} at any n tried` : `for P(improves) ≥ 95 % at d = ${plain(state.d)}`;
}

const EXAMPLES = {
  large: { p: 0.3, rho: 2.25, alpha: 2, classes: 2, scheme: "full", rounds: 1, margin: "constant" },
  small: { p: 0.4, rho: 0.6, alpha: 4, classes: 2, scheme: "full", rounds: 1, margin: "constant" },
  few: { p: 0.4, rho: 1.6, alpha: 0.5, classes: 2, scheme: "consensus", rounds: 2, margin: "constant" },
  private: { p: flipsAt(1, 2), rho: 1.2, alpha: 20, classes: 2, scheme: "full", rounds: 3, margin: "constant" },
  classes: { p: flipsAt(1.5, 10), rho: 3, alpha: 8, classes: 10, scheme: "full", rounds: 1, margin: "constant" },
};

function listen() {
  byId("inputs").addEventListener("input", (event) => answer(event.target.id));
  for (const button of document.querySelectorAll("[data-example]")) {
    button.addEventListener("click", () => {
      field("p").max = 1; // the range follows the number of classes
      setInputs(EXAMPLES[button.dataset.example]);
      answer("");
    });
  }
  byId("redraw").addEventListener("click", () => { explorer.seed += 1; answer(""); });
  byId("map").addEventListener("pointerdown", (event) => byId("map").setPointerCapture(event.pointerId));
  for (const name of ["pointerdown", "pointermove"]) {
    byId("map").addEventListener(name, (event) => {
      if (event.buttons === 0) return;
      setInputs(mapPlace(byId("map"), event, explorer.state.classes));
      answer("");
    });
  }
  byId("play").addEventListener("click", play);
  window.addEventListener("resize", () => answer(""));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    mapCache.key = "";
    answer("");
  });
}

function play() {
  let round = 0;
  const step = () => {
    setInputs({ rounds: round });
    answer("at-rounds");
    round += 1;
    if (round <= 3) window.setTimeout(step, 1100);
  };
  step();
}

function start() {
  listen();
  answer("");
}
