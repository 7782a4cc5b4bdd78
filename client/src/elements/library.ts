import type { LicenseKeys, Purchase, Session } from "../client.js";
import { isTemporary } from "../problem.js";
import { wait } from "../request.js";
import { button, h, panel, present, safeUrl } from "./dom.js";
import { ShopElement } from "./element.js";
import { store } from "./store.js";

const PAGE_SIZE = 100;
/** Files appear a few seconds after the payment; in seconds. */
const REFRESH_PAUSES = [1, 2, 3, 5, 8, 13, 21, 34, 55];
/** Refusals that mean that the row shows something that is no longer so. */
const ROW_IS_STALE = /^(download_limit_reached|access_expired|not_entitled|file_not_found|not_found)$/;

/** What was bought: `<shop-library>`. */
export class ShopLibrary extends ShopElement {
  #shown = "";
  #retry = () => { void this.#load(); };

  protected override start() {
    store.addEventListener("session", () => this.#load(), { signal: this.signal });
    void this.#load();
  }

  async #load() {
    const signal = this.begin();
    this.#shown = "";
    this.busy(true);
    const session = await this.buyer(this.#retry, signal);
    if (!session) return;
    for (const seconds of [...REFRESH_PAUSES, 0]) {
      const isPending = await this.#refresh(session, signal);
      if (signal.aborted || !isPending) return;
      await wait(seconds, signal);
      if (signal.aborted) return;
    }
    const [title, text] = this.words.takesLonger;
    this.body.append(panel(title!, text, button(this.words.checkAgain, this.#retry)));
  }

  // Answers whether something is still being prepared. Rows that are shown stay, whatever becomes of a later question.
  async #refresh(session: Session, signal: AbortSignal): Promise<boolean> {
    const { data, error } = await store.shop.library({ limit: PAGE_SIZE, signal });
    if (signal.aborted) return false;
    if (error) {
      if (this.#shown && isTemporary(error)) return true;
      this.fail(error, this.#retry);
      return false;
    }
    const { items, pagination } = data;
    const isPending = items.some(({ status }) => status === "pending") || (items.length === 0 && session.scope === "order");
    const news = JSON.stringify(items);
    if (news === this.#shown) return isPending;
    if (this.#shown && !isPending) this.announce(this.words.filesReady);
    this.#shown = news;
    const [title, text] = this.words.emptyLibrary;
    if (items.length === 0) this.show(isPending ? panel(this.words.preparing, this.words.willAppear) : panel(title!, text), this.#signOut());
    else this.show(this.#scope(session), this.#orders(items), this.#more(1, pagination.maxPage), await this.#licenseKeys(signal), this.#history(), this.#signOut());
    return isPending;
  }

  #scope({ scope, expiresAt }: Session): Node | null {
    if (scope !== "order") return null;
    return h("div", { class: "scope" }, h("p", null, this.words.onePurchase(this.format.date(expiresAt))),
      button(this.words.seeEverything, () => this.signIn()));
  }

  // Every page with a library has a way to sign out (OWASP ASVS 7.4.4); a page that has one of its own says so.
  #signOut(): Node | null {
    const isElsewhere = this.hasAttribute("no-sign-out") || document.querySelector("shop-account");
    return isElsewhere ? null : h("div", { class: "actions" }, this.signOutButton());
  }

  #orders(purchases: Purchase[]): Node[] {
    const groups = Map.groupBy(purchases, ({ orderId, productName }) => `${orderId} ${productName}`);
    return [...groups.values()].map((group) => h("section", { class: "order", part: "order" },
      h("div", { class: "order-head" }, h("h2", { part: "name" }, group[0]!.productName),
        h("small", null, this.words.bought(this.format.date(group[0]!.order.createdAt)))),
      h("ul", { class: "rows", part: "rows" }, group.map((purchase) => this.#row(purchase)))));
  }

  #more(page: number, maxPage: number): Node | null {
    if (page >= maxPage) return null;
    const place = this.action(this.words.showMore, async () => {
      const { data, error } = await store.shop.library({ limit: PAGE_SIZE, page: page + 1, signal: this.signal });
      if (error) return error;
      place.replaceWith(...present([this.#orders(data.items), this.#more(page + 1, maxPage)]));
      return null;
    });
    return place;
  }

  async #licenseKeys(signal: AbortSignal): Promise<Node | null> {
    const { data } = await store.shop.licenseKeys({ signal });
    return data && data.items.length > 0 ? this.#keys(data) : null;
  }

  #keys({ items }: LicenseKeys): Node {
    return h("section", { class: "order" }, h("h2", null, this.words.licenseKeys),
      h("ul", { class: "rows" }, items.map((item) => h("li", { class: "row" },
        h("div", { class: "about" }, h("code", null, item.displayKey)),
        this.#copy(item.key ?? item.displayKey)))));
  }

  // Nobody is asked for it until somebody wants to see it.
  #history(): Node {
    const list = h("ul");
    const more = async (from?: string) => {
      const { data, error } = await store.shop.downloads({ ...(from ? { from } : {}), signal: this.signal });
      if (error) return error.code === "unauthenticated" ? this.fail(error, this.#retry) : list.after(this.problem(error));
      list.append(...data.items.map(({ at, fileName, client, result }) =>
        h("li", null, [this.format.moment(at), fileName, client, this.words.downloadResults[result] ?? this.words.refused].filter(Boolean).join(" · "))));
      const { next } = data;
      if (next) list.after(button(this.words.showMore, ({ currentTarget }) => { (currentTarget as Element).remove(); void more(next); }));
    };
    const open = () => { if (!list.hasChildNodes()) void more(); };
    return h("details", { part: "history", ontoggle: open }, h("summary", null, this.words.history), list);
  }

  #row(purchase: Purchase): HTMLElement {
    const news = h("div", { class: "news" });
    const row = h("li", { class: "row", part: "row" });
    const draw = (current: Purchase) => {
      const { words } = this;
      purchase = current;
      const { status, type, fileName } = purchase;
      const isReady = status === "available";
      row.replaceChildren(
        h("div", { class: "about" },
          h("strong", { part: "file-name" }, fileName),
          h("small", { class: "facts" }, this.#facts(purchase).map((fact) => h("span", null, fact))),
          status === "pending" && h("small", null, words.willAppear),
          status === "expired" && h("small", null, this.#reason(purchase)),
          this.#details(purchase)),
        isReady
          ? button([type === "url" ? words.open : words.download, h("span", { class: "unseen" }, ` ${fileName}`)], download, "primary")
          : h("span", { class: "pill", part: "pill" }, status === "pending" ? words.preparing : words.unavailable),
        news);
      row.querySelector("button.primary")?.classList.add("download");
    };
    const download = async () => {
      const press = row.querySelector<HTMLButtonElement>("button.primary")!;
      news.replaceChildren();
      press.disabled = true;
      // A tab may be opened only during the click itself, so it opens empty and receives its address later.
      const tab = purchase.type === "url" ? window.open("", "_blank") : null;
      const { data, error } = await store.shop.download(purchase, { signal: this.signal });
      press.disabled = false;
      if (error) {
        tab?.close();
        if (error.code === "unauthenticated") return this.fail(error, this.#retry);
        news.replaceChildren(this.problem(error, isTemporary(error) && download));
        if (ROW_IS_STALE.test(error.code)) await refresh();
        return;
      }
      const { downloadUrl, ...link } = data;
      const address = safeUrl(downloadUrl)!;
      if (tab) {
        tab.opener = null;
        tab.location.replace(address);
      } else location.assign(address);
      this.announce(this.words.downloadStarted(link.fileName));
      this.tell("shop:download", link);
      await refresh();
    };
    const refresh = async () => {
      const { data } = await store.shop.purchase(purchase.id, { signal: this.signal });
      if (!data) return;
      const hadFocus = row.contains(this.shadowRoot!.activeElement);
      draw(data);
      if (hadFocus) row.querySelector<HTMLElement>("button, summary")?.focus({ preventScroll: true });
    };
    draw(purchase);
    return row;
  }

  #facts({ status, size, version, accessExpiresAt, remainingDownloads, downloadBought }: Purchase): string[] {
    const { words, format } = this;
    const facts = [format.size(size), version && words.version(version)];
    if (status === "available") {
      facts.push(
        remainingDownloads === null ? words.unlimited
          : remainingDownloads === 0 ? words.lastTaken
          : words.remaining(format.number(remainingDownloads), format.number(downloadBought ?? 0)),
        accessExpiresAt && words.until(format.date(accessExpiresAt)),
      );
    }
    return facts.filter((fact): fact is string => Boolean(fact));
  }

  #reason({ accessExpiresAt, remainingDownloads, downloadCanceled, order }: Purchase): string {
    const { words, format } = this;
    if (downloadCanceled > 0 || order.status === "refunded") return words.takenBack;
    if (accessExpiresAt && Date.parse(accessExpiresAt) <= Date.now()) return words.accessEnded(format.date(accessExpiresAt));
    return remainingDownloads === 0 ? words.usedUp : words.noLongerYours;
  }

  #details({ checksumSha256, lastDownloadedAt }: Purchase): Node | null {
    if (!checksumSha256 && !lastDownloadedAt) return null;
    return h("details", null, h("summary", null, this.words.details),
      lastDownloadedAt && h("p", null, this.words.lastDownloaded(this.format.moment(lastDownloadedAt))),
      checksumSha256 && h("p", null, `${this.words.checksum}: `, h("code", null, checksumSha256), " ", this.#copy(checksumSha256)));
  }

  #copy(text: string): HTMLElement {
    const press = button(this.words.copy, async () => {
      await navigator.clipboard.writeText(text).then(() => {
        press.textContent = this.words.copied;
        this.announce(this.words.copied);
      }, () => {});
    });
    return press;
  }
}
