// What the shop sells: search, cards, pages.

import { announce, button, buttonLink, h, heading, statePanel, wait } from "../dom.js";
import { buyControls } from "../buy.js";
import { plural } from "../format.js";
import { firstParagraph } from "../markdown.js";
import { asProblem, explain, reference } from "../problems.js";
import { cover } from "./cover.js";
import { priceTag } from "./price.js";

const PAGE_SIZE = 12;
const TYPING_PAUSE = 0.3;

/** The catalog; `parameters` carry the search text and the page, so that they survive a reload and "Back". */
export function catalogView(shop, { parameters, signal }) {
  const wanted = { query: parameters.get("query") ?? "", page: Number(parameters.get("page")) || 1 };
  const goods = h("div", { class: "goods" });
  let search = new AbortController();
  shop.setTitle("");
  load();
  return [
    h("div", { class: "hero" },
      h("div", null, heading("Small goods for people who make things."),
        h("p", { class: "lede" }, "Ready to download the moment you pay. No account needed.")),
      searchBox()),
    h("h2", { class: "visually-hidden" }, "All goods"), goods,
  ];

  function searchBox() {
    const input = h("input", {
      type: "search", id: "query", name: "query", value: wanted.query, placeholder: "Search the shop", autocomplete: "off",
      enterkeyhint: "search",
    });
    input.addEventListener("input", () => typed(input.value.trim()));
    return h("form", { class: "search", role: "search", onsubmit: (event) => event.preventDefault() },
      h("label", { for: "query", class: "visually-hidden" }, "Search the shop"), input);
  }

  async function typed(query) {
    search.abort();
    search = new AbortController();
    const { signal: newer } = search;
    try {
      await wait(TYPING_PAUSE, AbortSignal.any([signal, newer]));
    } catch {
      return;
    }
    Object.assign(wanted, { query, page: 1 });
    history.replaceState(null, "", addressOf(wanted));
    await load({ isSearch: true });
  }

  async function load({ isSearch = false } = {}) {
    const abort = AbortSignal.any([signal, search.signal]);
    if (!goods.hasChildNodes()) goods.replaceChildren(...skeleton());
    goods.setAttribute("aria-busy", "true");
    try {
      const found = await shop.api.listProducts({ query: wanted.query, page: wanted.page, limit: PAGE_SIZE }, abort);
      show(found);
      if (isSearch) announce(`${plural(found.pagination.totalCount, "product")} found.`);
    } catch (error) {
      if (!abort.aborted) goods.replaceChildren(failure(asProblem(error)));
    } finally {
      if (!abort.aborted) goods.removeAttribute("aria-busy");
    }
  }

  function show({ items, pagination }) {
    if (items.length === 0) return goods.replaceChildren(nothing());
    goods.replaceChildren(h("ul", { class: "cards" }, items.map((product) => card(shop, product, signal))), ...pages(wanted, pagination));
    restoreFocus();
  }

  function restoreFocus() {
    const link = shop.lastProduct && goods.querySelector(`a[href="#product/${CSS.escape(shop.lastProduct)}"]`);
    shop.lastProduct = null;
    link?.focus();
  }

  function nothing() {
    if (wanted.page > 1) {
      return statePanel({ title: "There are no goods on this page", actions: [buttonLink(addressOf({ ...wanted, page: 1 }), "To the first page")] });
    }
    if (!wanted.query) return statePanel({ title: "The shelves are empty", text: "There is nothing for sale right now. Please come back soon." });
    return statePanel({
      title: `Nothing found for “${wanted.query}”`, text: "Try another word, or look at everything.",
      actions: [buttonLink("#", "See all goods")],
    });
  }

  function failure(problem) {
    const { title, text } = explain(problem);
    const retry = () => { goods.replaceChildren(); load(); };
    const panel = statePanel({ title, text, tone: "trouble", actions: [button("Try again", retry), reference(problem)] });
    panel.setAttribute("role", "alert");
    return panel;
  }
}

function card(shop, product, signal) {
  return h("li", { class: "card" },
    cover(product),
    h("div", { class: "card-body" },
      h("h3", null, h("a", { href: `#product/${product.id}` }, product.name)),
      product.description && h("p", { class: "summary" }, firstParagraph(product.description)),
      h("div", { class: "card-foot" }, priceTag(product), buyControls(shop, product, signal))));
}

function pages(wanted, { maxPage }) {
  if (maxPage <= 1) return [];
  const step = (page, text) =>
    page >= 1 && page <= maxPage ? buttonLink(addressOf({ ...wanted, page }), text, "quiet") : h("span");
  return [h("nav", { class: "pages", "aria-label": "Pages" },
    step(wanted.page - 1, "Previous"), h("span", null, `Page ${wanted.page} of ${maxPage}`), step(wanted.page + 1, "Next"))];
}

function addressOf({ query, page }) {
  const parameters = new URLSearchParams();
  if (query) parameters.set("query", query);
  if (page > 1) parameters.set("page", page);
  return parameters.size ? `#shop?${parameters}` : "#";
}

function skeleton() {
  return [
    h("p", { class: "visually-hidden" }, "Loading the goods…"),
    h("div", { class: "cards", "aria-hidden": "true" }, Array.from({ length: 6 }, () =>
      h("div", { class: "card skeleton" }, h("div", { class: "cover" }),
        h("div", { class: "card-body" }, h("span", { class: "line" }), h("span", { class: "line short" }), h("span", { class: "line" }))))),
  ];
}
