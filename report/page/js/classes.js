// One round with K classes under K-ary flips (R22): constant margin, p the share of wrong labels.

const LEADS = { fine: null, rough: null };

function leadNodes(fine) {
  const name = fine ? "fine" : "rough";
  if (LEADS[name] === null) {
    const { x, w } = panels(evenly(-10, 10, fine ? 20 : 4), fine ? 16 : 10);
    LEADS[name] = { x, w: x.map((t, i) => w[i] * density(t)) };
  }
  return LEADS[name];
}

// P(a score leads) and E[its normal part; it leads]; rivals are [shift, how many].
function leads(rivals, fine) {
  const { x, w } = leadNodes(fine);
  let [probability, normal] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    let product = w[i];
    for (const [shift, count] of rivals) {
      if (count > 0) product *= tail(-(x[i] + shift)) ** count;
    }
    probability += product;
    normal += product * x[i];
  }
  return [probability, normal];
}

function classCells({ p, classes: K }, pull, memory, fine) {
  const times = (factor, rivals) => {
    if (factor === 0) return [0, 0];
    return leads(rivals, fine).map((x) => x * factor);
  };
  const beside = times((1 - p) * (K - 1), [[-(pull + memory), 1], [0, K - 2]]);
  const apart = times(p * (K - 2), [[-pull, 1], [-memory, 1], [0, K - 3]]);
  return {
    both: times(1 - p, [[pull + memory, K - 1]]),
    trueOnly: times(p, [[pull - memory, 1], [pull, K - 2]]),
    givenOnly: times(p, [[memory - pull, 1], [memory, K - 2]]),
    neither: [beside[0] + apart[0], beside[1] + apart[1]],
  };
}

function classKappas(problem) {
  const { p, rho, alpha, classes: K } = problem;
  const noise = 1 / Math.sqrt(alpha * K);
  const scaled = (rho * K) / (K - 1);
  return { noise, scaled, initial: (scaled * (1 - p - p / (K - 1))) / K / noise };
}

function classRound(problem, scheme, fine = true) {
  const { p, alpha, classes: K } = problem;
  const { noise, scaled, initial } = classKappas(problem);
  if (scheme === "initial") return classOutcome(initial, K, 1 - p, 1, fine);
  const seen = scheme.startsWith("crossfit") ? foldsShare(scheme) : 1;
  const cells = classCells(problem, seen * initial, seen < 1 ? 0 : Math.sqrt(K / alpha), fine);
  if (scheme === "consensus") cells.trueOnly = cells.neither = [0, 0];
  const right = cells.both[0] + cells.trueOnly[0];
  const agree = cells.both[0] + cells.givenOnly[0];
  const used = right + cells.givenOnly[0] + cells.neither[0];
  const a = (right - (used - right) / (K - 1)) / K;
  const c = (K * agree - used) / (K - 1);
  const normal = Object.values(cells).reduce((total, cell) => total + cell[1], 0);
  const along = (seen * normal) / (noise * (K - 1));
  const length = Math.sqrt(used + 2 * c * along + along * along);
  return classOutcome((scaled * a) / (noise * length), K, right / used, used, fine);
}

// `lead` is R22's kappa; the kappa of R1 is that over the square root of 2.
function classOutcome(lead, K, labelAccuracy, coverage, fine) {
  const { x, w } = panels(evenly(-15, 15, fine ? 30 : 8), fine ? 16 : 8);
  let lost = 0;
  for (let i = 0; i < x.length; i++) {
    const t = x[i] - Math.max(lead, 0) / 2;
    lost += w[i] * density(t) * -Math.expm1((K - 1) * Math.log1p(-Math.min(tail(t + lead), 1 - 1e-16)));
  }
  return {
    kappa: lead / Math.SQRT2, logError: Math.log(lost), accuracy: 1 - lost, labelAccuracy, coverage,
  };
}
