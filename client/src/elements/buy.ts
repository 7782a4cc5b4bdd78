import type { Problem, Product } from "../client.js";
import { button, h } from "./dom.js";
import { ShopElement } from "./element.js";
import { fraction, isFree, priceOf } from "./format.js";
import { load } from "./parts.js";
import { store } from "./store.js";

/** A buy button: `<shop-buy product="ID">`. Its text is its content, or says what the price is like. */
export class ShopBuy extends ShopElement {
  static override observedAttributes = ["product", "currency", "amount", "discount", "locale", "mode", "success-href"];
  #product: Product | null = null;

  /** What to sell, where somebody has asked the shop already. */
  set item(product: Product) {
    this.#product = product;
    if (this.isConnected) this.start();
  }

  protected override async start() {
    const id = this.getAttribute("product") ?? "";
    if (this.#product && (!id || this.#product.id === id)) return this.#draw(this.#product);
    this.busy();
    const { data, error } = await store.product(id);
    if (this.signal.aborted || id !== this.getAttribute("product")) return;
    if (data) this.#draw(data);
    else this.show(this.problem(error, () => this.start()));
  }

  #draw(product: Product) {
    const { words, format } = this;
    const wanted = this.getAttribute("currency");
    const price = priceOf(product, wanted);
    const currency = price?.priceCurrency;
    const input = price?.amountType === "custom" && !this.hasAttribute("amount") ? amountInput() : null;
    const text = isFree(price) ? words.getFree : product.trialInterval ? words.startTrial : product.isRecurring ? words.subscribe : words.buy;
    const label = h("span", null, h("slot", null, text));
    const press = button([label, h("span", { class: "unseen" }, `: ${product.name}`)], buy, "primary");
    press.classList.add("buy");
    const news = h("div");
    const isElsewhere = wanted && currency && currency !== wanted.toLowerCase();
    this.show(
      input && h("label", null, words.yourPrice(currency!.toUpperCase()), input),
      h("div", { class: "buy-row" }, press), isElsewhere && h("small", null, words.notInCurrency(wanted.toUpperCase())), news);

    const element = this;
    function amountInput() {
      const unit = 10 ** fraction(currency!);
      const value = (amount: number | null | undefined) => (amount === null || amount === undefined ? null : amount / unit);
      return h("input", {
        type: "number", inputmode: "decimal", required: true, step: 1 / unit, part: "amount", min: value(price!.minimumAmount) ?? 0,
        max: value(price!.maximumAmount), value: value(price!.presetAmount ?? price!.minimumAmount),
      });
    }

    async function buy() {
      if (input && !input.reportValidity()) return;
      // One checkout at a time, however often it is clicked.
      if (press.getAttribute("aria-busy")) return;
      press.setAttribute("aria-busy", "true");
      news.replaceChildren();
      label.replaceChildren(words.opening);
      const typed = input ? Math.round(Number(input.value) * 10 ** fraction(currency!)) : Number(element.getAttribute("amount")) || undefined;
      const isOverlay = element.getAttribute("mode") === "overlay";
      const { data, error } = await store.shop.checkout(product.id, {
        currency, amount: typed, isEmbedded: isOverlay, locale: element.getAttribute("locale") ?? format.locale.slice(0, 2),
        successUrl: element.getAttribute("success-href") ?? undefined,
        discount: element.getAttribute("discount") ?? new URLSearchParams(location.search).get("discount") ?? undefined,
      });
      if (error) return refuse(error);
      element.tell("shop:checkout", { checkoutId: data.checkoutId, productId: product.id });
      if (!isOverlay) return location.assign(data.url);
      const overlay = await load("overlay").catch(() => null);
      if (!overlay) return location.assign(data.url);
      await overlay.openOverlay(data.url, words.close);
      settle();
      store.complete();
    }

    function refuse(error: Problem) {
      settle();
      if (element.signal.aborted) return;
      news.replaceChildren(element.problem(error, buy));
      news.querySelector("button")?.focus();
    }

    function settle() {
      press.removeAttribute("aria-busy");
      label.replaceChildren(h("slot", null, text));
    }

    // "Back" from the payment page brings this page as it was left.
    addEventListener("pageshow", ({ persisted }) => { if (persisted) settle(); }, { signal: this.signal });
  }
}
