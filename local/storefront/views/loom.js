// Shuttles that run through threads, for the time of waiting.

import { h } from "../dom.js";

/** A decorative sign that something is under way. */
export function loom() {
  return h("div", { class: "loom", "aria-hidden": "true" }, Array.from({ length: 5 }, () => h("span")));
}
