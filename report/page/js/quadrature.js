// Gauss-Legendre panels.

const RULES = new Map();

// Nodes and weights of n points on (-1, 1), by Newton's method on the Legendre polynomial.
function gauss(n) {
  if (RULES.has(n)) return RULES.get(n);
  const x = new Float64Array(n);
  const w = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let z = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 50; step++) {
      let value = 1;
      let before = 0;
      for (let j = 1; j <= n; j++) {
        [before, value] = [value, ((2 * j - 1) * z * value - (j - 1) * before) / j];
      }
      slope = (n * (z * value - before)) / (z * z - 1);
      const shift = value / slope;
      z -= shift;
      if (Math.abs(shift) < 1e-15) break;
    }
    x[i] = z;
    w[i] = 2 / ((1 - z * z) * slope * slope);
  }
  RULES.set(n, { x, w });
  return RULES.get(n);
}

// Nodes and weights over panels between sorted edges, `points` a panel; empty panels are left out.
function panels(edges, points) {
  const rule = gauss(points);
  const x = [];
  const w = [];
  for (let j = 0; j + 1 < edges.length; j++) {
    const half = (edges[j + 1] - edges[j]) / 2;
    if (!(half > 1e-13)) continue;
    const middle = (edges[j + 1] + edges[j]) / 2;
    for (let i = 0; i < points; i++) {
      x.push(middle + half * rule.x[i]);
      w.push(half * rule.w[i]);
    }
  }
  return { x, w };
}

function evenly(low, high, count) {
  return Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);
}
