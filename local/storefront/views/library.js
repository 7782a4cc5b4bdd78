// What was bought: every file with its state, what is left of its downloads, and the button to get it.

import { announce, button, buttonLink, h, heading, statePanel, wait } from "../dom.js";
import { formatDate } from "../format.js";
import { asProblem } from "../problems.js";
import { accountTabs, actionButton, failure, signedOut, skeleton } from "./account.js";
import { loom } from "./loom.js";
import { purchaseRow } from "./purchase.js";

const PAGE_SIZE = 100;
// Files appear a few seconds after the payment; the pauses grow, in seconds, and then the page stops asking.
const REFRESH_PAUSES = [1, 2, 3, 5, 8, 13, 21, 34, 55];

/** The library of this browser's session; `?new` in the address greets a buyer who has just paid. */
export function libraryView(shop, { parameters, signal }) {
  const isNew = parameters.has("new");
  const rows = h("div", { class: "purchases", "aria-busy": "true" });
  const tabs = accountTabs(shop, "library");
  const note = scopeNote();
  let shownAs = "";
  shop.setTitle("Your library");
  follow();
  return [
    isNew && h("p", { class: "notice thanks" }, h("strong", null, "Thank you!"), " Your payment is confirmed."),
    tabs, heading("Your library"), note, rows,
  ].filter(Boolean);

  function scopeNote() {
    if (shop.session?.scope !== "order") return null;
    return h("div", null,
      h("p", { class: "lede" }, `This shows the purchase you made on this device. It stays open here until ${formatDate(shop.session.expiresAt)}.`),
      h("div", { class: "actions" }, buttonLink("#sign-in", "See everything you bought: sign in by e\u2011mail", "quiet")));
  }

  async function follow() {
    if (shop.session && !shop.session.active) return show(signedOut());
    shownAs = "";
    show(skeleton());
    try {
      for (const seconds of REFRESH_PAUSES) {
        if (!(await refresh().catch(bridge))) return;
        await wait(seconds, signal);
      }
      if (await refresh()) rows.append(stillPreparing());
    } catch (error) {
      if (!signal.aborted) failed(asProblem(error));
    }
  }

  // Rows that are shown stay, whatever becomes of a later question: it is asked again.
  function bridge(error) {
    if (signal.aborted || !shownAs || !error.isTemporary) throw error;
    return true;
  }

  // Answers whether something is still being prepared.
  async function refresh() {
    const { items, pagination } = await shop.api.listPurchases({ limit: PAGE_SIZE }, signal);
    const isPending = items.some(({ status }) => status === "pending") || (isNew && items.length === 0);
    // Nothing is drawn anew while nothing changed: an open detail and the keyboard's place stay as they are.
    const news = JSON.stringify(items);
    if (news === shownAs) return isPending;
    if (shownAs && !isPending) announce("Your files are ready.");
    shownAs = news;
    if (items.length > 0) history.replaceState(null, "", "#library");
    if (items.length === 0) show(isNew ? preparing() : nothingBought());
    else show([...groups(items), more(pagination, 1)]);
    return isPending;
  }

  function more({ maxPage }, page) {
    if (page >= maxPage) return "";
    const place = h("div", null, actionButton("Show more", async () => {
      const { items, pagination } = await shop.api.listPurchases({ limit: PAGE_SIZE, page: page + 1 }, signal);
      place.replaceWith(...groups(items), more(pagination, page + 1));
    }, { signal, onSignedOut }));
    return place;
  }

  function groups(purchases) {
    const byOrder = Map.groupBy(purchases, ({ orderId, productName }) => `${orderId} ${productName}`);
    return [...byOrder.values()].map((group) => h("section", { class: "order" },
      h("div", { class: "order-head" }, h("h2", null, group[0].productName),
        h("p", { class: "fact" }, `Bought ${formatDate(group[0].order?.createdAt ?? group[0].createdAt)}`)),
      h("ul", { class: "rows" }, group.map((purchase) => purchaseRow(shop, purchase, { signal, onSignedOut })))));
  }

  function onSignedOut() {
    shop.setSession({ active: false });
    tabs?.remove();
    note?.remove();
    show(signedOut("You are signed out"));
  }

  function failed(problem) {
    if (problem.code === "unauthenticated") return onSignedOut();
    show(failure(problem, follow));
  }

  function stillPreparing() {
    return statePanel({ text: "This takes longer than usual. Your purchase is safe.", actions: [button("Check again", follow, "quiet")] });
  }

  function show(content) {
    rows.removeAttribute("aria-busy");
    rows.replaceChildren(...[content].flat());
  }
}

function preparing() {
  return statePanel({ art: loom(), title: "Your files are being prepared", text: "They appear here in a few seconds." });
}

function nothingBought() {
  return statePanel({ title: "Nothing here yet", text: "Files that you buy appear here.", actions: [buttonLink("#", "See all goods")] });
}
