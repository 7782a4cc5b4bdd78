// What was ordered: amounts, invoices, and the way to Polar's own portal.

import { Problem } from "../api.js";
import { announce, h, safeUrl, statePanel, wait } from "../dom.js";
import { formatDate, formatMoney } from "../format.js";
import { notice, problemNotice, reference } from "../problems.js";
import { accountView } from "./account.js";

const PAGE_SIZE = 50;
// Polar makes an invoice when it is first asked for, within seconds.
const MOST_QUESTIONS = 15;
const USUAL_PAUSE = 2;
const PILLS = { pending: "Not paid yet", refunded: "Refunded", partially_refunded: "Partly refunded" };

/** The view of the orders of an account. */
export function ordersView(shop, { signal }) {
  return accountView(shop, {
    name: "orders", title: "Your orders", lede: "Everything that you ordered here, each with its invoice.", signal, load,
  });

  async function load(view) {
    const list = h("ul", { class: "rows" });
    const [more, problems] = view.action("Show more", async () => { if (!(await addPage())) more.remove(); });
    let page = 0;
    const hasMore = await addPage();
    if (!list.hasChildNodes()) return statePanel({ title: "No orders yet", text: "What you buy with your e-mail address appears here." });
    return [list, hasMore && [more, problems], billing(view)];

    async function addPage() {
      const { items, pagination } = await shop.api.listOrders({ page: page + 1, limit: PAGE_SIZE }, signal);
      page += 1;
      list.append(...items.map((order) => orderRow(order, view)));
      return page < pagination.maxPage;
    }
  }

  function orderRow(order, view) {
    const pill = PILLS[order.status] && h("span", { class: `pill pill-${order.status}` }, PILLS[order.status]);
    return h("li", { class: "row" },
      h("div", { class: "about" },
        h("h2", null, order.productName ?? order.description, pill),
        h("p", { class: "facts" }, facts(order).map((fact) => h("span", null, fact)))),
      order.paid && invoice(order, view));
  }

  function invoice(order, view) {
    const label = h("span", null, "Invoice");
    const about = h("span", { class: "visually-hidden" }, ` for ${order.productName ?? order.description}, ${formatDate(order.createdAt)}`);
    return view.action([label, about], async () => {
      try {
        const address = safeUrl(await invoiceUrl(order.id, () => { label.textContent = "Being made…"; }));
        if (!address) throw new TypeError("the invoice has no address");
        location.assign(address);
        announce("Download of the invoice started.");
      } finally {
        label.textContent = "Invoice";
      }
    }, (problem, retry) => refusedInvoice(problem, retry, view));
  }

  async function invoiceUrl(orderId, onPending) {
    for (let questions = 0; questions < MOST_QUESTIONS; questions++) {
      const { url, retryAfter } = await shop.api.getInvoice(orderId, signal);
      if (url) return url;
      onPending();
      announce("Your invoice is being made.");
      await wait(retryAfter ?? USUAL_PAUSE, signal);
    }
    throw new Problem({ code: "invoice_pending" });
  }

  function refusedInvoice(problem, retry, view) {
    if (problem.code !== "rejected") return problemNotice(problem, problem.isTemporary && retry);
    const needsAddress = problem.errors.some(({ field }) => field === "billingAddress");
    return needsAddress
      ? notice({ title: "The invoice needs your billing name and address.", text: "Add them in the customer portal, then come back." }, portal(view))
      : notice({ title: "There is no invoice for this order.", text: "It is not complete, or it was taken back." }, reference(problem));
  }

  function billing(view) {
    return h("section", { class: "billing" },
      h("h2", null, "Billing"),
      h("p", null, "Polar handles payments for this shop. Its customer portal has your receipts, billing details and subscriptions."),
      portal(view));
  }

  function portal(view) {
    return view.action("Open the customer portal", async () => {
      const address = safeUrl((await shop.api.createPortalLink(signal)).url);
      if (!address) throw new TypeError("the portal has no address");
      location.assign(address);
    });
  }
}

function facts({ createdAt, totalAmount, currency, invoiceNumber }) {
  return [formatDate(createdAt), totalAmount === 0 ? "Free" : formatMoney(totalAmount, currency), invoiceNumber].filter(Boolean);
}
