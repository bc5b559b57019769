// Accuracy over rounds (R21), and the map from kappa to the next kappa as a cobweb.

// Kappa after a round on new samples labelled by a model of that kappa (R6 at finite n/r).
function nextKappa({ rho, alpha, margin }, kappa) {
  const nodes = marginNodes(margin, rho, kappa, false);
  const a = mean(nodes, (m) => m * (1 - 2 * tail(m * kappa)));
  const b = mean(nodes, (m) => 2 * density(m * kappa));
  return (rho * a) / Math.sqrt(1 / alpha + b * b);
}

function drawRounds(canvas, paths, measured) {
  const colour = colours();
  const surface = contextOf(canvas);
  const { context } = surface;
  const all = [...Object.values(paths).flatMap((path) => path.map((x) => x.accuracy)), ...measured.values];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const room = Math.max(0.1 * (most - least), 0.005);
  const y = { low: 100 * Math.max(0, least - room), high: Math.min(100.5, 100 * (most + room)) };
  y.ticks = niceTicks(y.low, Math.min(y.high, 100), 5);
  y.title = "accuracy (%)";
  const x = { low: -0.15, high: 3.15, ticks: [0, 1, 2, 3], title: "round" };
  const { toX, toY } = axes(surface, x, y, colour);
  context.lineWidth = 2;
  for (const [scheme, path] of Object.entries(paths)) {
    context.strokeStyle = colour[scheme.split(":")[0]];
    const points = path.map((at, t) => [toX(t), toY(100 * at.accuracy)]);
    stroke(context, points);
    points.forEach(([u, v]) => dot(context, u, v, 4, colour[scheme.split(":")[0]]));
  }
  context.lineWidth = 1.5;
  measured.values.forEach((value, t) => {
    dot(context, toX(t), toY(100 * value), 4.5, colour.page, colour[measured.scheme.split(":")[0]]);
  });
}

function drawCobweb(canvas, state, path) {
  const colour = colours();
  const surface = contextOf(canvas);
  const { context } = surface;
  const steps = [path[0].kappa];
  for (let t = 0; t < 6; t++) steps.push(nextKappa(state, steps[t]));
  const top = 1.12 * Math.max(0.2, ...steps.slice(0, 5), ...path.map((x) => x.kappa));
  const x = { low: 0, high: top, ticks: niceTicks(0, top, 5), title: "κ of the model that labels" };
  const y = { ...x, title: "κ of the model trained on its labels" };
  const { toX, toY } = axes(surface, x, y, colour);
  clipped(context, surface, () => {
    context.strokeStyle = colour.line;
    context.lineWidth = 1.5;
    stroke(context, [[toX(0), toY(0)], [toX(top), toY(top)]]);
    context.strokeStyle = colour.initial;
    context.lineWidth = 2;
    const curve = evenly(0, top, 120).map((kappa) => [toX(kappa), toY(nextKappa(state, kappa))]);
    stroke(context, curve);
    context.strokeStyle = colour.ink;
    context.lineWidth = 1.25;
    const web = [[toX(steps[0]), toY(0)]];
    for (let t = 0; t + 1 < steps.length; t++) {
      web.push([toX(steps[t]), toY(steps[t + 1])], [toX(steps[t + 1]), toY(steps[t + 1])]);
    }
    stroke(context, web);
    path.slice(0, -1).forEach((at, t) => {
      dot(context, toX(at.kappa), toY(path[t + 1].kappa), 4.5, colour[state.scheme.split(":")[0]], colour.page);
    });
  });
}
