// Several rounds in the proportional limit (R21), for full and consensus retraining.

// Lower triangular L with L L^T = K.
function cholesky(K) {
  const L = K.map((row) => row.map(() => 0));
  for (let i = 0; i < K.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = K[i][j];
      for (let l = 0; l < j; l++) rest -= L[i][l] * L[j][l];
      L[i][j] = i === j ? Math.sqrt(Math.max(rest, 0)) : rest / L[j][j];
    }
  }
  return L;
}

// Memory D and covariance K of the fields of t models, from response C and overlap Q.
function fieldsOf(C, Q, alpha) {
  const t = Q.length;
  const V = C.map((_, i) => C.map((__, j) => (i === j ? 1 : 0)));
  for (let i = 0; i < t; i++) {
    for (let j = 0; j < i; j++) {
      for (let l = j; l < i; l++) V[i][j] += C[i][l] * V[l][j];
    }
  }
  const D = V.map((row) => row.map((x) => x / alpha));
  const K = V.map((left) => V.map((right) => {
    let total = 0;
    for (let i = 0; i < t; i++) for (let j = 0; j < t; j++) total += left[i] * Q[i][j] * right[j];
    return total / alpha;
  }));
  return { D, K };
}

// The symmetrised label that a field of this sign gives.
const labelAt = (weights, sign) => (sign < 0 ? weights.given - weights.predicted : weights.given + weights.predicted);

// Expectations over a training sample with the labels of round t = number of fields.
function rowOf(setting, state, fields, fine) {
  const t = state.a.length;
  const L = cholesky(fields.K);
  const sums = { a: 0, overlap: new Array(t + 1).fill(0), noise: new Array(t).fill(0), right: 0, used: 0 };
  const xi = new Array(t).fill(0);
  const tau = [1];
  const { weights, rho } = setting;
  let sign = 1;
  let m = 1;

  const centre = (turn, upTo) => {
    let known = sign * m * rho * state.a[turn];
    for (let j = 0; j <= turn && j < tau.length; j++) known += fields.D[turn][j] * tau[j];
    for (let j = 0; j < upTo; j++) known += L[turn][j] * xi[j];
    return known;
  };
  const close = (weight) => {
    const place = centre(t - 1, t - 1) / L[t - 1][t - 1];
    const up = tail(-place);
    const high = labelAt(weights, 1);
    const low = labelAt(weights, -1);
    const label = high * up + low * (1 - up);
    sums.a += weight * m * sign * label;
    for (let u = 0; u < t; u++) sums.overlap[u] += weight * label * tau[u];
    sums.overlap[t] += weight * (high * high * up + low * low * (1 - up));
    for (let u = 0; u < t - 1; u++) sums.noise[u] += weight * label * xi[u];
    sums.noise[t - 1] += weight * (high - low) * density(place);
    const used = (high !== 0 ? up : 0) + (low !== 0 ? 1 - up : 0);
    sums.used += weight * used;
    if (high * sign > 0) sums.right += weight * up;
    if (low * sign > 0) sums.right += weight * (1 - up);
  };
  // Where a later field turns along this variable, on the side of one label.
  const turning = (turn, low, high) => {
    const found = [];
    for (let later = turn + 1; later < t; later++) {
      const pull = L[later][turn];
      if (Math.abs(pull) < 1e-12) continue;
      xi[turn] = 0;
      let rest = 0;
      for (let j = turn + 1; j <= later; j++) rest += L[later][j] ** 2;
      const width = Math.max(Math.sqrt(rest) / Math.abs(pull), 1e-7);
      for (const guess of later === turn + 1 ? [0] : [labelAt(weights, 1), labelAt(weights, -1)]) {
        if (later > turn + 1) tau.push(guess);
        const middle = -centre(later, turn) / pull;
        if (later > turn + 1) tau.pop();
        for (const step of [-7, -3, 0, 3, 7]) found.push(middle + step * width);
      }
    }
    return found.filter((x) => x > low && x < high);
  };
  const descend = (turn, weight) => {
    if (turn === t - 1) return close(weight);
    const cut = Math.min(9, Math.max(-9, -centre(turn, turn) / L[turn][turn]));
    for (const side of [-1, 1]) {
      const [low, high] = side < 0 ? [-9, cut] : [cut, 9];
      tau.push(labelAt(weights, side));
      const grid = fine ? 2 : 4.5;
      const edges = [low, high, ...evenly(-9, 9, 18 / grid).filter((x) => x > low && x < high),
        ...turning(turn, low, high)].sort((x, y) => x - y);
      const { x, w } = panels(edges, fine ? 16 : 8);
      for (let i = 0; i < x.length; i++) {
        const share = w[i] * density(x[i]);
        if (share < 1e-14) continue;
        xi[turn] = x[i];
        descend(turn + 1, weight * share);
      }
      tau.pop();
    }
  };
  const steep = (rho * Math.max(...state.a)) / L[0][0];
  const nodes = marginNodes(setting.margin, rho, steep, fine);
  for (sign of [1, -1]) {
    for (let i = 0; i < nodes.m.length; i++) {
      m = nodes.m[i];
      descend(0, nodes.w[i] * (sign > 0 ? 1 - setting.p : setting.p));
    }
  }
  return { ...sums, L };
}

// Rounds 0 ... `most`: kappa, accuracy, label accuracy and coverage of each.
function severalRounds(problem, scheme, most, fine = true) {
  const given = scheme === "consensus" ? 0.5 : 0;
  const setting = { ...problem, weights: { given, predicted: 1 - given } };
  const state = { C: [[0]], Q: [[1]], a: [(1 - 2 * problem.p) * marginMean(problem.margin)], right: [1 - problem.p], used: [1] };
  for (let t = 1; t <= most; t++) {
    const row = rowOf(setting, state, fieldsOf(state.C, state.Q, problem.alpha), fine);
    const answer = new Array(t + 1).fill(0);
    for (let j = t - 1; j >= 0; j--) {
      let rest = row.noise[j];
      for (let l = j + 1; l < t; l++) rest -= answer[l] * row.L[l][j];
      answer[j] = rest / row.L[j][j];
    }
    state.C = [...state.C.map((old) => [...old, 0]), answer];
    state.Q = [...state.Q.map((old, u) => [...old, row.overlap[u]]), row.overlap];
    state.a.push(row.a);
    state.right.push(row.right / row.used);
    state.used.push(row.used);
  }
  const { K } = fieldsOf(state.C, state.Q, problem.alpha);
  return state.a.map((a, t) => {
    const kappa = (problem.rho * a) / Math.sqrt(K[t][t]);
    const lost = logError(problem.margin, problem.rho, kappa, fine);
    return {
      kappa, logError: lost, accuracy: -Math.expm1(lost),
      labelAccuracy: state.right[t], coverage: state.used[t],
    };
  });
}
