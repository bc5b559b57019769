// A small data set drawn in the page, trained and retrained: the averaging classifier itself.

const POINTS = 300;

// Reproducible uniform numbers in (0, 1): a 32-bit mixing generator, good enough for a picture.
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 4294967296 + 1e-10;
  };
}

function normals(count, uniform) {
  const drawn = new Float32Array(count + 1);
  for (let i = 0; i < count; i += 2) {
    const length = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    drawn[i] = length * Math.cos(angle);
    drawn[i + 1] = length * Math.sin(angle);
  }
  return drawn;
}

// What does not depend on p, rho or the margin: noise, and uniforms that decide flips.
function drawBase(r, seed) {
  const uniform = generator(seed);
  return {
    r, seed, noise: normals(POINTS * r, uniform), margin: normals(POINTS, uniform),
    flip: Float64Array.from({ length: POINTS }, uniform),
    share: Float64Array.from({ length: POINTS }, uniform),
  };
}

function marginOf(base, i, { margin, rho }) {
  if (margin.kind === "half-normal") return 1 + margin.size * Math.abs(base.margin[i]);
  if (margin.kind === "uniform") return 1 + margin.size * base.share[i];
  return margin.kind === "gaussian" ? 1 + base.margin[i] / Math.sqrt(rho) : 1;
}

const truth = (i) => (i % 2 === 0 ? 1 : -1);

// Train on labels (0: left out): signal a, noise v, and kappa of the model (R1).
function train(base, place, labels, problem, skip = null) {
  const v = new Float64Array(base.r);
  let a = 0;
  for (let i = 0; i < POINTS; i++) {
    if (labels[i] === 0 || (skip !== null && i % FOLDS === skip)) continue;
    a += labels[i] * place[i];
    const row = i * base.r;
    for (let j = 0; j < base.r; j++) v[j] += labels[i] * base.noise[row + j];
  }
  let square = 0;
  for (let j = 0; j < base.r; j++) square += v[j] * v[j];
  const length = Math.sqrt(square);
  return { a, v, length, kappa: (Math.sqrt(problem.rho) * a) / length };
}

const FOLDS = 5;

// Coordinates of sample i across the model's noise.
function across(base, model, i) {
  let total = 0;
  const row = i * base.r;
  for (let j = 0; j < base.r; j++) total += model.v[j] * base.noise[row + j];
  return total / model.length;
}

const score = (model, x, y) => model.a * x + model.length * y;

// Each round: the labels it was trained on, the points in the plane of mean and model noise, the line.
function retrained(base, problem, scheme, rounds) {
  const place = Float64Array.from({ length: POINTS }, (_, i) => (
    truth(i) * marginOf(base, i, problem) * Math.sqrt(problem.rho)));
  const given = Int8Array.from({ length: POINTS }, (_, i) => truth(i) * (base.flip[i] < problem.p ? -1 : 1));
  const told = [];
  let labels = given;
  for (let t = 0; t <= rounds; t++) {
    const model = train(base, place, labels, problem);
    const y = Float64Array.from({ length: POINTS }, (_, i) => across(base, model, i));
    const right = labels.reduce((count, label, i) => count + (label === truth(i)), 0);
    const used = labels.reduce((count, label) => count + (label !== 0), 0);
    told.push({ x: place, y, labels, model, right: right / used, used: used / POINTS });
    if (t < rounds) labels = relabelled(base, place, problem, scheme, { model, y, labels, given });
  }
  return told;
}

function relabelled(base, place, problem, scheme, { model, y, labels, given }) {
  if (scheme === "initial") return given;
  if (scheme.startsWith("crossfit")) return outOfFold(base, place, problem, labels);
  const predicted = Int8Array.from(place, (x, i) => (score(model, x, y[i]) > 0 ? 1 : -1));
  return scheme === "full" ? predicted : predicted.map((label, i) => (label === given[i] ? label : 0));
}

function outOfFold(base, place, problem, labels) {
  const found = new Int8Array(POINTS);
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = train(base, place, labels, problem, fold);
    for (let i = fold; i < POINTS; i += FOLDS) {
      found[i] = score(model, place[i], across(base, model, i)) > 0 ? 1 : -1;
    }
  }
  return found;
}
