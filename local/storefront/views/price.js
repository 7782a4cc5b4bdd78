// A product's price as a tag.

import { h } from "../dom.js";
import { describePrice } from "../format.js";

/** The price, its interval, a trial, and, when `all` is set, the prices in other currencies. */
export function priceTag(product, { all = false } = {}) {
  const { amount, note, trial, others } = describePrice(product);
  return h("p", { class: "price" },
    h("span", { class: "amount" }, amount),
    note && h("span", { class: note.startsWith("/") ? "price-interval" : "price-note" }, " ", note),
    trial && h("span", { class: "price-trial" }, trial),
    all && others.length > 0 && h("span", { class: "price-others" }, `or ${others.join(" · ")}`));
}
