import { isTemporary } from "../problem.js";
import { button, h, panel, safeUrl } from "./dom.js";
import { ShopElement } from "./element.js";
import { store } from "./store.js";

/** The place where the page shows how a purchase went: `<shop-status>`. A page without one shows it in another element. */
export class ShopStatus extends ShopElement {
  protected override start() {
    this.show();
  }
}

const told = new WeakSet<object>();

/** How a purchase went; the elements use it, pages need not. */
export class ShopCompletion extends ShopElement {
  protected override start() {
    store.addEventListener("change", () => this.#draw(), { signal: this.signal });
    this.#draw();
  }

  #draw() {
    const { words } = this;
    const { completion } = store;
    if (!completion) return;
    if (completion === "waiting") {
      this.#say(words.waiting, h("progress", { "aria-label": words.waiting[0]! }));
      return;
    }
    const { data, error } = completion;
    const stillPending = () => this.#say(words.stillPending, button(words.checkAgain, () => store.complete(), "primary"), close(words.close));
    const close = (text: string) => button(text, () => store.forget());
    if (error) {
      const isElsewhere = ["unauthenticated", "not_found", "invalid_request"].includes(error.code);
      if (isElsewhere) this.#say(words.elsewhere, this.signInButton("primary"), close(words.close));
      // The shop's own words are about the request: "Nothing was charged by this request" would mislead who has paid.
      else if (isTemporary(error)) {
        this.tell("shop:error", error);
        stillPending();
      }
      else this.show(this.problem(error, () => store.complete()), close(words.close));
    } else if (data.status === "complete") {
      this.#say(words.thanks, this.#library(), close(words.close));
      if (told.has(data)) return;
      told.add(data);
      this.tell("shop:purchase", { checkoutId: data.checkoutId, session: data.session });
      this.tell("shop:session", data.session);
    } else if (data.status === "unpaid") {
      const href = safeUrl(data.checkout.url);
      this.#say(words.notPaid, href && h("a", { class: "primary", part: "button button-primary", href }, words.backToPayment), close(words.notNow));
    } else stillPending();
  }

  // Where the page has no library of its own, the element that shows this may name the page that has one.
  #library(): Node | null {
    const href = !document.querySelector("shop-library") && safeUrl((this.getRootNode() as ShadowRoot).host.getAttribute("library-href"));
    return href ? h("a", { class: "primary", part: "button button-primary", href }, this.words.openLibrary) : null;
  }

  #say([title, text]: string[], ...actions: (Node | string | null)[]) {
    this.show(panel(title!, text!, ...actions));
    this.announce(`${title}\n${text}`);
    this.scrollIntoView({ block: "nearest" });
  }
}
