// From the inputs of the page to a problem, and back.

const field = (name) => document.getElementById(`at-${name}`);
const percent = (x, digits = 1) => `${(100 * x).toFixed(digits)} %`;
const plain = (x) => (x >= 100 ? Math.round(x).toLocaleString("en") : String(Number(x.toPrecision(3))));

// Sliders that stand for their exponent: value = 10^slider.
const SPREAD = { rho: true, alpha: true, d: true };
const SHOWN = {
  p: (s) => percent(s.p), epsilon: (s) => `ε = ${epsilonOf(s.p, s.classes).toFixed(2)}`,
  rho: (s) => plain(s.rho), alpha: (s) => plain(s.alpha), d: (s) => plain(s.d),
  classes: (s) => String(s.classes), size: (s) => s.margin.size.toFixed(2), rounds: (s) => String(s.rounds),
};

const epsilonOf = (p, K) => Math.log(((1 - p) * (K - 1)) / p); // R13: p = (K - 1)/(e^eps + K - 1)
const flipsAt = (epsilon, K) => (K - 1) / (Math.exp(epsilon) + K - 1);

function stateOf() {
  const value = (name) => {
    const raw = Number(field(name).value);
    return SPREAD[name] ? 10 ** raw : raw;
  };
  const classes = value("classes");
  const d = Math.round(value("d"));
  const r = d - classes + 1;
  const kind = classes > 2 ? "constant" : field("margin").value;
  return {
    p: Math.min(value("p"), highestP(classes) - 0.004), rho: value("rho"), alpha: value("alpha"), d, r,
    n: Math.max(2, Math.round(value("alpha") * r)), classes,
    margin: { kind, size: value("size") },
    scheme: document.querySelector("input[name=scheme]:checked").value, rounds: value("rounds"),
  };
}

// Put values into the inputs, e.g. {p: 0.3, rho: 2.25}.
function setInputs(values) {
  for (const [name, value] of Object.entries(values)) {
    if (name === "scheme") document.querySelector(`input[name=scheme][value="${value}"]`).checked = true;
    else field(name).value = SPREAD[name] ? Math.log10(value) : value;
  }
}

// What follows from the inputs: ranges, linked sliders, written values, what is switched off.
function settleInputs(changed) {
  const classes = Number(field("classes").value);
  field("p").max = (highestP(classes) - 0.005).toFixed(4);
  if (changed === "at-epsilon") field("p").value = flipsAt(Number(field("epsilon").value), classes);
  const state = stateOf();
  if (changed !== "at-epsilon") field("epsilon").value = epsilonOf(state.p, classes);
  field("margin").disabled = classes > 2;
  field("size").disabled = classes > 2 || !["half-normal", "uniform"].includes(field("margin").value);
  for (const [name, words] of Object.entries(SHOWN)) {
    const text = words(state);
    document.getElementById(`says-${name}`).textContent = text;
    field(name).setAttribute("aria-valuetext", text);
  }
  return state;
}
