import type { Problem, Session, SessionState, DownloadLink } from "../client.js";
import { isTemporary } from "../problem.js";
import { wait } from "../request.js";
import { button, h, notice, panel, present, type Child } from "./dom.js";
import { en, type Words } from "./en.js";
import { Format } from "./format.js";
import css from "./style.css";
import { load } from "./parts.js";
import { explain } from "./problems.js";
import { store } from "./store.js";

/** What the elements tell the page; all of them bubble. */
export interface ShopEvents {
  /** A payment was confirmed, and the library is open. */
  "shop:purchase": { checkoutId: string; session: Session };
  /** A checkout was begun; the buyer goes to the payment page now. */
  "shop:checkout": { checkoutId: string; productId: string };
  /** A download has begun. The link itself is a secret and stays out. */
  "shop:download": Omit<DownloadLink, "downloadUrl">;
  "shop:session": SessionState;
  "shop:error": Problem;
}

type ShopEventMap = { [Name in keyof ShopEvents]: CustomEvent<ShopEvents[Name]> };

declare global {
  interface HTMLElementEventMap extends ShopEventMap {}
  interface DocumentEventMap extends ShopEventMap {}
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** Besides English; without its part the elements speak English. */
const LANGUAGES = ["de"] as const;

/** The elements that can show how a purchase went, in the order of preference. */
const HOSTS = ["shop-status", "shop-library", "shop-account", "shop-sign-in", "shop-products", "shop-product", "shop-buy"];

/** What a page can style of an element that another one opens. */
const PARTS = "panel, button, button-primary, button-quiet, problem";

/** An element waits so long, in seconds, for the ones before it to be drawn. */
const LONGEST_TURN = 5;
let queue: Promise<unknown> = Promise.resolve();

/** Draws itself into a shadow root, in the page's language. */
export abstract class ShopElement extends HTMLElement {
  static observedAttributes: string[] = [];
  words: Words = en;
  format = new Format("en");
  /** Aborted when the element leaves the page. */
  signal = AbortSignal.abort();
  readonly body = h("div", { class: "body", part: "body" });
  #status = h("div", { class: "status" });
  #news = h("p", { class: "unseen", role: "status" });
  #leave = new AbortController();
  #work = new AbortController();
  #isStarted = false;
  #hasTurn = false;
  #waiting: [(Node | string)[], boolean] | null = null;
  #settle = () => {};

  async connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#leave = new AbortController();
    this.signal = this.#leave.signal;
    const lang = this.closest("[lang]")?.getAttribute("lang") || navigator.language;
    const base = lang.slice(0, 2).toLowerCase();
    // The visitor's own kind of the page's language, where there is one.
    this.format = new Format(lang.length > 2 ? lang : (navigator.languages.find((each) => each.startsWith(base)) ?? lang));
    root.replaceChildren(this.#status, this.body, this.#news);
    this.#queue();
    const { signal } = this;
    const language = LANGUAGES.find((each) => each === base);
    if (language) this.words = await load(language).then(({ words }) => words, () => en);
    if (signal.aborted) return;
    this.#isStarted = true;
    store.addEventListener("change", () => this.#showStatus(), { signal: this.signal });
    this.#showStatus();
    this.start();
  }

  disconnectedCallback() {
    this.#leave.abort();
  }

  attributeChangedCallback() {
    if (this.#isStarted && !this.signal.aborted) this.start();
  }

  /** Draws the element, and draws it anew when an attribute has changed. */
  protected abstract start(): void;

  /** What the element shows. */
  show(...content: Child[]) {
    this.#draw(present(content), false);
  }

  /** Says something to people who listen to the page. */
  announce(text: string) {
    this.#news.textContent = text;
  }

  tell<Name extends keyof ShopEvents>(name: Name, detail: ShopEvents[Name]) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** A problem in the words of a buyer. */
  explain(problem: Problem) {
    return explain(problem, this.words.problems, this.format);
  }

  /** A problem in the words of a buyer, with the ways on; the console says what the page's author can do. */
  problem(problem: Problem, retry?: (() => void) | false | null): HTMLElement {
    this.tell("shop:error", problem);
    load("diagnose").then(({ diagnose }) => diagnose(problem), () => {});
    const { title, text, signIn } = this.explain(problem);
    return notice([title, text],
      h("div", { class: "actions" }, signIn && this.signInButton(), retry && button(this.words.tryAgain, retry)),
      problem.requestId && h("small", null, `${this.words.reference} `, h("code", null, problem.requestId)));
  }

  /** Ends what the element is doing; answers the signal of what it does from now on. */
  begin(): AbortSignal {
    this.#work.abort();
    this.#work = new AbortController();
    return AbortSignal.any([this.signal, this.#work.signal]);
  }

  /** Who is signed in; where nobody is, the element shows the way in. A purchase that is waited for may still open the session. */
  async buyer(retry: () => void, signal: AbortSignal): Promise<Session | null> {
    const { data, error } = await store.session();
    if (signal.aborted) return null;
    if (data?.active) return data;
    if (error) this.fail(error, retry);
    else if (store.completion !== "waiting") this.#signedOut(this.words.notSignedIn);
    else {
      await store.completed;
      if (!signal.aborted) return this.buyer(retry, signal);
    }
    return null;
  }

  /** What fills the element when it could not be loaded; who was signed out meanwhile is shown the way in. */
  fail(error: Problem, retry: () => void) {
    if (error.code === "unauthenticated") this.#sessionIsOver(error);
    else this.show(this.problem(error, retry));
  }

  #sessionIsOver(error: Problem) {
    const { title, text } = this.explain(error);
    store.setSession({ active: false });
    this.#signedOut([title, text]);
  }

  #signedOut([title, text]: string[]) {
    this.#work.abort();
    const hadFocus = this.shadowRoot!.activeElement !== null;
    this.show(panel(title!, text!, this.signInButton("primary")));
    if (hadFocus) this.body.querySelector("h2")?.focus({ preventScroll: true });
    // The page was loaded again while the buyer read the mail.
    const place = document.querySelector("shop-sign-in") ?? document.querySelector("shop-library, shop-account");
    if (place === this && store.shop.pendingSignIn()) this.signIn();
  }

  /** Where signing in helps. */
  signInButton(kind = "quiet"): HTMLElement {
    return button(this.words.signInByMail, () => this.signIn(), kind);
  }

  /** Shows the way in, in this element. */
  signIn() {
    this.#status.replaceChildren(h("shop-sign-in" as "div", { exportparts: PARTS }));
  }

  /** A button whose work takes a moment; a refusal is said beside it. */
  action(label: Child, work: (say: (...content: Child[]) => void) => Promise<Problem | null>): HTMLElement {
    const news = h("div", { class: "news" });
    const say = (...content: Child[]) => news.replaceChildren(...present(content));
    const run = async () => {
      press.disabled = true;
      say();
      const problem = await work(say);
      press.disabled = false;
      if (!problem || this.signal.aborted) return;
      if (problem.code === "unauthenticated") this.#sessionIsOver(problem);
      else say(this.problem(problem, isTemporary(problem) && run));
    };
    const press = button(label, run);
    return h("div", { class: "action" }, press, news);
  }

  /** The button that signs out. */
  signOutButton(): HTMLElement {
    return this.action(this.words.signOut, () => this.end(store.shop.signOut()));
  }

  /** Tells the page that the buyer has signed out, when that has worked. */
  async end(ending: Promise<{ error: Problem | null }>): Promise<Problem | null> {
    const { error } = await ending;
    if (error) return error;
    this.announce(this.words.signedOut);
    this.tell("shop:session", { active: false });
    return null;
  }

  /** What is shown stays while something new is asked for; an empty element shows that it is loading. */
  busy(isLong = false) {
    if (this.body.hasChildNodes()) return this.body.setAttribute("aria-busy", "true");
    this.#draw([h("p", { class: "unseen" }, this.words.loading),
      h("div", { class: isLong ? "skeleton long" : "skeleton", "aria-hidden": "true" }, h("span"), h("span"), h("span"))], true);
  }

  // The elements are drawn in the page's order, so that none of them moves one that is already seen.
  #draw(content: (Node | string)[], isBusy: boolean) {
    if (!this.#hasTurn) {
      this.#waiting = [content, isBusy];
      return;
    }
    this.body.setAttribute("aria-busy", String(isBusy));
    this.body.replaceChildren(...content);
    if (!isBusy) this.#settle();
  }

  #queue() {
    if (this.#hasTurn || this.getRootNode() !== document) {
      this.#hasTurn = true;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#settle = resolve;
    const before = queue;
    queue = Promise.all([before, Promise.race([promise, wait(LONGEST_TURN)])]);
    void before.then(() => {
      this.#hasTurn = true;
      if (this.#waiting) this.#draw(...this.#waiting);
    });
  }

  // One element of the page shows how a purchase went.
  #showStatus() {
    const hosts = HOSTS.map((name) => document.querySelector(name));
    const isHost = hosts.find((host) => host !== null) === this;
    const { completion, codeFromMail } = store;
    if (isHost && (completion || codeFromMail) && this.localName !== "shop-sign-in") {
      const wanted = completion ? "shop-completion" : "shop-sign-in";
      if (this.#status.firstElementChild?.localName !== wanted) this.#status.replaceChildren(h(wanted as "div", { exportparts: PARTS }));
    } else if (!this.#status.querySelector("shop-sign-in")) this.#status.replaceChildren();
  }
}
