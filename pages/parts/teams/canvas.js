/* Draws a run. What agents and users wrote becomes text nodes and attributes, never markup. */

function element(tag, className = "", text = null) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== null) made.textContent = text;
  return made;
}

/* Pixels of a sign of the times, on average. */
const SIGN = 6.6;

/* The children of `parent` become one for each item, kept by id: what moves is seen to move. */
function keep(parent, items, make, draw) {
  const known = new Map([...parent.children].map((child) => [child.dataset.id, child]));
  items.forEach((item, place) => {
    let child = known.get(item.id);
    if (!child) {
      child = make(item);
      child.dataset.id = item.id;
    }
    known.delete(item.id);
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
    draw(child, item);
  });
  known.forEach((child) => child.remove());
}

function percent(share) {
  return `${(share * 100).toFixed(3)}%`;
}

function lines(track, ticks) {
  track.querySelectorAll("i").forEach((line) => line.remove());
  for (const [place] of ticks) {
    const line = element("i");
    line.style.left = percent(Math.min(place, 0.9985));
    track.prepend(line);
  }
}

function makeFall() {
  const row = element("div", "fall");
  row.append(element("span", "name"), element("span", "track"));
  row.lastChild.append(element("span", "bar"), element("span", "told"));
  return row;
}

function drawFall(row, bar, ticks, room) {
  const [name, track] = row.children;
  row.title = bar.about;
  row.style.setProperty("--depth", bar.depth);
  name.textContent = bar.name;
  lines(track, ticks);
  const drawn = track.querySelector(".bar");
  drawn.hidden = bar.left === null;
  drawn.className = `bar ${bar.look}`;
  drawn.style.left = percent(bar.left ?? 0);
  drawn.style.width = percent(bar.width);
  drawTold(track.querySelector(".told"), bar, room);
}

/* The time stands after its bar; where there is no room, in it, else before it. */
function drawTold(told, bar, room) {
  const left = bar.left ?? 0;
  const wanted = bar.told.length * SIGN + 14;
  const fits = (1 - left - bar.width) * room >= wanted;
  const side = fits ? "after" : bar.width * room >= wanted ? "inside" : "before";
  told.textContent = bar.told;
  told.className = `told ${side}`;
  told.style.left = side === "before" ? "" : percent(left + (side === "after" ? bar.width : 0));
  told.style.right = side === "before" ? percent(1 - left) : "";
}

function drawAxis(track, ticks) {
  track.replaceChildren(
    ...ticks.map(([place, name]) => {
      const end = place < 0.01 ? " first" : place > 0.93 ? " last" : "";
      const tick = element("span", `tick${end}`, name);
      tick.style.left = percent(place);
      return tick;
    }),
  );
}

function drawWaterfall(section, data) {
  if (!section.firstChild) {
    section.append(element("div", "legend"), element("div", "falls"));
    section.lastChild.append(element("div", "fall axis"), element("div", "rows"));
    section.querySelector(".axis").append(element("span", "name"), element("span", "track"));
  }
  const [legend, falls] = section.children;
  legend.replaceChildren(...data.legend.map(([look, name]) => element("span", look, name)));
  drawAxis(falls.querySelector(".axis .track"), data.ticks);
  section.redraw = () => {
    const room = falls.querySelector(".axis .track").clientWidth;
    keep(falls.querySelector(".rows"), data.bars, makeFall, (row, bar) => drawFall(row, bar, data.ticks, room));
  };
  section.redraw();
}

function makeBox(node) {
  if (node.pill) return element("div", "pill", node.title);
  const box = element("div");
  box.append(element("b"), element("small"), element("small"));
  return box;
}

function drawBox(box, node) {
  if (node.pill) return;
  box.className = `box ${node.look}`;
  box.title = node.about;
  box.children[0].textContent = node.title;
  box.children[1].textContent = node.who;
  box.children[2].textContent = node.note;
}

function drawLayers(section, data) {
  if (!section.firstChild) {
    const lines = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    lines.setAttribute("aria-hidden", "true");
    section.append(lines, element("div", "layers"));
  }
  const layers = data.rows.map((row, number) => ({ id: `layer-${number}`, row }));
  keep(section.lastChild, layers, () => element("div", "layer"), (layer, { row }) =>
    keep(layer, row, makeBox, drawBox),
  );
  section.redraw = () => drawLines(section, data);
  section.redraw();
}

function drawLines(section, data) {
  const frame = section.getBoundingClientRect();
  const layers = [...section.querySelectorAll(".layer")].map((layer) => [...layer.children]);
  const places = new Map();
  layers.forEach((boxes, number) =>
    boxes.forEach((box) => places.set(box.dataset.id, placeOf(box, number, frame))),
  );
  const looks = new Map(data.rows.flat().map((node) => [node.id, node.look]));
  section.firstChild.replaceChildren(
    ...data.edges.flatMap(([from, to]) => {
      const [a, b] = [places.get(from), places.get(to)];
      return a && b ? line(a, b, [...places.values()], looks.get(to) === "running") : [];
    }),
  );
}

function placeOf(box, layer, frame) {
  const { x, y, width, bottom } = box.getBoundingClientRect();
  const left = x - frame.x;
  return { layer, left, right: left + width, middle: left + width / 2, top: y - frame.y, bottom: bottom - frame.y };
}

/* From the foot of one box to the head of another; past boxes that lie between at their side. */
function line(from, to, places, live) {
  const [path, head] = ["path", "polygon"].map((tag) =>
    document.createElementNS("http://www.w3.org/2000/svg", tag),
  );
  const between = places.filter(({ layer }) => from.layer < layer && layer < to.layer);
  const tip = to.top - 5;
  path.setAttribute("d", `M${from.middle} ${from.bottom}${way(from, to, tip, between)}`);
  if (live) path.setAttribute("class", "live");
  head.setAttribute("points", `${to.middle},${to.top} ${to.middle - 3.6},${to.top - 7} ${to.middle + 3.6},${to.top - 7}`);
  return [path, head];
}

function way(from, to, tip, between) {
  const bend = Math.max(12, Math.min(40, (tip - from.bottom) / 2));
  const covers = ({ left, right }) => left - 6 < to.middle && to.middle < right + 6;
  if (!between.some(covers)) {
    return `C${from.middle} ${from.bottom + bend} ${to.middle} ${tip - bend} ${to.middle} ${tip}`;
  }
  const [first, last] = [Math.min(...between.map(({ top }) => top)), Math.max(...between.map(({ bottom }) => bottom))];
  const goesLeft = from.middle < to.middle;
  const side = goesLeft
    ? Math.max(3, Math.min(...between.map(({ left }) => left)) - 13)
    : Math.max(...between.map(({ right }) => right)) + 13;
  return (
    `C${from.middle} ${from.bottom + 24} ${side} ${first - 24} ${side} ${first}` +
    `L${side} ${last}C${side} ${last + 24} ${to.middle} ${tip - 24} ${to.middle} ${tip}`
  );
}

function makeLeaf() {
  const leaf = element("div");
  leaf.append(element("span", "dot"), element("p"));
  leaf.lastChild.append(element("span"), element("small"));
  return leaf;
}

function drawLeaf(leaf, node) {
  leaf.className = `leaf ${node.look}`;
  leaf.title = node.about;
  leaf.style.setProperty("--depth", node.depth);
  leaf.lastChild.children[0].textContent = node.title;
  leaf.lastChild.children[1].textContent = node.note;
}

function drawTree(section, data) {
  if (!section.firstChild) section.append(element("div", "leaves"));
  keep(section.firstChild, data.rows.flat(), makeLeaf, drawLeaf);
}

const DRAWN = { waterfall: drawWaterfall, layers: drawLayers, tree: drawTree };

export default function ({ data, parentElement }) {
  const section = parentElement.querySelector("section");
  if (section.dataset.form !== data.form) section.replaceChildren();
  section.dataset.form = data.form;
  section.setAttribute("role", "group");
  section.setAttribute("aria-label", data.alt);
  DRAWN[data.form](section, data);
  if (!section.watched) {
    section.watched = new ResizeObserver(() => section.redraw?.());
    section.watched.observe(section);
  }
}
