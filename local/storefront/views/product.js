// One product: what it is, what comes with it, what it costs.

import { button, buttonLink, h, heading, statePanel } from "../dom.js";
import { buyControls } from "../buy.js";
import { formatSize, plural } from "../format.js";
import { renderMarkdown } from "../markdown.js";
import { asProblem, explain, reference } from "../problems.js";
import { cover } from "./cover.js";
import { priceTag } from "./price.js";

/** The view of the product with this id. */
export function productView(shop, { id, signal }) {
  const title = heading("Loading…");
  const body = h("div", { class: "product", "aria-busy": "true" });
  load();
  return [h("p", { class: "crumb" }, h("a", { href: "#" }, h("span", { "aria-hidden": "true" }, "← "), "All goods")), body];

  async function load() {
    body.replaceChildren(h("div", { class: "skeleton product-cover" }, h("div", { class: "cover" })), h("div", { class: "product-main" }, title));
    try {
      show(await shop.api.getProduct(id, signal));
    } catch (error) {
      if (!signal.aborted) fail(asProblem(error));
    } finally {
      body.removeAttribute("aria-busy");
    }
  }

  function show(product) {
    title.textContent = product.name;
    shop.setTitle(product.name);
    const files = product.files ?? [];
    body.replaceChildren(
      h("div", { class: "product-cover" }, cover(product)),
      h("div", { class: "product-main" }, title,
        h("div", { class: "offer" }, priceTag(product, { all: true }), buyControls(shop, product, signal)),
        h("div", { class: "prose" }, product.description ? renderMarkdown(product.description) : []),
        benefits(product), fileList(files)));
    if (document.activeElement === document.body) title.focus({ preventScroll: true });
  }

  function fail(problem) {
    const { title: name, text } = problem.code === "not_found"
      ? { title: "This product is not for sale", text: "It may have been taken out of the shop, or the link is mistyped." }
      : explain(problem);
    title.textContent = name;
    shop.setTitle(name);
    const actions = problem.code === "not_found"
      ? [buttonLink("#", "See all goods")]
      : [button("Try again", load), buttonLink("#", "See all goods", "quiet"), reference(problem)];
    body.replaceChildren(h("div", { class: "product-main", role: "alert" }, title, statePanel({ text, actions, tone: "trouble" })));
  }
}

function benefits(product) {
  if (product.benefits.length === 0) return null;
  return h("section", { class: "included" },
    h("h2", null, "What you get"),
    h("ul", { class: "ticks" }, product.benefits.map((benefit) => h("li", null, benefit.description))));
}

function fileList(files) {
  if (files.length === 0) return null;
  const total = files.reduce((sum, file) => sum + (file.size ?? 0), 0);
  return h("section", { class: "included" },
    h("h2", null, "Files", h("small", null, `${plural(files.length, "file")}, ${formatSize(total)}`)),
    h("ul", { class: "files" }, files.map((file) =>
      h("li", null, h("span", { class: "file-name" }, file.name), h("span", { class: "fact" }, formatSize(file.size))))));
}
