import { h, safeUrl } from "./dom.js";

const RULE = /^\s*([-*_])\s*(\1\s*){2,}$/;
const BLOCKS: [RegExp, (lines: string[]) => Node][] = [
  [RULE, (lines) => { lines.shift(); return h("hr"); }],
  [/^```/, code],
  [/^#{1,6}\s/, (lines) => h("h3", null, inline(lines.shift()!.replace(/^#+\s+|\s+#+$/g, "")))],
  [/^\s*[-*+]\s/, (lines) => list("ul", lines, /^\s*[-*+]\s+/)],
  [/^\s*\d+[.)]\s/, (lines) => list("ol", lines, /^\s*\d+[.)]\s+/)],
  [/^>/, quote],
];
const INLINE = /\\([\\`*_[\]()#+\-.!>])|`([^`]+)`|(?:\*\*|__)(.+?)(?:\*\*|__)|\*([^\s*][^*]*)\*|\b_([^_]+)_\b|\[([^\]]+)\]\(([^\s)]+)[^)]*\)/;

/** A small, safe part of Markdown as nodes: headings, lists, quotes, code, emphasis, links. Images and HTML stay text. */
export function markdown(text: string): Node[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const nodes: Node[] = [];
  while (lines.length) {
    if (!lines[0]!.trim()) lines.shift();
    else nodes.push((BLOCKS.find(([start]) => start.test(lines[0]!))?.[1] ?? paragraph)(lines));
  }
  return nodes;
}

/** The first paragraph without its marks, for a card. */
export function summary(text: string): string {
  const nodes = markdown(text);
  return (nodes.find((node) => node.nodeName === "P") ?? nodes[0])?.textContent ?? "";
}

function paragraph(lines: string[]): Node {
  const taken = [lines.shift()!];
  while (lines[0]?.trim() && !BLOCKS.some(([start]) => start.test(lines[0]!))) taken.push(lines.shift()!);
  return h("p", null, inline(taken.map((line) => line.trim()).join(" ")));
}

function list(tag: "ul" | "ol", lines: string[], marker: RegExp): Node {
  const node = h(tag);
  while (lines[0] && marker.test(lines[0])) {
    let item = lines.shift()!.replace(marker, "");
    while (lines[0] && /^\s{2,}\S/.test(lines[0]) && !marker.test(lines[0])) item += ` ${lines.shift()!.trim()}`;
    node.append(h("li", null, inline(item)));
  }
  return node;
}

function quote(lines: string[]): Node {
  let inner = "";
  while (lines[0]?.startsWith(">")) inner += `${lines.shift()!.replace(/^>\s?/, "")}\n`;
  return h("blockquote", null, markdown(inner));
}

function code(lines: string[]): Node {
  lines.shift();
  const inner: string[] = [];
  while (lines.length && !lines[0]!.startsWith("```")) inner.push(lines.shift()!);
  lines.shift();
  return h("pre", null, h("code", null, inner.join("\n")));
}

function inline(text: string): (Node | string)[] {
  const match = INLINE.exec(text);
  if (!match) return text ? [text] : [];
  return [text.slice(0, match.index), mark(match), ...inline(text.slice(match.index + match[0].length))];
}

function mark([whole, escaped, typed, strong, emphasis1, emphasis2, label, address]: RegExpExecArray): Node | string {
  if (escaped) return escaped;
  if (typed) return h("code", null, typed);
  if (strong) return h("strong", null, inline(strong));
  const emphasis = emphasis1 ?? emphasis2;
  if (emphasis) return h("em", null, inline(emphasis));
  const href = URL.canParse(address!) && safeUrl(address);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, inline(label!)) : whole;
}
