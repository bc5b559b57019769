// Laws of the margin m: constant, half-normal:S, uniform:W, gaussian (the isotropic mixture).

// Standardised range, the margin there and its density, by kind.
function marginLaw(margin, rho) {
  const size = margin.kind === "gaussian" ? 1 / Math.sqrt(rho) : margin.size;
  const normal = (x) => density(x);
  const laws = {
    "half-normal": { low: 0, high: 9, weight: (x) => 2 * normal(x) },
    uniform: { low: 0, high: 1, weight: () => 1 },
    gaussian: { low: -9, high: 9, weight: normal },
  };
  return { ...laws[margin.kind], size };
}

// Nodes of m with weights that add to 1; `slope` is the largest rate at which m enters a Phi.
function marginNodes(margin, rho, slope, fine) {
  if (margin.kind === "constant") return { m: [1], w: [1] };
  const law = marginLaw(margin, rho);
  const span = law.high - law.low;
  const steep = Math.ceil((span * Math.max(1, Math.abs(slope) * law.size)) / 1.5);
  const count = fine ? Math.min(steep, 80) : Math.min(steep, 3);
  const { x, w } = panels(evenly(law.low, law.high, count), fine ? 16 : 8);
  return { m: x.map((u) => 1 + law.size * u), w: x.map((u, i) => w[i] * law.weight(u)) };
}

const HALF_NORMAL_MEAN = Math.sqrt(2 / Math.PI);

// E m in closed form.
function marginMean(margin) {
  if (margin.kind === "half-normal") return 1 + margin.size * HALF_NORMAL_MEAN;
  return margin.kind === "uniform" ? 1 + margin.size / 2 : 1;
}

// E m^2 in closed form.
function marginSquare(margin, rho) {
  const s = margin.size;
  const squares = {
    "half-normal": () => 1 + s * (2 * HALF_NORMAL_MEAN + s),
    uniform: () => 1 + s * (1 + s / 3),
    gaussian: () => 1 + 1 / rho,
    constant: () => 1,
  };
  return squares[margin.kind]();
}

function mean(nodes, value) {
  let total = 0;
  for (let i = 0; i < nodes.m.length; i++) total += nodes.w[i] * value(nodes.m[i]);
  return total;
}

// Logarithm of the error E Q(m kappa) (R1).
function logError(margin, rho, kappa, fine) {
  if (margin.kind === "constant") return logTail(kappa);
  return Math.log(mean(marginNodes(margin, rho, kappa, fine), (m) => tail(m * kappa)));
}
