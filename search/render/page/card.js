// A network's card: what it is, its blocks with their attention and cost, its training.

const CARD = { width: 480, left: 58, blocks: 182, curve: 90 };
// The mechanisms' names and those of the ends are wider than a block.
const SHORT = { non_local: "NL", double_attention: "A2", squeeze_excite: "SE", bam: "BAM", cbam: "CBAM",
  eca: "ECA", simam: "SimAM", coordinate: "CA", global_context: "GC", classifier: "class" };

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

// What is changed at a block; empty where nothing is.
function inWords(block) {
  if (block.removed) return "removed";
  return block.attention ? `${block.mode === "after" ? "followed by" : "replaced by"} ${block.attention}` : "";
}

// Blocks from stem to classifier. Above the line a bar for a block's share of the last of `costs`, below it of another;
// the mark over it is attention, filled where it stands in the block's place. Of neighbours that both have attention,
// every other name is a line lower.
function drawBlocks(blocks, costs) {
  const picture = svg("svg", { viewBox: `0 0 ${CARD.width} ${CARD.blocks}`, role: "img" });
  const placements = blocks.filter((block) => block.attention).map((block) => `${block.mode} ${block.name}: ${block.attention}`);
  const removed = blocks.filter((block) => block.removed).map((block) => block.name);
  const without = removed.length ? `; removed: ${removed.join(", ")}` : "";
  picture.setAttribute("aria-label", `Blocks of the network; attention: ${placements.join(", ") || "none"}${without}`);
  const left = CARD.left, step = (CARD.width - left) / blocks.length, line = 104, foot = 148;
  let lower = true;
  const sides = [...costs].reverse().map(({ name, label, short }, below) => {
    const most = Math.max(1, ...blocks.map((block) => block[name]));
    return { name, label, short, below, height: (block) => ((below ? 26 : 52) * block[name]) / most };
  });
  blocks.forEach((block, index) => {
    const x = left + index * step, width = step - 3;
    const group = svg("g", {}, picture);
    svg("title", {}, group).textContent =
      `${block.name}: ${block.channels} channels, ${block.size}x${block.size}; ` +
      `${sides.map(({ name, label }) => `${grouped(block[name])} ${label}`).join(", ")}${inWords(block) && `; ${inWords(block)}`}`;
    for (const { below, height } of sides) {
      const y = below ? line + 1 : line - height(block);
      svg("rect", { class: below ? "block" : "block above", x, y, width, height: Math.max(height(block), 0.5) }, group);
    }
    if (block.attention) {
      svg("circle", { class: `attention ${block.mode}`, cx: x + width / 2, cy: 8, r: 5 }, group);
      lower = !lower && Boolean(blocks[index - 1]?.attention);
      const text = svg("text", { class: "g", x: x + width / 2, y: lower ? 44 : 27 }, group);
      text.textContent = SHORT[block.attention] ?? block.attention.replace("g=", "g");
    }
    const middle = x + width / 2;
    const text = block.number === null
      ? svg("text", { transform: `translate(${middle + 4} ${foot - 11}) rotate(-90)`, "text-anchor": "end" }, group)
      : svg("text", { x: middle, y: foot, "text-anchor": "middle" }, group);
    text.textContent = block.number ?? SHORT[block.name] ?? block.name;
  });
  for (const [y, words] of [...sides.map(({ below, short }) => [below ? line + 14 : line - 20, short]), [foot, "block"]]) {
    svg("text", { x: 0, y }, picture).textContent = words;
  }
  return picture;
}

// What is maximised, by epoch.
function drawCurve(network, metric) {
  const picture = svg("svg", { viewBox: `0 0 ${CARD.width} ${CARD.curve}`, role: "img" });
  const curve = network.curve, left = CARD.left, bottom = CARD.curve - 18;
  const best = Math.max(...curve), low = Math.min(...curve);
  picture.setAttribute("aria-label", `Validation ${metric} from ${percent(curve[0])} after the first epoch to ${percent(curve.at(-1))} after ${curve.length}`);
  const x = (epoch) => left + (epoch / Math.max(1, curve.length - 1)) * (CARD.width - left - 8);
  const y = (value) => bottom - ((value - low) / Math.max(1e-9, best - low)) * (bottom - 10);
  svg("path", { class: "curve", d: curve.map((value, epoch) => `${epoch ? "L" : "M"}${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`).join("") }, picture);
  for (const [height, value] of best > low ? [[14, best], [bottom, low]] : [[bottom, low]]) {
    svg("text", { x: 0, y: height }, picture).textContent = percent(value, 1);
  }
  svg("text", { x: left, y: CARD.curve - 4 }, picture).textContent = "epoch 1";
  svg("text", { x: CARD.width - 8, y: CARD.curve - 4, "text-anchor": "end" }, picture).textContent = curve.length;
  return picture;
}

// Filled when it is opened: most are not.
function costTable(network, blocks, costs) {
  const details = element("details", {}, element("summary", {}, "Cost by block"));
  details.addEventListener("toggle", () => details.append(costRows(network, blocks, costs)), { once: true });
  return details;
}

function costRows(network, blocks, costs) {
  const rows = blocks.map((block) => element("tr", {},
    element("td", {}, block.name),
    element("td", {}, inWords(block)),
    element("td", { class: "number" }, `${block.channels}x${block.size}x${block.size}`),
    ...costs.map(({ name }) => element("td", { class: "number" }, grouped(block[name])))));
  const head = ["block", "changed", "output", ...costs.map(({ label }) => label)].map((words, column) =>
    element("th", column > 1 ? { scope: "col", class: "number" } : { scope: "col" }, words));
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Cost by block of trial ${network.trial}` },
    element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)));
}

// `beside`: another network that this one is compared with, null for none.
function difference(network, beside, what) {
  if (!beside || beside === network) return "";
  const change = network[what] - beside[what];
  if (what === "value" && beside.stopped) return ""; // the one's score was in the middle of its training
  if (what === "value") {
    const points = Number((100 * change).toFixed(2)); // first, so that nothing has no minus
    return ` (${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)} points)`;
  }
  return ` (${change < 0 ? "−" : "+"}${short(Math.abs(change))})`;
}

function card(search, network, kept, actions) {
  const blocks = network.blocks.map((index) => search.blocks[index]);
  const named = (wanted) => search.costs.find(({ name }) => name === wanted);
  const rows = [
    [search.metric, network.stopped ? `${percent(network.value)} when stopped early`
      : `${withInterval(network)}${difference(network, kept, "value")}`],
    ["seeds", network.seeds.length > 1 ? network.seeds.map((seed) => percent(seed)).join(", ") : null],
    ["on the front", network.chance === null ? null : `probability ${percent(network.chance, 0)}`],
    ["gain over plain", network.over_plain],
    ...search.costs.map(({ name, label }) => [label, `${grouped(network[name])}${difference(network, kept, name)}`]),
    ["network", network.network],
    ["attention", network.attention],
    ["gain over removing blocks", network.control],
    ["note", network.note || null],
  ];
  const list = rows.filter(([, value]) => value !== null).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  const button = element("button", { type: "button" }, network === kept ? "Remove" : "Compare");
  button.addEventListener("click", () => actions.keep(network === kept ? null : network));
  const limits = search.costs.map(({ name }) => `--max ${name}=${network[name]}`).join(" ");
  const take = `ulsam-search export ${search.run} ${limits} --out best`;
  return element("article", { class: network === kept ? "card is-kept" : "card", "aria-label": `trial ${network.trial}` },
    element("header", {}, element("h2", {}, `trial ${network.trial}${network === kept ? ", kept for comparison" : ""}`), button),
    element("dl", {}, ...list),
    drawBlocks(blocks, search.drawn.map(named)),
    costTable(network, blocks, search.by_block.map(named)),
    network.curve.length ? drawCurve(network, search.metric) : null,
    network.front ? element("p", {}, element("code", {}, take)) : null);
}
