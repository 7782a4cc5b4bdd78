// What the views of a whole account have in common: the way between them, loading, and what is said without a session.

import { button, buttonLink, h, heading, statePanel } from "../dom.js";
import { asProblem, explain, problemNotice, reference, signInLink } from "../problems.js";

const TABS = { library: "Files", orders: "Orders", devices: "Devices" };

/** The way between the views of an account; null for anybody who sees one purchase or nothing. */
export function accountTabs(shop, current) {
  if (shop.session?.scope !== "account") return null;
  return h("nav", { class: "tabs", "aria-label": "Your purchases" }, Object.entries(TABS).map(([name, text]) =>
    h("a", { href: `#${name}`, "aria-current": name === current && "page" }, text)));
}

/** One of these views; `load` answers the nodes to show and may use what it is given: `{reload, action, signOut}`. */
export function accountView(shop, { name, title, lede, signal, load }) {
  const tabs = accountTabs(shop, name);
  const headline = heading(title);
  const about = h("p", { class: "lede" }, lede);
  const body = h("div", { "aria-busy": "true" });
  shop.setTitle(title);
  if (shop.session && !shop.session.active) {
    show(signedOut());
    return [headline, body];
  }
  begin();
  return [tabs, headline, about, body].filter(Boolean);

  async function begin() {
    show(skeleton());
    try {
      show(await load({ reload, action, signOut }));
    } catch (error) {
      if (!signal.aborted) fail(asProblem(error));
    }
  }

  // The button that was pressed may be gone afterwards, so the keyboard begins anew.
  async function reload() {
    show(await load({ reload, action, signOut }));
    headline.focus({ preventScroll: true });
  }

  function action(label, work, refusal) {
    return actionButton(label, work, { signal, onSignedOut, refusal });
  }

  function fail(problem) {
    if (problem.code === "unauthenticated") onSignedOut();
    else show(failure(problem, begin));
  }

  function onSignedOut() {
    signOut("You are signed out");
  }

  function signOut(words) {
    shop.setSession({ active: false });
    tabs?.remove();
    about.remove();
    show(signedOut(words));
    headline.focus({ preventScroll: true });
  }

  function show(content) {
    body.removeAttribute("aria-busy");
    body.replaceChildren(...[content].flat(Infinity).filter(Boolean));
  }
}

/** A button whose work takes a moment, and the place where a refusal of it is said in the words of `refusal`. */
export function actionButton(label, work, { signal, onSignedOut, refusal = defaultRefusal }) {
  const problems = h("div", { class: "row-problem" });
  const press = button(label, run, "quiet");
  return [press, problems];

  async function run() {
    press.disabled = true;
    problems.replaceChildren();
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      if (problem.code === "unauthenticated") onSignedOut();
      else problems.replaceChildren(refusal(problem, run));
    } finally {
      press.disabled = false;
    }
  }
}

function defaultRefusal(problem, retry) {
  return problemNotice(problem, problem.isTemporary && retry);
}

/** What fills a view that could not be loaded. */
export function failure(problem, retry) {
  const { title, text, signIn } = explain(problem);
  const actions = [signIn ? signInLink() : button("Try again", retry), reference(problem)].filter(Boolean);
  const panel = statePanel({ title, text, tone: "trouble", actions });
  panel.setAttribute("role", "alert");
  return panel;
}

/** What fills a view of somebody who is not signed in. */
export function signedOut(title = "Nothing is open on this device") {
  return statePanel({
    title,
    text: "Your files open here right after a purchase. For what you bought earlier, sign in with the e-mail address you bought with.",
    actions: [signInLink(), buttonLink("#", "See all goods", "quiet")],
  });
}

/** What fills a view while it loads. */
export function skeleton() {
  return [
    h("p", { class: "visually-hidden" }, "Loading…"),
    h("div", { class: "row skeleton", "aria-hidden": "true" }, h("span", { class: "line" }), h("span", { class: "line short" })),
  ];
}
