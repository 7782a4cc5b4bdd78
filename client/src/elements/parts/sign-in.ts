import { button, h, notice, panel, store, type Problem, type ShopElement } from "../index.js";

const LENGTH = 8;
const GROUP = 4;
// In a sentence or a link that was pasted, the code is a word of its own, with its dash or with a figure.
const IN_SENTENCE = /(?<![0-9A-Z])(?:[0-9A-Z]{4}[-\u2010-\u2015][0-9A-Z]{4}|(?=[A-Z]*[0-9])[0-9A-Z]{8})(?![0-9A-Z])/i;

/** Draws `<shop-sign-in>`, signing in without a password: it asks for an address, then for the code that is sent to it. */
export function draw(element: ShopElement) {
  const { signal } = element;
  const signIn = new SignIn(element);
  element.addEventListener("keydown", ({ key }) => { if (key === "Escape") signIn.close(); }, { signal });
  store.addEventListener("session", () => signIn.start(), { signal });
  void signIn.start();
}

class SignIn {
  constructor(readonly element: ShopElement) {}

  async start() {
    const code = store.codeFromMail;
    if (code || store.shop.pendingSignIn()) return this.#askForCode(code);
    if (this.#isInside) return this.#askForAddress();
    this.element.busy();
    const { data } = await store.session();
    if (this.element.signal.aborted || this.element.shadowRoot?.activeElement) return;
    if (data?.active && data.scope === "account") this.element.show(panel(this.element.words.signedIn, null, this.element.signOutButton()));
    else this.#askForAddress();
  }

  // Another element has opened it, and is shown again afterwards.
  get #isInside(): boolean {
    return this.element.getRootNode() !== document;
  }

  close() {
    store.codeFromMail = null;
    if (this.#isInside) this.element.remove();
  }

  #askForAddress() {
    const { words } = this.element;
    const email = h("input", {
      type: "email", name: "email", autocomplete: "email", required: true, value: store.shop.pendingSignIn()?.email, "aria-describedby": "hint", id: "field",
    });
    this.#form(words.signInByMail, words.signInLede, words.email, email, h("small", { id: "hint" }, words.emailHint), words.sendCode, async () => {
      const { error } = await store.shop.signIn(email.value.trim());
      if (!error) this.#askForCode(null);
      return error;
    });
  }

  #askForCode(filledIn: string | null) {
    const { words, format } = this.element;
    const asked = store.shop.pendingSignIn();
    const code = this.#codeField(filledIn);
    const lede = filledIn || !asked ? words.codeFilledIn : words.codeSent(asked.email, format.time(asked.expiresAt));
    const resend = asked && button(words.newCode, async () => {
      const { error } = await store.shop.signIn(asked.email);
      if (error) return this.#refuse(error);
      code.value = "";
      this.element.body.querySelector(".news")!.replaceChildren(h("p", { class: "notice" }, words.newCodeSent));
      this.element.announce(words.newCodeSent);
      code.focus();
    });
    this.#form(words.enterCode, lede, words.code, code, null, words.signIn, async () => {
      // Signing in draws this form anew, which must not ask for the same code again.
      store.codeFromMail = null;
      const { data, error } = await store.shop.verify(code.value);
      if (error) return error;
      this.element.announce(words.signedIn);
      this.element.tell("shop:session", data);
      const host = this.element.getRootNode() as ShadowRoot;
      if (this.#isInside) this.element.remove();
      host.querySelector<HTMLElement>("[tabindex]")?.focus();
      return null;
    }, resend, button(words.otherAddress, () => this.#askForAddress()));
  }

  // One field and its button; what goes wrong is said between them, where the keyboard is.
  #form(
    title: string, lede: string, label: string, input: HTMLInputElement, hint: Node | null, action: string,
    submit: () => Promise<Problem | null>, ...others: (Node | null)[]
  ) {
    const send = h("button", { class: "primary", part: "button button-primary" }, action);
    const isMoved = this.element.shadowRoot?.activeElement !== null || this.#isInside;
    this.element.show(h("form", {
      part: "panel", class: "panel", onsubmit: async (event) => {
        event.preventDefault();
        send.disabled = true;
        const problem = await submit();
        send.disabled = false;
        if (problem && !this.element.signal.aborted) this.#refuse(problem);
      },
    }, h("h2", null, title), h("p", null, lede), h("label", { for: "field" }, label), input, hint, h("div", { class: "news" }),
    h("div", { class: "actions" }, send, others.filter((other) => other !== null), this.#isInside && button(this.element.words.close, () => this.close()))));
    if (isMoved) input.focus();
  }

  #refuse(problem: Problem) {
    const { words } = this.element;
    const isAddress = problem.code === "rejected" && problem.errors.some(({ field }) => field === "email");
    const text = isAddress ? words.emailRefused : problem.code === "unauthenticated" && words.notAskedHere;
    this.element.body.querySelector(".news")!.replaceChildren(text ? notice(text) : this.element.problem(problem));
    this.element.body.querySelector("input")!.focus();
  }

  #codeField(code: string | null): HTMLInputElement {
    const input = h("input", {
      type: "text", class: "code", id: "field", autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: "false", enterkeyhint: "go",
      required: true, value: grouped(symbols(code ?? "")),
    });
    const validate = () => input.setCustomValidity(symbols(input.value).length === LENGTH ? "" : this.element.words.codeShape);
    input.addEventListener("input", () => {
      const tidied = grouped(symbols(input.value));
      // Untouched while nothing is wrong with it: some keyboards lose their place when a field is written to.
      if (tidied !== input.value) {
        const before = symbols(input.value.slice(0, input.selectionStart ?? 0)).length;
        input.value = tidied;
        const caret = before + (before > GROUP ? 1 : 0);
        input.setSelectionRange(caret, caret);
      }
      validate();
    });
    validate();
    return input;
  }
}

function symbols(text: string): string {
  const all = plain(text);
  // One symbol too many is a slip of the finger.
  return all.length <= LENGTH + 1 ? all.slice(0, LENGTH) : plain(IN_SENTENCE.exec(text)?.[0] ?? "");
}

// The alphabet of the codes has no letters that are read as figures.
function plain(text: string): string {
  return text.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/[OIL]/g, (letter) => (letter === "O" ? "0" : "1"));
}

function grouped(code: string): string {
  return code.length > GROUP ? `${code.slice(0, GROUP)}-${code.slice(GROUP)}` : code;
}
