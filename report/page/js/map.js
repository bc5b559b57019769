// The phase diagram: gain of the chosen scheme over p and rho at the chosen alpha, drawn live.

const RHO = { low: 0.25, high: 8 };
const FULL_GAIN = 0.1; // colours are strongest from ten points on

const mapKey = (s) => [s.alpha, s.classes, s.margin.kind, s.margin.size, s.scheme].join();
const highestP = (classes) => 1 - 1 / classes;

function mapSize(state) {
  if (state.classes > 2) return { columns: 28, rows: 21 };
  return state.margin.kind === "constant" ? { columns: 96, rows: 72 } : { columns: 44, rows: 33 };
}

const oneOf = (state, scheme, fine) => (
  state.classes > 2 ? classRound(state, scheme, fine) : oneRound(state, scheme, fine));

// Gains in accuracy at cell corners, signs from kappa; row 0 is the lowest rho.
function gainMap(state) {
  const { columns, rows } = mapSize(state);
  const gain = new Float64Array(columns * rows);
  const lead = new Float64Array(columns * rows);
  const top = highestP(state.classes);
  for (let j = 0; j < rows; j++) {
    const rho = RHO.low * (RHO.high / RHO.low) ** (j / (rows - 1));
    for (let i = 0; i < columns; i++) {
      const at = { ...state, rho, p: Math.min((top * i) / (columns - 1), top - 1e-4) };
      const before = oneOf(at, "initial", false);
      const after = oneOf(at, state.scheme, false);
      gain[j * columns + i] = after.accuracy - before.accuracy;
      lead[j * columns + i] = after.kappa / before.kappa - 1;
    }
  }
  return { columns, rows, gain, lead };
}

const mixed = (from, to, share) => from.map((x, i) => Math.round(x + (to[i] - x) * share));
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

function mapImage({ columns, rows, gain, lead }, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const [neutral, helps, harms] = [colour.neutral, colour.helps, colour.harms].map(rgb);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const at = (rows - 1 - j) * columns + i;
      const size = Math.min(Math.abs(gain[at]) / FULL_GAIN, 1) ** 0.6;
      const share = 0.1 + 0.9 * size;
      image.data.set([...mixed(neutral, lead[at] > 0 ? helps : harms, share), 255], 4 * (j * columns + i));
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

// Where the lead is zero, by linear interpolation along cell edges; pairs of points in grid units.
function contour({ columns, rows, lead }) {
  const found = [];
  const at = (i, j) => lead[j * columns + i];
  for (let j = 0; j + 1 < rows; j++) {
    for (let i = 0; i + 1 < columns; i++) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
      const cuts = [];
      corners.forEach(([x, y], side) => {
        const [u, v] = corners[(side + 1) % 4];
        const [here, there] = [at(x, y), at(u, v)];
        if (here > 0 === there > 0) return;
        const share = here / (here - there);
        cuts.push([x + (u - x) * share, y + (v - y) * share]);
      });
      for (let c = 0; c + 1 < cuts.length; c += 2) found.push([cuts[c], cuts[c + 1]]);
    }
  }
  return found;
}

const mapCache = { key: "", map: null, lines: null };

function drawMap(canvas, state) {
  const key = mapKey(state);
  if (mapCache.key !== key) {
    const map = gainMap(state);
    Object.assign(mapCache, { key, map, lines: contour(map) });
  }
  const { map, lines } = mapCache;
  const colour = colours();
  const surface = contextOf(canvas);
  const { context, width, height } = surface;
  const top = highestP(state.classes);
  context.imageSmoothingEnabled = true;
  context.drawImage(mapImage(map, colour), PAD.left, PAD.top, width - PAD.left - PAD.right,
    height - PAD.top - PAD.bottom);
  const x = { low: 0, high: top, ticks: niceTicks(0, top, 5), title: "share of wrong labels p" };
  const y = { ...RHO, log: true, ticks: [0.25, 0.5, 1, 2, 4, 8], title: "separation ρ" };
  const { toX, toY } = axes(surface, x, y, colour);
  context.strokeStyle = colour.ink;
  context.lineWidth = 1.5;
  const pixel = ([i, j]) => [
    toX((top * i) / (map.columns - 1)), toY(RHO.low * (RHO.high / RHO.low) ** (j / (map.rows - 1)))];
  for (const [from, to] of lines) stroke(context, [pixel(from), pixel(to)]);
  context.lineWidth = 2;
  dot(context, toX(state.p), toY(state.rho), 7, colour.page, colour.ink);
  dot(context, toX(state.p), toY(state.rho), 3, colour[state.scheme.split(":")[0]]);
}

// The p and rho under a pointer.
function mapPlace(canvas, event, classes) {
  const box = canvas.getBoundingClientRect();
  const x = (event.clientX - box.left - PAD.left) / (box.width - PAD.left - PAD.right);
  const y = (box.bottom - PAD.bottom - event.clientY) / (box.height - PAD.top - PAD.bottom);
  const inside = (share) => Math.min(1, Math.max(0, share));
  return { p: inside(x) * highestP(classes), rho: RHO.low * (RHO.high / RHO.low) ** inside(y) };
}
