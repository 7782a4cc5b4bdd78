// A small, safe part of Markdown as DOM nodes: headings, lists, quotes, code, emphasis, links. Images and HTML stay text.

import { h, safeUrl } from "./dom.js";

const BLOCKS = [
  { start: /^\s*([-*_])\s*(\1\s*){2,}$/, build: (lines) => { lines.shift(); return h("hr"); } },
  { start: /^```/, build: fencedCode },
  { start: /^#{1,6}\s/, build: headingLine },
  { start: /^\s*[-*+]\s/, build: (lines) => list("ul", lines, /^\s*[-*+]\s+/) },
  { start: /^\s*\d+[.)]\s/, build: (lines) => list("ol", lines, /^\s*\d+[.)]\s+/) },
  { start: /^>/, build: quote },
];

const INLINE = /\\([\\`*_[\]()#+\-.!>])|`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|\*([^\s*][^*]*)\*|\b_([^_]+)_\b|\[([^\]]+)\]\(([^\s)]+)[^)]*\)/;

/** The nodes of a Markdown text. */
export function renderMarkdown(text) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const nodes = [];
  while (lines.length) {
    if (!lines[0].trim()) lines.shift();
    else nodes.push(block(lines));
  }
  return nodes;
}

/** The first paragraph of a Markdown text without its marks, for a card. */
export function firstParagraph(text) {
  const nodes = renderMarkdown(text);
  return (nodes.find((node) => node.tagName === "P") ?? nodes[0])?.textContent ?? "";
}

function block(lines) {
  return (BLOCKS.find(({ start }) => start.test(lines[0]))?.build ?? paragraph)(lines);
}

function paragraph(lines) {
  const taken = [lines.shift()];
  while (lines.length && lines[0].trim() && !BLOCKS.some(({ start }) => start.test(lines[0]))) taken.push(lines.shift());
  return h("p", null, inline(taken.map((line) => line.trim()).join(" ")));
}

function headingLine(lines) {
  // The page itself has the first level: the product's name.
  return h("h2", null, inline(lines.shift().replace(/^#+\s+/, "").replace(/\s+#+$/, "")));
}

function list(tag, lines, marker) {
  const node = h(tag);
  while (lines.length && marker.test(lines[0])) {
    const parts = [lines.shift().replace(marker, "")];
    while (lines.length && /^\s{2,}\S/.test(lines[0]) && !marker.test(lines[0])) parts.push(lines.shift().trim());
    node.append(h("li", null, inline(parts.join(" "))));
  }
  return node;
}

function quote(lines) {
  const inner = [];
  while (lines.length && lines[0].startsWith(">")) inner.push(lines.shift().replace(/^>\s?/, ""));
  return h("blockquote", null, renderMarkdown(inner.join("\n")));
}

function fencedCode(lines) {
  lines.shift();
  const code = [];
  while (lines.length && !lines[0].startsWith("```")) code.push(lines.shift());
  lines.shift();
  return h("pre", null, h("code", null, code.join("\n")));
}

function inline(text) {
  const match = INLINE.exec(text);
  if (!match) return text ? [text] : [];
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  return [before, mark(match), ...inline(after)].filter(Boolean);
}

function mark([whole, escaped, code, strong1, strong2, emphasis1, emphasis2, label, address]) {
  if (escaped) return escaped;
  if (code) return h("code", null, code);
  if (strong1 || strong2) return h("strong", null, inline(strong1 ?? strong2));
  if (emphasis1 || emphasis2) return h("em", null, inline(emphasis1 ?? emphasis2));
  const url = safeUrl(address);
  return url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, inline(label)) : whole;
}
