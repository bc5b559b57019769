// The cloud of points: labels in use by colour, the model's boundary, round by round.

const cloud = { base: null, told: null, shown: null, frame: 0 };

function cloudOf(state, seed) {
  const r = Math.min(1200, Math.max(3, Math.round(POINTS / state.alpha)));
  if (cloud.base === null || cloud.base.r !== r || cloud.base.seed !== seed) {
    cloud.base = drawBase(r, seed);
  }
  cloud.told = retrained(cloud.base, state, state.scheme, 3);
  return cloud.told;
}

function drawCloud(canvas, view) {
  const colour = colours();
  const surface = contextOf(canvas);
  const { context } = surface;
  const reach = { x: Math.max(...view.x.map(Math.abs)) * 1.15 + 0.4, y: 4 };
  const x = { low: -reach.x, high: reach.x, ticks: niceTicks(-reach.x, reach.x, 5), title: "along the class mean" };
  const y = { low: -reach.y, high: reach.y, ticks: [-4, -2, 0, 2, 4], title: "along the model's noise" };
  const { toX, toY } = axes(surface, x, y, colour);
  clipped(context, surface, () => {
    for (let i = 0; i < view.x.length; i++) {
      const label = view.labels[i];
      const fill = label > 0 ? colour.plus : colour.minus;
      const at = [toX(aside(view, i, reach.x)), toY(view.y[i])];
      context.lineWidth = 1;
      context.globalAlpha = label === 0 ? 0.75 : 0.9;
      if (label === 0) dot(context, ...at, 2.2, "transparent", colour.faint);
      else dot(context, ...at, 3.4, fill);
    }
    context.globalAlpha = 1;
    context.strokeStyle = colour.ink;
    context.lineWidth = 2.5;
    const far = 50; // the line a x + l y = 0 on both sides
    const size = Math.hypot(view.a, view.l);
    const [u, v] = [(far * view.l) / size, (-far * view.a) / size];
    stroke(context, [[toX(-u), toY(-v)], [toX(u), toY(v)]]);
  });
}

// Where a point is drawn: equal margins a little apart, but never across the boundary.
function aside(view, i, reach) {
  const x = view.x[i];
  const moved = x + (cloud.base.share[i] - 0.5) * 0.07 * reach;
  const side = (at) => view.a * at + view.l * view.y[i] > 0;
  return side(x) === side(moved) ? moved : x;
}

const viewOf = (round) => ({
  x: round.x, y: round.y, labels: round.labels, a: round.model.a / POINTS, l: round.model.length / POINTS,
});

// Glide from what is shown to a round, at once where motion is reduced or the data are new.
function showRound(canvas, round, glide) {
  const to = viewOf(round);
  const from = cloud.shown;
  cancelAnimationFrame(cloud.frame);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!glide || still || from === null || from.y.length !== to.y.length) {
    cloud.shown = to;
    drawCloud(canvas, to);
    return;
  }
  const start = performance.now();
  const step = (now) => {
    const time = Math.min(1, (now - start) / 450);
    const share = time * time * (3 - 2 * time);
    const between = (key) => from[key] + (to[key] - from[key]) * share;
    const y = to.y.map((value, i) => from.y[i] + (value - from.y[i]) * share);
    cloud.shown = { ...to, y, labels: share < 0.5 ? from.labels : to.labels, a: between("a"), l: between("l") };
    drawCloud(canvas, cloud.shown);
    if (time < 1) cloud.frame = requestAnimationFrame(step);
  };
  cloud.frame = requestAnimationFrame(step);
}
