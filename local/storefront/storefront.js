// The page's frame: which view is open, who is signed in, and what every view may use.

import { createClient } from "./api.js";
import { announce, h } from "./dom.js";
import { asProblem, problemNotice } from "./problems.js";
import { unlockCheckout } from "./buy.js";
import { catalogView } from "./views/catalog.js";
import { devicesView } from "./views/devices.js";
import { libraryView } from "./views/library.js";
import { missingView } from "./views/missing.js";
import { ordersView } from "./views/orders.js";
import { paymentView } from "./views/payment.js";
import { productView } from "./views/product.js";
import { signInView } from "./views/sign-in.js";

const VIEWS_OF_ANYBODY = { "": catalogView, shop: catalogView, product: productView };
const VIEWS_OF_A_BUYER = { library: libraryView, orders: ordersView, devices: devicesView, payment: paymentView, "sign-in": signInView };
const VIEWS = { ...VIEWS_OF_ANYBODY, ...VIEWS_OF_A_BUYER };
const nameOf = (hash) => hash.slice(1).split(/[/?]/)[0];
const shopName = document.title;
const main = document.getElementById("main");
const banner = document.getElementById("banner");

const shop = {
  api: createClient(),
  // Null until the shop has said whether there is one.
  session: null,
  pendingCheckout: remembered("pendingCheckout"),
  // A phone may forget the page while its owner reads the mail.
  pendingSignIn: remembered("pendingSignIn"),
  setSession,
  refreshSession,
  setTitle: (title) => { document.title = title ? `${title} · ${shopName}` : shopName; },
  lastProduct: null,
};

let leave = new AbortController();

/** Opens the view that the address names; `focus` moves the keyboard there, as after every change but the first. */
function open({ focus = true } = {}) {
  leave.abort();
  leave = new AbortController();
  const [path, parameters] = location.hash.slice(1).split("?");
  const [name, id] = path.split("/");
  const view = VIEWS[name] ?? missingView;
  shop.lastProduct = name === "product" ? id : VIEWS[name] === catalogView ? shop.lastProduct : null;
  main.className = `view view-${view === missingView ? "missing" : name || "shop"}`;
  main.replaceChildren(...[
    view(shop, { id: id && decodeURIComponent(id), parameters: new URLSearchParams(parameters), signal: leave.signal }),
  ].flat());
  showBanner(name);
  if (focus) settleFocus();
}

// Every view begins at its heading; the catalog then goes on to the product that the buyer came back from.
function settleFocus() {
  scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
}

function setSession(session) {
  shop.session = session;
  document.getElementById("session").hidden = !session;
  document.getElementById("signed-in").hidden = !session?.active;
  document.getElementById("sign-in-link").hidden = Boolean(session?.active);
}

function showBanner(view) {
  banner.hidden = !shop.pendingCheckout.get() || view === "payment";
  banner.replaceChildren(h("p", null, "A payment is waiting to be confirmed. ", h("a", { href: "#payment" }, "See how it stands")));
}

// A value that survives a reload of this tab. Some browsers forbid storage; the value then lives as long as the page.
function remembered(name) {
  let value = attempt(() => sessionStorage.getItem(name)) ?? null;
  return {
    get: () => value,
    set: (newer) => { value = newer; attempt(() => sessionStorage.setItem(name, newer)); },
    clear: () => { value = null; attempt(() => sessionStorage.removeItem(name)); },
  };
}

function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

async function refreshSession() {
  try {
    setSession(await shop.api.getSession());
  } catch {
    // Without an answer the page shows what it knew, at first what anyone may see; a view that needs the session asks again and says what is wrong.
    setSession(shop.session);
  }
}

// Another tab may have signed in or out meanwhile.
async function comeBack() {
  const { active, scope } = shop.session ?? {};
  await refreshSession();
  const isOther = shop.session?.active !== active || shop.session?.scope !== scope;
  const view = nameOf(location.hash);
  if (isOther && view in VIEWS_OF_A_BUYER && view !== "payment") open();
}

async function signOut(event) {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    // Ended elsewhere meanwhile: that is what was wanted.
    await shop.api.deleteSession().catch((error) => { if (error.code !== "unauthenticated") throw error; });
    setSession({ active: false });
    announce("You are signed out.");
    if (nameOf(location.hash) in VIEWS_OF_A_BUYER) location.hash = "";
  } catch (error) {
    banner.hidden = false;
    banner.replaceChildren(h("p", null, h("strong", null, "You are still signed in.")), problemNotice(asProblem(error)));
  } finally {
    button.disabled = false;
  }
}

for (const slot of document.querySelectorAll("[data-shop-name]")) slot.textContent = shopName;
document.getElementById("sign-out").addEventListener("click", signOut);
document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
addEventListener("hashchange", () => open());
// A browser brings the page back as it was left when a buyer returns from the payment page with "Back".
addEventListener("pageshow", (event) => { if (event.persisted) unlockCheckout(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) comeBack(); });
const sessionKnown = refreshSession();
if (nameOf(location.hash) in VIEWS_OF_A_BUYER) await sessionKnown;
open({ focus: false });
