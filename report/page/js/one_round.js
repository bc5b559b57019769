// One round in the proportional limit (R2, R5, R4, R10): two classes, isotropic noise, uniform flips.

// A problem here is {p, rho, alpha, margin: {kind, size}}; schemes are initial, full, consensus and
// crossfit:FOLDS.  `fine` asks for the digits, otherwise a picture's.

function labelMoments(problem, scheme, fine) {
  const { p, rho, alpha, margin } = problem;
  const k = 1 / Math.sqrt(alpha);
  const e = 1 - 2 * p;
  const a0 = e * marginMean(margin);
  if (scheme === "initial") return { a: a0, c: 1, b: 0, v: 1, right: 1 - p, used: 1 };
  const slope = (rho * a0) / k;
  if (scheme.startsWith("crossfit")) {
    return unseenMoments(problem, slope, foldsShare(scheme), fine);
  }
  const nodes = marginNodes(margin, rho, slope, fine);
  let [a, b, bothRight, bothWrong] = [0, 0, 0, 0];
  for (let i = 0; i < nodes.m.length; i++) {
    const [m, w] = [nodes.m[i], nodes.w[i]];
    const up = tail(-(slope * m + k));
    const down = tail(slope * m - k);
    a += w * m * ((1 - p) * (2 * up - 1) - p * (2 * down - 1));
    b += 2 * w * ((1 - p) * density(slope * m + k) + p * density(slope * m - k));
    bothRight += w * (1 - p) * up;
    bothWrong += w * p * down;
  }
  const agree = bothRight + bothWrong;
  const c = 2 * agree - 1;
  if (scheme === "full") return { a, c, b, v: 1, right: bothRight + p - bothWrong, used: 1 };
  return {
    a: (a + a0) / 2, c: (c + 1) / 2, b: b / 2, v: (1 + c) / 2, right: bothRight / agree, used: agree,
  };
}

function foldsShare(scheme) {
  const folds = Number(scheme.split(":")[1] ?? 5);
  return Math.sqrt((folds - 1) / folds);
}

// Labels from a model that has not seen the sample (R10).
function unseenMoments(problem, slope, g, fine) {
  const nodes = marginNodes(problem.margin, problem.rho, g * slope, fine);
  let [a, c, b, right] = [0, 0, 0, 0];
  for (let i = 0; i < nodes.m.length; i++) {
    const [m, w] = [nodes.m[i], nodes.w[i]];
    const label = 1 - 2 * tail(g * slope * m);
    a += w * m * label;
    c += w * (1 - 2 * problem.p) * label;
    b += 2 * w * g * density(g * slope * m);
    right += w * tail(-g * slope * m);
  }
  return { a, c, b, v: 1, right, used: 1 };
}

function kappaOf(problem, moments) {
  const k = 1 / Math.sqrt(problem.alpha);
  const { a, c, b, v } = moments;
  return (problem.rho * a) / Math.sqrt(v * k * k + 2 * c * k * b + b * b);
}

function oneRound(problem, scheme, fine = true) {
  const moments = labelMoments(problem, scheme, fine);
  const kappa = kappaOf(problem, moments);
  const lost = logError(problem.margin, problem.rho, kappa, fine);
  return {
    kappa, logError: lost, accuracy: -Math.expm1(lost),
    labelAccuracy: moments.right, coverage: moments.used,
  };
}
