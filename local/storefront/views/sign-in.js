// Signing in without a password: an e-mail address, then the code that is sent to it.

import { announce, button, buttonLink, h, heading, statePanel } from "../dom.js";
import { formatTime } from "../format.js";
import { asProblem, explain, notice, reference } from "../problems.js";
import { clearCode, codeField } from "./code-field.js";

/** Asks for an address, then for the code. The link in the mail, `#sign-in?code=…`, fills the code in and submits nothing. */
export function signInView(shop, { parameters, signal }) {
  const body = h("div", { class: "sign-in" });
  const codeInLink = parameters.get("code");
  // What stays in the address stays in the history.
  if (codeInLink) history.replaceState(null, "", "#sign-in");
  if (shop.session?.scope === "account") sayThatIsDone();
  else if (codeInLink || pending()) askForCode(pending(), codeInLink);
  else askForAddress();
  return body;

  function askForAddress() {
    const email = h("input", {
      type: "email", id: "email", name: "email", autocomplete: "email", required: true, value: pending()?.email, "aria-describedby": "about-email",
    });
    show("Sign in by e-mail", "No password needed: a code in your mailbox opens everything you bought here.", form({
      label: "E-mail address", input: email, hint: h("p", { class: "hint", id: "about-email" }, "The one you bought with."), action: "Send me a code",
      submit: async () => askForCode(await requestCode(email.value.trim())),
    }));
    email.focus();
  }

  async function requestCode(email) {
    const { expiresAt } = await shop.api.requestLogin(email, signal);
    shop.pendingSignIn.set(JSON.stringify({ email, expiresAt }));
    return { email, expiresAt };
  }

  // The code that this tab has asked for, while it works.
  function pending() {
    const asked = JSON.parse(shop.pendingSignIn.get());
    return asked && Date.parse(asked.expiresAt) > Date.now() ? asked : null;
  }

  function askForCode(asked, codeInLink = null) {
    const code = codeField(codeInLink, { id: "code", name: "code", "aria-describedby": "about-code" });
    const resend = async () => {
      const again = await requestCode(asked.email);
      clearCode(code);
      return `A new code is on its way. ${until(again)} The one before works no more.`;
    };
    show("Enter your code", h("span", { id: "about-code" }, codeInLink ? FILLED_IN : onItsWay(asked)),
      form({ label: "Code from the mail", input: code, action: "Sign in", submit: () => signIn(code.value), another: asked && { action: "Send a new code", submit: resend } }),
      h("p", { class: "aside" }, asked ? "No mail after a minute? Look among your unwanted mail, or " : "Does it not work? ",
        button(asked ? "use another address" : "Ask for a new code", askForAddress, "inline"), "."));
    code.focus();
  }

  async function signIn(code) {
    const session = await shop.api.verifyLogin(code);
    shop.pendingSignIn.clear();
    shop.setSession(session);
    announce("You are signed in.");
    // The library replaces this step, so that "Back" does not lead to a code that is used up.
    location.replace("#library");
  }

  // One field and its button; what goes wrong is said between them, where the keyboard is.
  function form({ label, input, hint, action, submit, another }) {
    const news = h("div", { class: "form-news" });
    const buttons = [h("button", { class: "button primary" }, action), another && button(another.action, () => run(another.submit), "quiet")].filter(Boolean);
    const send = (event) => { event.preventDefault(); run(submit); };
    return h("form", { class: "state form", onsubmit: send }, h("label", { for: input.id }, label), input, hint, news, h("div", { class: "actions" }, buttons));

    async function run(work) {
      news.replaceChildren();
      for (const each of buttons) each.disabled = true;
      try {
        const text = await work();
        if (text) {
          say(h("p", { class: "notice" }, text));
          announce(text);
        }
      } catch (error) {
        if (!signal.aborted) say(refusal(asProblem(error)));
      } finally {
        for (const each of buttons) each.disabled = false;
      }
    }

    function say(words) {
      news.replaceChildren(words);
      input.focus();
    }
  }

  function sayThatIsDone() {
    show("You are signed in", null, statePanel({
      text: "Everything you bought with your e-mail address is open on this device.", actions: [buttonLink("#library", "Your library")],
    }));
  }

  function show(title, lede, ...content) {
    shop.setTitle(title);
    body.replaceChildren(heading(title), lede ? h("p", { class: "lede" }, lede) : "", ...content);
  }
}

const FILLED_IN = "The code from your mail is filled in. It works in the browser in which you asked for it, and nowhere else.";

// Nobody learns here whether somebody bought with an address.
function onItsWay(asked) {
  return ["If you have bought here with ", h("strong", null, asked.email), `, a code is in your mailbox in a moment. ${until(asked)}`];
}

function until({ expiresAt }) {
  return `It works until ${formatTime(expiresAt)}, in this browser only.`;
}

const WORDS_HERE = {
  rejected: () => ({ title: "This does not look like an e-mail address", text: "Please check it and try again." }),
  unauthenticated: () => ({
    title: "This browser did not ask for a code",
    text: "Type the code in the browser in which you asked for it, or ask for a new one here.",
  }),
  rate_limited: ({ retryAfter }) => ({
    title: "Too many codes were asked for",
    text: retryAfter ? `You can ask for another one after ${formatTime(Date.now() + retryAfter * 1000)}.` : "Please wait a while, then try again.",
  }),
};

function refusal(problem) {
  return notice((WORDS_HERE[problem.code] ?? explain)(problem), problem.status >= 500 && reference(problem));
}
