// Covers for products without a picture: a woven swatch, always the same one for the same product.

const SVG = "http://www.w3.org/2000/svg";
const CELL = 8;
const COLUMNS = 40;
const ROWS = 27;

// [ground, warp threads, weft threads]
const YARNS = [
  ["#0c3b34", ["#1f6f5f", "#2a8a74"], ["#f0d9a8", "#e8c078"]],
  ["#1c2340", ["#3a4a8c", "#2f3c75"], ["#f2a48c", "#e9836a"]],
  ["#3a1d2c", ["#8c3f5c", "#a14e6b"], ["#f3cfc6", "#e7a9a6"]],
  ["#17333f", ["#2c7089", "#23586d"], ["#cfe8e2", "#94cfc4"]],
  ["#33291a", ["#8a6a2f", "#a58140"], ["#f4ead2", "#dccb9f"]],
  ["#232a1f", ["#5d7048", "#71875a"], ["#f0efe0", "#d98e63"]],
  ["#4a1f14", ["#a8452b", "#bd5a3c"], ["#f6dcc2", "#eeb98f"]],
  ["#2a2338", ["#5b4b86", "#6f5d9c"], ["#d9e4c8", "#b4cf9e"]],
  ["#26302f", ["#56706d", "#6a8682"], ["#f2d16b", "#e2b544"]],
];

// Whether the weft runs over the warp at a crossing.
const WEAVES = [
  (column, row) => (column + row) % 4 < 2,
  (column, row) => (Math.floor(column / 2) + Math.floor(row / 2)) % 2 === 0,
  (column, row) => (Math.floor(column / 6) % 2 ? column + row : 600 - column + row) % 4 < 2,
  (column, row) => (column * 2 + row) % 5 > 1,
  (column, row) => (column + row) % 6 < 3 && (column * 5 + row) % 6 < 4,
  (column, row) => (Math.floor(row / 6) % 2 ? column + row : 600 - row + column) % 6 < 3,
];

/** A decorative SVG for a product's id. */
export function swatch(seed) {
  const random = numbers(seed);
  const [ground, warp, weft] = pick(YARNS, random);
  const isWeftOver = pick(WEAVES, random);
  const warpStripe = 4 + Math.floor(random() * 7);
  const weftStripe = 4 + Math.floor(random() * 7);
  const threads = new Map();
  const draw = (colour, path) => threads.set(colour, (threads.get(colour) ?? "") + path);

  for (const [start, end, row] of floats(ROWS, COLUMNS, (row, column) => isWeftOver(column, row))) {
    draw(stripe(weft, row, weftStripe), thread(start * CELL, row * CELL, (end - start) * CELL, CELL));
  }
  for (const [start, end, column] of floats(COLUMNS, ROWS, (column, row) => !isWeftOver(column, row))) {
    draw(stripe(warp, column, warpStripe), thread(column * CELL, start * CELL, CELL, (end - start) * CELL));
  }
  return picture(ground, threads);
}

function picture(ground, threads) {
  const svg = element("svg", {
    viewBox: `0 0 ${COLUMNS * CELL} ${ROWS * CELL}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true", focusable: "false",
  });
  svg.append(element("rect", { width: "100%", height: "100%", fill: ground }));
  for (const [fill, d] of threads) svg.append(element("path", { fill, d }));
  return svg;
}

// The unbroken stretches where a thread lies on top: [start, end, line].
function* floats(lines, length, isOnTop) {
  for (let line = 0; line < lines; line++) {
    for (let start = 0; start < length; start++) {
      if (!isOnTop(line, start)) continue;
      let end = start + 1;
      while (end < length && isOnTop(line, end)) end++;
      yield [start, end, line];
      start = end;
    }
  }
}

function thread(x, y, width, height) {
  const r = 2;
  const [w, t] = [width - 1 - 2 * r, height - 1 - 2 * r];
  const turn = (dx, dy) => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
  return `M${x + 0.5 + r} ${y + 0.5}h${w}${turn(r, r)}v${t}${turn(-r, r)}h${-w}${turn(-r, -r)}v${-t}${turn(r, -r)}z`;
}

function stripe(yarns, line, width) {
  return yarns[Math.floor(line / width) % yarns.length];
}

function element(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function pick(choices, random) {
  return choices[Math.floor(random() * choices.length)];
}

// A small seeded generator (FNV-1a, then mulberry32): the same text gives the same numbers.
function numbers(text) {
  let state = 2166136261;
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
