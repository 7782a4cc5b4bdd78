// A buyer comes back from the payment page: wait until the payment is confirmed, then open the library.

import { announce, button, buttonLink, h, heading, safeUrl, statePanel, wait } from "../dom.js";
import { asProblem, explain, reference, signInLink } from "../problems.js";
import { loom } from "./loom.js";

const PATIENCE_SECONDS = 120;
const SLOW_AFTER_SECONDS = 15;
const PAUSE_SECONDS = { least: 1, usual: 2, most: 10 };

/** The view of a checkout whose payment is not known yet. */
export function paymentView(shop, { signal }) {
  const title = heading("Thank you");
  const body = h("div", { class: "payment" });
  const checkoutId = shop.pendingCheckout.get();
  if (checkoutId) follow();
  else nothingPending();
  return [title, body];

  async function follow() {
    const startedAt = performance.now();
    const passed = () => (performance.now() - startedAt) / 1000;
    let trouble = null;
    showWaiting(false);
    while (!signal.aborted && passed() < PATIENCE_SECONDS) {
      try {
        const answer = await askOnce();
        if (!answer) return;
        trouble = null;
        showWaiting(passed() > SLOW_AFTER_SECONDS);
        await wait(pause(answer.retryAfter), signal);
      } catch (error) {
        if (signal.aborted) return;
        trouble = asProblem(error);
        if (trouble.code === "already_claimed" && (await isOpenHere())) return arrived(shop.session);
        if (!trouble.isTemporary) return refused(trouble);
        showWaiting(true);
        await wait(pause(trouble.retryAfter), signal).catch(() => {});
      }
    }
    if (!signal.aborted) giveUp(trouble);
  }

  // Answers null once there is nothing left to wait for.
  async function askOnce() {
    const answer = await shop.api.claimSession(checkoutId);
    if (answer.active) return arrived(answer);
    if (answer.checkoutStatus === "open") return declined(await shop.api.getCheckout(checkoutId, signal));
    return answer;
  }

  // The answer to the claim may have been lost on its way, or another tab may have been first.
  async function isOpenHere() {
    await shop.refreshSession();
    return shop.session?.active;
  }

  function arrived(session) {
    shop.pendingCheckout.clear();
    shop.setSession(session);
    if (signal.aborted) return null;
    // The library replaces this step, so that "Back" leads to the shop and not into a finished payment.
    location.replace("#library?new");
    return null;
  }

  function declined(checkout) {
    const url = safeUrl(checkout.url);
    const again = url ? buttonLink(url, "Back to the payment page") : startAgain();
    say("The payment did not go through", ["Nothing was charged. You can try again, with another card if you like."],
      [again, leaveIt("Not now")]);
    return null;
  }

  function refused(problem) {
    shop.pendingCheckout.clear();
    const { title: name, text, signIn } = WORDS_HERE[problem.code] ?? explain(problem);
    say(name, [text], [signIn && signInLink(), buttonLink("#", "To the shop", signIn ? "quiet" : "primary"), reference(problem)].filter(Boolean));
    return null;
  }

  function giveUp(problem) {
    const text = problem ? explain(problem).text : "The bank or the payment service takes its time.";
    say("Your payment is not confirmed yet", [text, "Your payment is safe, and you need not pay again."], [
      button("Check again", follow), buttonLink("#", "To the shop", "quiet"), problem && reference(problem),
    ].filter(Boolean));
  }

  function nothingPending() {
    say("No payment to confirm", ["There is no open purchase in this browser."], [
      buttonLink("#", "To the shop"), shop.session?.active && buttonLink("#library", "Your library", "quiet"),
    ].filter(Boolean));
  }

  function showWaiting(isSlow) {
    setHeading("Your payment is being confirmed");
    const text = isSlow
      ? "This takes a little longer than usual. Keep this page open; you need not pay again."
      : "This usually takes a few seconds. Your files open here by themselves.";
    if (body.dataset.text === text) return;
    body.dataset.text = text;
    body.replaceChildren(statePanel({ text, art: loom() }));
    announce(`Your payment is being confirmed. ${text}`);
  }

  function say(name, lines, actions) {
    delete body.dataset.text;
    setHeading(name);
    body.replaceChildren(statePanel({ text: lines, actions, tone: "trouble" }));
    announce(`${name}. ${lines.join(" ")}`);
    title.focus({ preventScroll: true });
  }

  function setHeading(text) {
    title.textContent = text;
    shop.setTitle(text);
  }

  function startAgain() {
    return leaveIt("Start again", "primary");
  }

  function leaveIt(text, kind = "quiet") {
    const link = buttonLink("#", text, kind);
    link.addEventListener("click", () => shop.pendingCheckout.clear());
    return link;
  }
}

// The same codes mean something more exact to a buyer who has just come back from paying.
const ELSEWHERE = {
  title: "This browser did not make that purchase",
  text: "If you paid on another device or in another browser, open the shop there, or sign in with the e-mail address you paid with.",
  signIn: true,
};
const WORDS_HERE = { unauthenticated: ELSEWHERE, not_found: ELSEWHERE, invalid_request: ELSEWHERE };

function pause(retryAfter) {
  const { least, usual, most } = PAUSE_SECONDS;
  return Math.min(Math.max(retryAfter ?? usual, least), most);
}
