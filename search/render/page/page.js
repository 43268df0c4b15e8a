// The page: which network is selected, which is kept for comparison, and the limits; all else follows from these.

const search = JSON.parse(document.getElementById("search").textContent);
const state = { limits: { ...search.budgets }, selected: null, kept: null };
const trained = search.networks.filter((network) => !network.stopped);
const rows = new Map();

const on = {
  hover(network) {
    for (const plot of plots) {
      plot.ring("hovered", network);
      plot.name(network);
    }
  },
  select(network) {
    state.selected = network;
    showRings();
    later(showCards);
  },
  keep(network) {
    state.kept = network;
    showRings();
    later(showCards);
  },
  limit(cost, most) {
    state.limits[cost] = most;
    later(showLimits);
  },
};
const area = document.getElementById("plots");
const costNamed = (name) => search.costs.find((cost) => cost.name === name);
const plots = search.minimised.map((name) => new Plot(area, search, name, costNamed(name).title, on));

// Cheapest first: the last objective decides, of ties the one before it, then what else is known.
const deciding = [...search.minimised].reverse();
deciding.push(...search.costs.map((cost) => cost.name).filter((name) => !deciding.includes(name)).reverse());
function byCost(one, other) {
  const name = deciding.find((cost) => one[cost] !== other[cost]);
  return name === undefined ? 0 : one[name] - other[name];
}

// What several events change before the next frame is drawn once.
const waiting = new Set();
function later(draw) {
  if (!waiting.size) {
    requestAnimationFrame(() => {
      const draws = [...waiting];
      waiting.clear();
      for (const each of draws) each();
    });
  }
  waiting.add(draw);
}

function inLimits(network) {
  return Object.entries(state.limits).every(([cost, most]) => most === null || network[cost] <= most);
}

function showLimits() {
  const within = new Set(trained.filter(inLimits));
  for (const plot of plots) plot.show(within, state.limits[plot.cost]);
  const said = Object.entries(state.limits).filter(([, most]) => most !== null);
  const limits = said.map(([cost, most]) => `${short(most)} ${costNamed(cost).label}`).join(" and ");
  const [best = null, ...others] = [...within].sort((a, b) => b.value - a.value || byCost(a, b));
  const words = document.getElementById("best");
  words.replaceChildren(limits ? `Within ${limits}: ` : "Without a limit: ");
  if (best) {
    const button = element("button", { type: "button" }, `trial ${best.trial}`);
    button.addEventListener("click", () => on.select(best));
    words.append("the best is ", button, ` with ${withInterval(best)}`);
    const plain = best.plain ? best : others.find((network) => network.plain);
    words.append(!plain ? "; no plain network is within the limits" : plain === best ? ", a plain network"
      : `; the best plain network, trial ${plain.trial}, has ${withInterval(plain)}`);
  } else {
    words.append("no trained network");
  }
  for (const [network, row] of rows) row.classList.toggle("out", !within.has(network));
  return best;
}

function showCards() {
  const { selected, kept } = state;
  const shown = [kept, selected].filter((network, index, all) => network && all.indexOf(network) === index);
  document.getElementById("cards").replaceChildren(...shown.map((network) => card(search, network, kept, on)));
}

function showRings() {
  for (const plot of plots) {
    plot.ring("selected", state.selected);
    plot.ring("kept", state.kept);
  }
}

function showTable() {
  const front = trained.filter((network) => network.front).sort(byCost);
  for (const network of front) {
    const button = element("button", { type: "button" }, String(network.trial));
    button.addEventListener("click", () => on.select(network));
    rows.set(network, element("tr", inLimits(network) ? {} : { class: "out" }, element("td", {}, button),
      element("td", { class: "number" }, withInterval(network)),
      element("td", { class: "number" }, percent(network.chance, 0)),
      ...search.costs.map((cost) => element("td", { class: "number" }, grouped(network[cost.name]))),
      element("td", {}, network.over_plain), element("td", {}, network.network), element("td", {}, network.attention)));
  }
  const head = ["trial", search.metric, "on the front", ...search.costs.map((cost) => cost.label), "over plain", "network", "attention"].map((words, column) =>
    element("th", column > 0 && column < 3 + search.costs.length ? { scope: "col", class: "number" } : { scope: "col" }, words));
  const caption = `The front, cheapest first: ${search.metric} with its 95% interval (${search.interval_sources}). On the front: probability that the network is ` +
    "on the front. Over plain: gain in points, with its 95% interval, over the best plain network that costs no more.";
  document.getElementById("table").append(element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The front" },
    element("table", {}, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows.values()))));
}

state.selected = showLimits();
showRings();
// What is below the plots comes once they are on the screen.
requestAnimationFrame(() => setTimeout(() => {
  showCards();
  showTable();
}));
