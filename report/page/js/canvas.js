// Canvases that are sharp on every screen, in the colours of the page, with axes.

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["ink", "faint", "line", "card", "page", "initial", "full", "consensus",
    "crossfit", "helps", "harms", "plus", "minus", "neutral"].map((name) => [name, read(name)]));
}

// A context in CSS pixels; the canvas keeps the size that the page gave it.
function contextOf(canvas) {
  const scale = Math.min(window.devicePixelRatio || 1, 2);
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  context.lineJoin = "round";
  return { context, width, height };
}

const PAD = { left: 46, right: 14, top: 12, bottom: 38 };

// Axes with maps from values to pixels; `log` axes take logarithms.
function axes({ context, width, height }, x, y, colour) {
  const place = (axis, from, to) => (value) => {
    const f = axis.log ? Math.log : (v) => v;
    return from + ((f(value) - f(axis.low)) / (f(axis.high) - f(axis.low))) * (to - from);
  };
  const toX = place(x, PAD.left, width - PAD.right);
  const toY = place(y, height - PAD.bottom, PAD.top);
  context.fillStyle = colour.faint;
  context.strokeStyle = colour.line;
  context.lineWidth = 1;
  context.textAlign = "center";
  for (const tick of x.ticks) {
    context.fillText(x.words ? x.words(tick) : String(tick), toX(tick), height - PAD.bottom + 16);
    stroke(context, [[toX(tick), height - PAD.bottom], [toX(tick), height - PAD.bottom + 4]]);
  }
  context.textAlign = "right";
  for (const tick of y.ticks) {
    context.fillText(y.words ? y.words(tick) : String(tick), PAD.left - 7, toY(tick) + 4);
    stroke(context, [[PAD.left - 4, toY(tick)], [PAD.left, toY(tick)]]);
  }
  stroke(context, [[PAD.left, PAD.top], [PAD.left, height - PAD.bottom],
    [width - PAD.right, height - PAD.bottom]]);
  context.fillStyle = colour.ink;
  context.textAlign = "center";
  context.fillText(x.title, (PAD.left + width - PAD.right) / 2, height - 5);
  context.save();
  context.translate(11, (PAD.top + height - PAD.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(y.title, 0, 0);
  context.restore();
  return { toX, toY };
}

function stroke(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.stroke();
}

function dot(context, x, y, radius, fill, edge = null) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  if (edge !== null) {
    context.strokeStyle = edge;
    context.stroke();
  }
}

function clipped(context, { width, height }, draw) {
  context.save();
  context.beginPath();
  context.rect(PAD.left, PAD.top, width - PAD.left - PAD.right, height - PAD.top - PAD.bottom);
  context.clip();
  draw();
  context.restore();
}

// Round numbers from low to high, about `count` of them.
function niceTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((x) => x * power).find((x) => x >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
    ticks.push(Number((i * step).toPrecision(6)));
  }
  return ticks;
}
