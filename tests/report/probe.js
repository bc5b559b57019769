// Runs inside the report: what it finds goes into a last element, #probe.
(() => {
  const found = { worst: {}, errors: [], overflow: [], faint: [], unnamed: [], outside: [], moved: [], shift: 0 };
  window.addEventListener("error", (event) => found.errors.push(event.message));
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      found.shift += entry.value;
      found.moved.push(...entry.sources.map(({ node, previousRect, currentRect }) =>
        `${node?.nodeName}#${node?.id ?? ""} ${JSON.stringify(previousRect)} -> ${JSON.stringify(currentRect)}`));
    }
  }).observe({ type: "layout-shift", buffered: true });

  const apart = (ours, theirs) => Math.max(
    Math.abs(ours.kappa - theirs.kappa) / Math.max(1, Math.abs(theirs.kappa)),
    Math.abs(ours.labelAccuracy - theirs.labelAccuracy),
    Math.abs(ours.coverage - theirs.coverage),
    Math.abs(ours.logError - theirs.logError) / Math.max(1, Math.abs(theirs.logError)),
  );
  const worst = (list, distance) => list.reduce((most, item) => {
    const value = distance(item);
    return value <= most ? most : value; // NaN stays
  }, 0);
  const several = (item) => {
    const path = relabel.severalRounds(item, item.scheme, item.path.length - 1);
    return Math.max(...path.map((ours, t) => apart(ours, item.path[t])));
  };
  found.worst.one = worst(CASES.one, (item) => apart(relabel.oneRound(item, item.scheme), item));
  found.worst.rounds = worst(CASES.rounds, several);
  found.worst.classes = worst(CASES.classes, (item) => apart(relabel.classRound(item, item.scheme), item));
  found.worst.finite = worst(CASES.finite, (item) => {
    const { value } = relabel.improves(item, item.scheme, item.n, item.d - 1);
    return value === null ? Infinity : Math.abs(value - item.improves);
  });

  // Every slider dragged over its range, each answer timed with its drawing.
  const times = [];
  for (const slider of document.querySelectorAll("#inputs input[type=range]")) {
    const start = slider.value;
    for (let step = 0; step <= 12; step++) {
      slider.value = Number(slider.min) + ((slider.max - slider.min) * step) / 12;
      const before = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      times.push(performance.now() - before);
    }
    slider.value = start;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
  times.sort((a, b) => a - b);
  found.slider = times[Math.floor(times.length / 2)];
  found.slowest = times[times.length - 1];

  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    const scrolled = element.closest(".wide, nav, pre, math, details, .skip");
    if (box.right > innerWidth + 1 && !scrolled) found.overflow.push(element.tagName + "." + element.className);
  }
  for (const control of document.querySelectorAll("input, select, button, a, canvas, img")) {
    const name = control.getAttribute("aria-label") || control.alt || control.textContent
      || [...(control.labels ?? [])].map((label) => label.textContent).join("");
    if (!name.trim()) found.unnamed.push(control.outerHTML.slice(0, 80));
  }
  for (const element of document.querySelectorAll("[src], link[href]")) {
    const address = element.getAttribute("src") ?? element.getAttribute("href");
    if (/^(https?:)?\/\//.test(address)) found.outside.push(address);
  }

  // Contrast of text with the first opaque background behind it (WCAG AA: 4.5, 3 for large text).
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.closest("script, style, noscript, [hidden]")) continue;
    const style = getComputedStyle(element);
    const [one, two] = [light(parts(style.color)), light(behind(element))].sort((a, b) => b - a);
    const large = parseFloat(style.fontSize) >= 24;
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < (large ? 3 : 4.5)) found.faint.push(`${element.tagName} ${ratio.toFixed(2)} ${element.textContent.slice(0, 30)}`);
  }

  setTimeout(() => {
    const told = document.createElement("pre");
    told.id = "probe";
    told.textContent = JSON.stringify(found);
    document.body.append(told);
  }, 300);
})();
