"use strict";

// A plot of the metric against one cost, in SVG: networks as dots, the front as a line, the limit as a handle to drag.

const PLOT = { width: 560, height: 380, left: 68, right: 14, top: 26, bottom: 46, reach: 24, many: 500 };

function svg(name, attributes = {}, parent = null) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (parent) parent.append(node);
  return node;
}

// Three significant digits. They are rounded first, so that 999,999 is 1M and not 1000K.
function short(count) {
  const rounded = Number(count.toPrecision(3));
  for (const [unit, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "K"]]) {
    if (rounded >= unit) return `${Number((rounded / unit).toPrecision(12))}${letter}`;
  }
  return String(Math.round(rounded));
}

// 1234567 as 1,234,567. Intl's formatter would do that too, and take a tenth of the page's time to be made.
function grouped(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

// An exact half is rounded to even, as in Python, and not up: the same value has the same digits in every view.
function percent(share, digits = 2) {
  const number = 100 * share, up = number.toFixed(digits);
  const half = (number * 2 ** (digits + 1)) % 2 === 1; // the only halves of the last digit that a float can be
  return `${half && up.at(-1) % 2 ? (number - 0.5 * 10 ** -digits).toFixed(digits) : up}%`;
}

// A network's score with the ends of its interval, as in Python.
function withInterval(network) {
  const [low, high] = [network.low, network.high].map((end) => percent(end, 1).replace("%", ""));
  return `${percent(network.value)} (${low} to ${high})`;
}

// Round numbers between two ends: `about` of them.
function ticks(low, high, about) {
  const rough = (high - low) / about, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const marks = [];
  for (let mark = Math.ceil(low / step); mark * step <= high; mark++) marks.push(mark * step);
  return marks;
}

// The networks that none is more accurate than at no higher cost, cheapest first. `sorted`: by that cost.
function frontOf(sorted, cost) {
  const front = [];
  for (const network of sorted) {
    const last = front.at(-1);
    if (last && network.value <= last.value) continue;
    if (last && network[cost] === last[cost]) front.pop();
    front.push(network);
  }
  return front;
}

class Plot {
  // `on`: what to call when a network is hovered, chosen or kept, and when the limit moves.
  constructor(parent, search, cost, label, on) {
    Object.assign(this, { cost, label, on, said: search.costs, networks: [...search.networks].sort((a, b) => a[cost] - b[cost]) });
    const some = search.networks.length > 0;
    const low = some ? Math.min(...search.networks.map((n) => n.low)) : 0;
    const high = some ? Math.max(...search.networks.map((n) => n.high)) : 1;
    const room = Math.max(0.02, (high - low) * 0.06);
    this.lowest = Math.max(0, low - room);
    this.highest = Math.min(1.005, high + room);
    const costs = search.networks.map((n) => n[cost]);
    const greatest = Math.max(1, search.budgets[cost] ?? 0, ...costs), least = Math.min(greatest, ...costs);
    const beside = Math.max(0.06 * (greatest - least), 0.02 * greatest);
    this.greatestCost = greatest + beside;
    this.leastCost = costs.length ? Math.max(0, least - beside) : 0;

    this.box = document.createElement("div");
    this.box.className = "plot";
    parent.append(this.box);
    this.picture = svg("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, tabindex: 0, role: "group" });
    this.picture.setAttribute("aria-label", `${search.metric[0].toUpperCase()}${search.metric.slice(1)} against ${label}: ${search.networks.length} networks`);
    this.box.append(this.picture);
    this.drawAxes();
    for (const layer of ["out", "dominated", "plain", "stopped", "front", "bar", "members", "plainDots"]) {
      const kind = { out: "dominated out", members: "dominated members", plainDots: "plain dots" }[layer] ?? layer;
      this[layer] = svg("path", { class: kind }, this.picture);
    }
    this.members.style.stroke = "var(--accent)";
    this.members.style.strokeWidth = 10;
    this.members.style.strokeLinecap = "round";
    this.picture.classList.toggle("many", search.networks.length > PLOT.many);
    this.drawHandle();
    // A picture of their own, lest thousands of dots are painted again whenever a ring moves.
    const over = svg("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, class: "rings", "aria-hidden": true });
    this.box.append(over);
    this.rings = {};
    for (const ring of ["hovered", "selected", "kept"]) this.rings[ring] = svg("circle", { class: ring, r: 0 }, over);
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.hidden = true;
    this.box.append(this.tip);
    this.listen();
  }

  x(cost) {
    const share = (cost - this.leastCost) / (this.greatestCost - this.leastCost);
    return PLOT.left + share * (PLOT.width - PLOT.left - PLOT.right);
  }

  y(value) {
    const share = (value - this.lowest) / (this.highest - this.lowest);
    return PLOT.height - PLOT.bottom - share * (PLOT.height - PLOT.top - PLOT.bottom);
  }

  drawAxes() {
    const bottom = PLOT.height - PLOT.bottom, right = PLOT.width - PLOT.right;
    for (const mark of ticks(this.lowest, this.highest, 6)) {
      svg("path", { class: "axis", d: `M${PLOT.left} ${this.y(mark)}H${right}` }, this.picture);
      const text = svg("text", { x: PLOT.left - 6, y: this.y(mark) + 4, "text-anchor": "end" }, this.picture);
      text.textContent = percent(mark, this.highest - this.lowest < 0.06 ? 1 : 0);
    }
    for (const mark of ticks(this.leastCost, this.greatestCost, 6)) {
      const x = this.x(mark), end = 26; // beside an end there is room on one side alone
      const anchor = x - PLOT.left < end ? "start" : right - x < end ? "end" : "middle";
      const text = svg("text", { x, y: bottom + 17, "text-anchor": anchor }, this.picture);
      text.textContent = short(mark);
    }
    const text = svg("text", { x: (PLOT.left + right) / 2, y: PLOT.height - 6, "text-anchor": "middle" }, this.picture);
    text.textContent = this.label;
  }

  drawHandle() {
    const bottom = PLOT.height - PLOT.bottom;
    this.over = svg("rect", { class: "over", y: PLOT.top, height: bottom - PLOT.top }, this.picture);
    this.handle = svg("g", { class: "handle", tabindex: 0, role: "slider", "aria-label": `at most ${this.label}` }, this.picture);
    this.handle.setAttribute("aria-valuemin", Math.round(this.leastCost));
    this.handle.setAttribute("aria-valuemax", Math.round(this.greatestCost));
    svg("rect", { x: -12, y: PLOT.top - 18, width: 24, height: bottom - PLOT.top + 18 }, this.handle);
    svg("path", { class: "limit", d: `M0 ${PLOT.top - 4}V${bottom}` }, this.handle);
    svg("circle", { cy: PLOT.top - 10, r: 7 }, this.handle);
  }

  listen() {
    this.picture.addEventListener("pointermove", (event) => this.on.hover(this.nearest(event)));
    this.picture.addEventListener("pointerleave", () => this.on.hover(null));
    this.picture.addEventListener("click", (event) => {
      const network = this.nearest(event);
      if (network) (event.shiftKey ? this.on.keep : this.on.select)(network);
    });
    this.picture.addEventListener("keydown", (event) => this.key(event));
    this.handle.addEventListener("pointerdown", (event) => {
      this.handle.setPointerCapture(event.pointerId);
      event.stopPropagation();
    });
    this.handle.addEventListener("pointermove", (event) => {
      if (this.handle.hasPointerCapture(event.pointerId)) this.moveLimit(this.costAt(event));
    });
    this.handle.addEventListener("click", (event) => event.stopPropagation());
    this.handle.addEventListener("keydown", (event) => this.limitKey(event));
  }

  // Where an event is, in the picture's own units.
  at(event) {
    const box = this.picture.getBoundingClientRect();
    return [((event.clientX - box.left) * PLOT.width) / box.width, ((event.clientY - box.top) * PLOT.height) / box.height];
  }

  costAt(event) {
    const share = (this.at(event)[0] - PLOT.left) / (PLOT.width - PLOT.left - PLOT.right);
    return this.leastCost + share * (this.greatestCost - this.leastCost);
  }

  nearest(event) {
    const [x, y] = this.at(event);
    let found = null, least = PLOT.reach ** 2;
    for (const network of this.networks) {
      const distance = (this.x(network[this.cost]) - x) ** 2 + (this.y(network.value) - y) ** 2;
      if (distance < least) [found, least] = [network, distance];
    }
    return found;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (step) {
      const along = event.key === "ArrowUp" || event.key === "ArrowDown" ? this.networks.filter((n) => n.front) : this.networks;
      const here = this.chosen ? this.chosen[this.cost] : -1;
      let index = along.indexOf(this.chosen) + step;
      if (!along.includes(this.chosen)) {
        const next = along.findIndex((n) => n[this.cost] > here);
        index = next < 0 ? along.length - 1 : next - (step < 0 ? 1 : 0);
      }
      this.on.select(along[Math.min(Math.max(index, 0), along.length - 1)]);
    } else if (event.key === "c" && this.chosen) {
      this.on.keep(this.chosen);
    } else {
      return;
    }
    event.preventDefault();
  }

  limitKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    const step = (this.greatestCost - this.leastCost) / (event.shiftKey ? 20 : 200), now = this.limit ?? this.greatestCost;
    const next = {
      ArrowLeft: now - step, ArrowDown: now - step, ArrowRight: now + step, ArrowUp: now + step, Home: this.leastCost, End: this.greatestCost,
    }[event.key];
    if (next === undefined) return;
    this.moveLimit(next);
    event.preventDefault();
  }

  moveLimit(cost) {
    const kept = Math.min(Math.max(cost, this.leastCost), this.greatestCost);
    const none = this.greatestCost - kept < 0.001 * (this.greatestCost - this.leastCost);
    this.on.limit(this.cost, none ? null : Math.round(kept));
  }

  dots(networks) {
    return networks.map((n) => `M${this.x(n[this.cost]).toFixed(1)} ${this.y(n.value).toFixed(1)}h0`).join("");
  }

  // Shows which networks are within the limits. `within`: a set of them; `limit`: this plot's own, null for none.
  show(within, limit) {
    const inside = [], outside = [], stopped = [], members = [];
    for (const network of this.networks) {
      const list = network.stopped ? stopped : !within.has(network) ? outside : network.front ? members : inside;
      list.push(network);
    }
    this.dominated.setAttribute("d", this.dots(inside));
    this.out.setAttribute("d", this.dots(outside));
    this.members.setAttribute("d", this.dots(members));
    this.stopped.setAttribute("d", stopped.map((n) => {
      const x = this.x(n[this.cost]).toFixed(1), y = this.y(n.value).toFixed(1);
      return `M${x} ${y}m-4 -4l8 8m0 -8l-8 8`;
    }).join(""));
    this.bar.setAttribute("d", members.map((n) => {
      const x = this.x(n[this.cost]).toFixed(1);
      return `M${x} ${this.y(n.low).toFixed(1)}V${this.y(n.high).toFixed(1)}`;
    }).join(""));
    const front = frontOf(this.networks.filter((n) => within.has(n)), this.cost);
    this.front.setAttribute("d", front.map((n, index) => {
      const x = this.x(n[this.cost]).toFixed(1), y = this.y(n.value).toFixed(1);
      return index ? `H${x}V${y}` : `M${x} ${y}`;
    }).join(""));

    // The line between the best plain networks continues to the most expensive network: a cheaper network also fits there.
    const plain = this.networks.filter((n) => n.plain && !n.stopped), best = frontOf(plain, this.cost);
    const end = best.length ? `H${this.x(this.networks.at(-1)[this.cost]).toFixed(1)}` : "";
    this.plain.setAttribute("d", best.map((n, index) =>
      `${index ? "L" : "M"}${this.x(n[this.cost]).toFixed(1)} ${this.y(n.value).toFixed(1)}`).join("") + end);
    this.plainDots.setAttribute("d", this.dots(plain));

    this.limit = limit;
    const x = this.x(limit ?? this.greatestCost);
    this.handle.setAttribute("transform", `translate(${x} 0)`);
    this.handle.setAttribute("aria-valuenow", Math.round(limit ?? this.greatestCost));
    this.handle.setAttribute("aria-valuetext", limit === null ? "no limit" : `${grouped(limit)} ${this.label}`);
    this.over.setAttribute("x", x);
    this.over.setAttribute("width", Math.max(0, PLOT.width - PLOT.right - x));
  }

  // Draws a ring around a network, or takes it away.
  ring(kind, network) {
    const ring = this.rings[kind];
    ring.setAttribute("r", network ? { hovered: 7, selected: 8, kept: 10 }[kind] : 0);
    if (kind === "selected") this.chosen = network;
    if (!network) return;
    ring.setAttribute("cx", this.x(network[this.cost]));
    ring.setAttribute("cy", this.y(network.value));
  }

  // Names the network under the pointer, beside it.
  name(network) {
    this.tip.hidden = !network;
    if (!network) return;
    this.tip.textContent = `trial ${network.trial}: ${percent(network.value)}, ${this.said.map(({ name, label }) => `${short(network[name])} ${label}`).join(", ")}`;
    const x = this.x(network[this.cost]) / PLOT.width, y = this.y(network.value) / PLOT.height;
    Object.assign(this.tip.style, { top: `calc(${100 * y}% + 12px)`, left: x < 0.5 ? `${100 * x}%` : "", right: x < 0.5 ? "" : `${100 * (1 - x)}%` });
  }
}
