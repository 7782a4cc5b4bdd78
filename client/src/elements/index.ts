/** The elements of a shop; loading this module defines them. */

import { ShopBuy } from "./buy.js";
import { ShopAccount, ShopSignIn } from "./drawn-by.js";
import { ShopLibrary } from "./library.js";
import { ShopProduct, ShopProducts } from "./products.js";
import { ShopCompletion, ShopStatus } from "./status.js";
import type { ShopElement } from "./element.js";
import { store } from "./store.js";

export * from "../client.js";
// For the parts, and for elements of a page's own.
export { wait } from "../request.js";
export { button, h, notice, panel, present, safeUrl, type Child } from "./dom.js";
export { ShopElement, type ShopEvents } from "./element.js";
export { store } from "./store.js";

/** The client that the elements of this page use. */
export const shop = store.shop;

const elements = {
  "shop-products": ShopProducts, "shop-product": ShopProduct, "shop-buy": ShopBuy, "shop-library": ShopLibrary, "shop-sign-in": ShopSignIn,
  "shop-account": ShopAccount, "shop-status": ShopStatus, "shop-completion": ShopCompletion,
};

declare global {
  interface HTMLElementTagNameMap {
    "shop-products": ShopProducts;
    "shop-product": ShopProduct;
    "shop-buy": ShopBuy;
    "shop-library": ShopLibrary;
    "shop-sign-in": ShopElement;
    "shop-account": ShopElement;
    "shop-status": ShopStatus;
  }
}

// A second copy of the module, such as one from a package, leaves the first in place.
for (const [name, element] of Object.entries(elements)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
