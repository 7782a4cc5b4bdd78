import { createShop, type Completion, type ProductWithFiles, type Result, type SessionState } from "../client.js";

/** What all elements of a page share, so that each call to the shop is made once. */
class Store extends EventTarget {
  readonly shop = createShop({
    // An attribute of the module's own script element decides, since the store is there before the elements.
    remember: document.querySelector("script[src*='/api/elements.js'][data-remember]") !== null,
    onSession: (state) => this.setSession(state),
  });
  /** The purchase that the buyer comes back from. */
  completion: Result<Completion> | "waiting" | null = null;
  /** A sign-in code that came by a link in a mail. */
  codeFromMail = takeCode();
  /** Ends when it is known how the purchase went. */
  completed: Promise<void> = Promise.resolve();
  #session: Promise<Result<SessionState>> | null = null;
  #products = new Map<string, Promise<Result<ProductWithFiles>>>();
  #channel = "BroadcastChannel" in window ? new BroadcastChannel(`polar-storefront ${this.shop.apiUrl}`) : null;

  constructor() {
    super();
    // Another tab has signed in or out.
    this.#channel?.addEventListener("message", () => this.#forgetSession());
    // A browser brings a page back as it was left.
    addEventListener("pageshow", ({ persisted }) => { if (persisted) this.#forgetSession(); });
    addEventListener("hashchange", () => {
      this.codeFromMail = takeCode() ?? this.codeFromMail;
      this.#tell("change");
    });
    void this.complete();
  }

  /** Who this browser belongs to. */
  session(): Promise<Result<SessionState>> {
    const asked = (this.#session ??= this.shop.session());
    return asked.then((result) => {
      if (result.error && this.#session === asked) this.#session = null;
      // Somebody has signed in or out meanwhile: the answer is older than that.
      return this.#session && this.#session !== asked ? this.session() : result;
    });
  }

  /** A session began, or turned out to be over. */
  setSession(state: SessionState) {
    this.#session = Promise.resolve({ data: state, error: null });
    this.#channel?.postMessage("session");
    this.#tell("session");
  }

  product(id: string): Promise<Result<ProductWithFiles>> {
    const known = this.#products.get(id);
    if (known) return known;
    const asked = this.shop.product(id);
    this.#products.set(id, asked);
    asked.then(({ error }) => { if (error) this.#products.delete(id); });
    return asked;
  }

  /** Completes the purchase that the buyer comes back from, if there is one; every element hears how it goes. */
  complete(): Promise<void> {
    return (this.completed = this.#complete());
  }

  async #complete() {
    const result = await this.shop.completePurchase({ onWait: () => this.#setCompletion("waiting") });
    this.#setCompletion(result.data?.status === "none" ? null : result);
  }

  /** The buyer has seen how it went. */
  forget() {
    this.shop.forgetPurchase();
    this.codeFromMail = null;
    this.#setCompletion(null);
  }

  #setCompletion(completion: Store["completion"]) {
    if (completion === this.completion) return;
    this.completion = completion;
    this.#tell("change");
  }

  #forgetSession() {
    this.#session = null;
    this.#tell("session");
  }

  #tell(name: "session" | "change") {
    this.dispatchEvent(new Event(name));
  }
}

// The link in a mail is `#sign-in?code=…`; what stays in the address stays in the history.
function takeCode(): string | null {
  const code = /^#(?:[^?]*\?)?code=([^&]*)/.exec(location.hash)?.[1];
  if (!code) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  try {
    return decodeURIComponent(code);
  } catch {
    return null;
  }
}

export const store = new Store();
