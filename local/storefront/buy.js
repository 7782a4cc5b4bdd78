// The button that begins a checkout, and what is shown when that fails.

import { h, safeUrl } from "./dom.js";
import { describePrice, isFree } from "./format.js";
import { asProblem, problemNotice } from "./problems.js";

let isStarting = false;

/** A buy button with room for a problem below it; what it began ends with the view, by `signal`. */
export function buyControls(shop, product, signal) {
  const label = h("span", null, buyLabel(product));
  const button = h("button", { type: "button", class: "button primary buy", disabled: isStarting, onclick: buy },
    label, h("span", { class: "visually-hidden" }, `: ${product.name}`));
  const problems = h("div", { class: "buy-problem" });
  // What was asked for and not answered yet: sent again under its own key, it begins no second checkout.
  let unanswered = null;
  return h("div", { class: "buy-controls" }, button, problems);

  async function buy() {
    // One checkout at a time on the whole page, however often and wherever it is clicked.
    if (isStarting) return;
    lockCheckout(button, label);
    problems.replaceChildren();
    unanswered ??= { wanted: { products: [product.id], ...wayBack() }, key: crypto.randomUUID() };
    try {
      const checkout = await shop.api.createCheckout(unanswered.wanted, { key: unanswered.key, signal });
      unanswered = null;
      const url = safeUrl(checkout.url);
      if (!url) throw new TypeError("the checkout has no address");
      location.assign(url);
    } catch (error) {
      unlockCheckout();
      if (signal.aborted) return;
      const problem = asProblem(error);
      if (!problem.isTemporary) unanswered = null;
      problems.replaceChildren(problemNotice(problem, buy));
      problems.querySelector("button").focus();
    }
  }
}

/** Makes every buy button usable again. */
export function unlockCheckout() {
  isStarting = false;
  for (const button of document.querySelectorAll("button.buy")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    if (button.dataset.label) button.firstElementChild.textContent = button.dataset.label;
  }
}

function lockCheckout(pressed, label) {
  isStarting = true;
  pressed.dataset.label ??= label.textContent;
  label.textContent = "Opening checkout…";
  pressed.setAttribute("aria-busy", "true");
  for (const button of document.querySelectorAll("button.buy")) button.disabled = true;
}

// A shop may have several addresses; the buyer comes back to the one they left, where the browser's key is.
function wayBack() {
  const page = location.origin + location.pathname;
  return { successUrl: `${page}?checkout_id={CHECKOUT_ID}`, returnUrl: page + location.hash };
}

function buyLabel(product) {
  if (isFree(product)) return "Get it free";
  if (describePrice(product).trial) return "Start free trial";
  return product.isRecurring ? "Subscribe" : "Buy";
}
