// P(one round improves) at finite n and d (in the spirit of R20): normal given the initial model.

// Given a0 and R the labels that change are independent; with their averages M = mean(s m D),
// N = mean(D), E = mean(eps D) and an independent chi-square everything in R3 is known.

const LEAST_CHANGES = 30; // with fewer changed labels their number is no normal variable
const DEPTH = 5;

function changedLabels(problem, a0, R) {
  const { rho, margin } = problem;
  const kappa = (rho * a0) / R;
  const nodes = marginNodes(margin, rho, kappa, false);
  const flipped = (1 - a0 / marginMean(margin)) / 2; // the share of flips that makes a0 the mean
  const S = { M: 0, N: 0, E: 0, MM: 0, EE: 0, ME: 0, spread: -a0 * a0, zM: 0, zN: 0, zE: 0 };
  for (const sign of [1, -1]) {
    for (let i = 0; i < nodes.m.length; i++) {
      const w = nodes.w[i] * (sign > 0 ? 1 - flipped : flipped);
      const z = sign * nodes.m[i];
      const at = R + z * kappa;
      const changed = tail(at);
      const height = density(at);
      S.M += w * z * changed;
      S.N += w * changed;
      S.E -= w * height;
      S.MM += w * z * z * changed;
      S.EE += w * (changed + at * height);
      S.spread += w * z * z;
      S.zM += w * z * changed * (z - a0);
      S.zN += w * changed * (z - a0);
      S.zE -= w * height * (z - a0);
      S.ME -= w * z * height;
    }
  }
  return S;
}

// Variance of gradient . (M, N, E), times n, with the parts along both constraints removed.
function varianceOf(S, [gM, gN, gE]) {
  const square = gM * gM * S.MM + gN * gN * S.N + gE * gE * S.EE
    + 2 * gM * gN * S.M + 2 * gM * gE * S.ME + 2 * gN * gE * S.E;
  const average = gM * S.M + gN * S.N + gE * S.E;
  const onMargin = gM * S.zM + gN * S.zN + gE * S.zE;
  const onNoise = gM * S.ME + gN * S.E + gE * S.EE;
  const margin = S.spread > 1e-12 ? (onMargin * onMargin) / S.spread : 0;
  return square - average * average - margin - onNoise * onNoise;
}

// By how much the new kappa leads, up to a positive factor, as a function of the averages.
function leadOf(consensus, a0, R, [M, N, E, X]) {
  const a1 = a0 - 2 * M;
  const c = 1 - 2 * N;
  const shift = consensus ? 1 : 0;
  const along = (c + shift) * R - 2 * E;
  return (a1 + shift * a0) * R - a0 * Math.sqrt(along * along + (1 - c * c) * X);
}

function chanceGiven(problem, consensus, n, r, a0, R) {
  const S = changedLabels(problem, a0, R);
  const at = [S.M, S.N, S.E, (r - 1) / n];
  const steps = at.map((x) => 1e-5 * Math.max(Math.abs(x), 1e-6));
  const gradient = at.map((_, j) => {
    const moved = (by) => leadOf(consensus, a0, R, at.map((x, i) => (i === j ? x + by : x)));
    return (moved(steps[j]) - moved(-steps[j])) / (2 * steps[j]);
  });
  const variance = varianceOf(S, gradient) / n + (gradient[3] ** 2 * 2 * (r - 1)) / (n * n);
  return tail(-leadOf(consensus, a0, R, at) / Math.sqrt(Math.max(variance, 1e-300)));
}

// P(one round of full or consensus retraining improves), or null with a reason.
function improves(problem, scheme, n, r) {
  if (problem.classes > 2) return { value: null, reason: "two classes only" };
  if (scheme !== "full" && scheme !== "consensus") return { value: null, reason: "full and consensus only" };
  if (r < 10) return { value: null, reason: "needs at least 11 features" };
  const e = (1 - 2 * problem.p) * marginMean(problem.margin);
  const spread = Math.sqrt((marginSquare(problem.margin, problem.rho) - e * e) / n);
  const typical = changedLabels(problem, e, Math.sqrt(r / n)).N * n;
  if (typical < LEAST_CHANGES) {
    return { value: null, reason: `only about ${typical.toFixed(typical < 10 ? 1 : 0)} labels change` };
  }
  const { x, w } = panels([-DEPTH, DEPTH], 11);
  let total = 0;
  for (let i = 0; i < x.length; i++) {
    const R = Math.sqrt((r * (1 - 2 / (9 * r) + x[i] * Math.sqrt(2 / (9 * r))) ** 3) / n);
    for (let j = 0; j < x.length; j++) {
      const share = w[i] * w[j] * density(x[i]) * density(x[j]);
      if (share < 1e-7) continue;
      total += share * chanceGiven(problem, scheme === "consensus", n, r, e + spread * x[j], R);
    }
  }
  return { value: Math.min(1, Math.max(0, total)), reason: null };
}

// The least n of a ladder of steps of 2^(1/4), refined, at which P(improves) >= target.
function samplesNeeded(problem, scheme, r, target = 0.95) {
  const at = (n) => improves({ ...problem, alpha: n / r }, scheme, Math.round(n), r);
  let low = null;
  let best = 0;
  for (let n = Math.max(20, r / 64); n < r * 1e4; n *= Math.SQRT2) {
    const { value } = at(n);
    if (value === null) {
      if (low !== null && best > 0.5) break;
      continue;
    }
    best = Math.max(best, value);
    if (value >= target) return { n: low === null ? Math.round(n) : refined(at, low, n, target), best };
    low = n;
  }
  return { n: null, best };
}

function refined(at, low, high, target) {
  for (let step = 0; step < 7; step++) {
    const middle = Math.sqrt(low * high);
    if ((at(middle).value ?? 0) >= target) high = middle;
    else low = middle;
  }
  return Math.round(high);
}
