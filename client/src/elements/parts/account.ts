import { h, present, safeUrl, store, wait, type Child, type Device, type Order, type Problem, type ShopElement } from "../index.js";

const PAGE_SIZE = 50;
/** Polar makes an invoice when it is first asked for, within seconds. */
const MOST_QUESTIONS = 15;

/** Draws a buyer's account into `<shop-account>`: orders, invoices, devices, signing out. */
export function draw(element: ShopElement) {
  const account = new Account(element);
  store.addEventListener("session", () => account.load(), { signal: element.signal });
  void account.load();
}

class Account {
  #retry = () => { void this.load(); };

  constructor(readonly element: ShopElement) {}

  async load() {
    const signal = this.element.begin();
    this.element.busy(true);
    const session = await this.element.buyer(this.#retry, signal);
    if (!session) return;
    const signOut = this.element.signOutButton();
    if (session.scope !== "account") {
      return this.element.show(h("p", null, this.element.words.onePurchase(this.element.format.date(session.expiresAt))), h("div", { class: "actions" }, this.element.signInButton("primary"), signOut));
    }
    const [orders, devices] = await Promise.all([store.shop.orders({ limit: PAGE_SIZE, signal }), store.shop.devices({ signal })]);
    if (signal.aborted) return;
    const problem = orders.error ?? devices.error;
    if (problem) return this.element.fail(problem, this.#retry);
    const { items, pagination } = orders.data!;
    const rows = h("ul", { class: "rows" }, items.map((order) => this.#order(order)));
    this.element.show(
      h("div", { class: "order-head" }, h("h2", null, this.element.words.signedIn), h("div", { class: "actions" }, signOut)),
      h("section", { class: "order", part: "orders" }, h("h2", { tabindex: "-1" }, this.element.words.orders),
        items.length > 0 ? rows : h("p", null, this.element.words.noOrders), this.#more(rows, 1, pagination.maxPage),
        h("p", null, this.element.words.portalLede), h("div", { class: "actions" }, this.#portal())),
      h("section", { class: "order", part: "devices" }, h("h2", { tabindex: "-1" }, this.element.words.devices),
        h("ul", { class: "rows" }, [...devices.data!.items].sort((a, b) => Number(b.current) - Number(a.current)).map((device) => this.#device(device))),
        h("div", { class: "actions" }, this.element.action(this.element.words.signOutEverywhere, () => this.element.end(store.shop.signOutEverywhere())))));
  }

  #more(rows: HTMLElement, page: number, maxPage: number): Node | null {
    if (page >= maxPage) return null;
    const place = this.element.action(this.element.words.showMore, async () => {
      const { data, error } = await store.shop.orders({ limit: PAGE_SIZE, page: page + 1, signal: this.element.signal });
      if (error) return error;
      rows.append(...data.items.map((order) => this.#order(order)));
      place.replaceWith(...present([this.#more(rows, page + 1, maxPage)]));
      return null;
    });
    return place;
  }

  #order(order: Order): HTMLElement {
    const { words, format } = this.element;
    const name = order.productName ?? order.description;
    const state = words.orderStates[order.status];
    const facts = [format.date(order.createdAt), order.totalAmount === 0 ? words.free : format.money(order.totalAmount, order.currency), order.invoiceNumber];
    return h("li", { class: "row", part: "row" },
      h("div", { class: "about" }, h("strong", null, name), state && h("span", { class: "pill" }, state),
        h("small", { class: "facts" }, facts.filter(Boolean).map((fact) => h("span", null, fact!)))),
      order.paid && this.element.action([words.invoice, h("span", { class: "unseen" }, ` ${name}, ${format.date(order.createdAt)}`)], (say) => this.#invoice(order.id, say)));
  }

  async #invoice(orderId: string, say: (...content: Child[]) => void): Promise<Problem | null> {
    const { words, signal } = this.element;
    for (let questions = 0; questions < MOST_QUESTIONS && !signal.aborted; questions++) {
      const { data, error } = await store.shop.invoice(orderId, { signal });
      if (error?.code === "billing_details_missing") {
        const notice = this.element.problem(error);
        notice.append(this.#portal());
        say(notice);
        return null;
      }
      if (error) return error;
      const address = safeUrl(data.url);
      if (address) {
        location.assign(address);
        say();
        return null;
      }
      say(h("small", { role: "status" }, words.invoiceMaking));
      await wait(data.retryAfter ?? 2, signal);
    }
    return null;
  }

  #portal(): Node {
    return this.element.action(this.element.words.portal, async () => {
      const { data, error } = await store.shop.portal({ signal: this.element.signal });
      if (error) return error;
      location.assign(safeUrl(data.url)!);
      return null;
    });
  }

  #device(device: Device): HTMLElement {
    const { words, format } = this.element;
    const name = device.client ?? words.aBrowser;
    const facts = [words.signedInAt(format.moment(device.createdAt)), words.lastUsed(format.date(device.lastUsedAt))];
    return h("li", { class: "row", part: "row" },
      h("div", { class: "about" }, h("strong", null, name), device.current && h("span", { class: "pill" }, words.thisDevice),
        h("small", { class: "facts" }, facts.map((fact) => h("span", null, fact)))),
      !device.current && this.element.action([words.signOut, h("span", { class: "unseen" }, `: ${name}`)], async () => {
        const { error } = await store.shop.endDevice(device.id, { signal: this.element.signal });
        // Ended elsewhere meanwhile: that is what was wanted.
        if (error && error.code !== "not_found") return error;
        await this.load();
        this.element.body.querySelector<HTMLElement>("[part=devices] h2")?.focus();
        return null;
      }));
  }
}
