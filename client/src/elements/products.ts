import type { Problem, Product, ProductList } from "../client.js";
import { button, h, panel, safeUrl } from "./dom.js";
import { ShopElement } from "./element.js";
import type { ShopBuy } from "./buy.js";
import { isFree, priceOf } from "./format.js";
import { markdown, summary } from "./markdown.js";
import { store } from "./store.js";

const PAGE_SIZE = 12;
const TYPING_PAUSE = 300;

/** The catalog: `<shop-products>`. With `product-href="product.html?product={id}"` the names lead to pages of their own. */
export class ShopProducts extends ShopElement {
  static override observedAttributes = ["currency", "limit", "query", "product-href"];

  protected override start() {
    this.busy(true);
    void this.#load(this.getAttribute("query") ?? "");
  }

  async #load(query: string, isSearch = false) {
    const signal = this.begin();
    const { data, error } = await store.shop.products({ query, limit: this.#limit, signal });
    if (signal.aborted) return;
    if (error) return this.#fail(error, query);
    const hasSearch = data.pagination.maxPage > 1 || isSearch;
    if (hasSearch && !this.body.querySelector("form")) this.show(this.#searchForm(), h("div", { class: "found" }));
    const content = this.#found(data, query);
    if (!hasSearch) this.show(content);
    else this.body.querySelector(".found")!.replaceChildren(...content);
    if (isSearch) this.announce(this.words.found(this.format.number(data.pagination.totalCount)));
  }

  get #limit(): number {
    return Number(this.getAttribute("limit")) || PAGE_SIZE;
  }

  #searchForm(): HTMLElement {
    const input = h("input", { type: "search", placeholder: this.words.search, "aria-label": this.words.search, part: "search" });
    let pause: ReturnType<typeof setTimeout>;
    input.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => this.#load(input.value.trim(), true), TYPING_PAUSE);
    });
    return h("form", { role: "search", onsubmit: (event) => event.preventDefault() }, input);
  }

  #found({ items, pagination }: ProductList, query: string): Node[] {
    const { words } = this;
    if (items.length === 0) {
      const [title, text] = query ? words.nothingFound(query) : words.noProducts;
      return [panel(title!, text, query && button(words.showAll, () => this.#showAll()))];
    }
    const list = h("ul", { class: "cards", part: "cards" }, items.map((product) => this.#card(product)));
    return [list, ...this.#more(list, query, 1, pagination.maxPage)];
  }

  #showAll() {
    const input = this.body.querySelector("input");
    if (input) input.value = "";
    void this.#load("", true);
  }

  #more(list: HTMLElement, query: string, page: number, maxPage: number): Node[] {
    if (page >= maxPage) return [];
    const place = this.action(this.words.showMore, async () => {
      const { data, error } = await store.shop.products({ query, limit: this.#limit, page: page + 1, signal: this.signal });
      if (error) return error;
      const cards = data.items.map((product) => this.#card(product));
      list.append(...cards);
      place.replaceWith(...this.#more(list, query, page + 1, data.pagination.maxPage));
      cards[0]?.querySelector<HTMLElement>("a, summary")?.focus();
      return null;
    });
    return [place];
  }

  #fail(error: Problem, query: string) {
    this.show(this.problem(error, () => {
      this.body.replaceChildren();
      this.busy(true);
      void this.#load(query);
    }));
  }

  #card(product: Product): HTMLElement {
    const href = this.getAttribute("product-href")?.replace("{id}", encodeURIComponent(product.id));
    return h("li", { class: "card", part: "card" },
      cover(product),
      h("div", { class: "card-body" },
        h("h2", { part: "name" }, href ? h("a", { href }, product.name) : product.name),
        product.description && h("p", { class: "summary", part: "summary" }, summary(product.description)),
        !href && (product.benefits.length > 0 || product.description) ? h("details", null, h("summary", null, this.words.whatYouGet), about(product)) : null,
        h("div", { class: "card-foot" }, priceTag(this, product), buyButton(this, product))));
  }
}

/** One product: `<shop-product product="ID">`; without the attribute, the address names it: `?product=ID`. */
export class ShopProduct extends ShopElement {
  static override observedAttributes = ["product", "currency"];

  protected override async start() {
    const id = this.getAttribute("product") ?? new URLSearchParams(location.search).get("product") ?? "";
    const { words, signal } = this;
    this.busy(true);
    const { data: product, error } = await store.product(id);
    if (signal.aborted) return;
    if (error) {
      const isUnknown = error.code === "not_found" || error.code === "invalid_request";
      return this.show(isUnknown ? panel(words.notForSale[0]!, words.notForSale[1]) : this.problem(error, () => this.start()));
    }
    const title = this.getAttribute("page-title");
    if (title) document.title = title.replace("{name}", () => product.name);
    const total = product.files.reduce((sum, { size }) => sum + size, 0);
    this.show(h("article", { class: "product", part: "product" },
      cover(product),
      h("div", { class: "product-body" },
        h("h2", { part: "name" }, product.name),
        h("div", { class: "offer" }, priceTag(this, product), buyButton(this, product)),
        about(product, words.whatYouGet),
        product.files.length > 0 && [
          h("h3", null, words.files, h("small", null, ` ${this.format.size(total)}`)),
          h("ul", { class: "files", part: "files" }, product.files.map(({ name, size }) =>
            h("li", null, h("span", null, name), h("small", null, this.format.size(size))))),
        ])));
  }
}

function buyButton(element: ShopElement, product: Product): HTMLElement {
  const buy = document.createElement("shop-buy") as ShopBuy;
  buy.item = product;
  buy.setAttribute("exportparts", "button, button-primary, amount, problem");
  for (const name of ["currency", "discount", "locale", "mode", "success-href", "lang"]) {
    const value = element.getAttribute(name) ?? (name === "lang" ? element.format.locale : null);
    if (value) buy.setAttribute(name, value);
  }
  return buy;
}

function about(product: Product, title?: string): Node[] {
  return [
    h("div", { class: "prose", part: "description" }, markdown(product.description ?? "")),
    ...(title && product.benefits.length ? [h("h3", null, title)] : []),
    h("ul", { class: "ticks" }, product.benefits.map(({ description }) => h("li", null, description))),
  ];
}

function priceTag(element: ShopElement, product: Product): HTMLElement {
  const { words, format } = element;
  const price = priceOf(product, element.getAttribute("currency"));
  const every = product.recurringInterval && product.isRecurring ? `/ ${format.interval(product.recurringInterval, product.recurringIntervalCount ?? 1)}` : "";
  const trial = product.trialInterval && words.trial(format.interval(product.trialInterval, product.trialIntervalCount ?? 1));
  return h("p", { class: "price", part: "price" }, h("span", { class: "amount" }, amount()), every && ` ${every}`, trial && h("small", null, trial));

  function amount(): string {
    if (isFree(price)) return words.free;
    if (price?.amountType === "fixed") return format.money(price.priceAmount ?? 0, price.priceCurrency);
    if (price?.amountType !== "custom") return words.priceAtCheckout;
    return price.minimumAmount ? words.from(format.money(price.minimumAmount, price.priceCurrency)) : words.nameYourPrice;
  }
}

// The name stands beside it, so the picture itself is decoration.
function cover({ medias, name }: Product): HTMLElement {
  const picture = medias.find(({ mimeType }) => mimeType.startsWith("image/"));
  const src = safeUrl(picture?.publicUrl);
  const frame = h("div", { class: "cover", part: "cover" }, src ? h("img", { src, alt: "", loading: "lazy", decoding: "async" }) : initial());
  frame.querySelector("img")?.addEventListener("error", ({ currentTarget }) => (currentTarget as Element).replaceWith(initial()));
  return frame;

  function initial() {
    return h("span", { "aria-hidden": "true" }, [...name][0] ?? "");
  }
}
