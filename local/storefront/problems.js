// Every refusal and failure in the words of a buyer: what happened, and what to do next.

import { button, buttonLink, h } from "./dom.js";

const LATER = "Please try again in a moment.";
const OUR_FAULT = { title: "Something went wrong on our side", text: `${LATER} If it keeps happening, tell the shop.` };
const BUSY = { title: "The shop is very busy right now", text: LATER };

const WORDS = {
  network: { title: "No connection to the shop", text: "Check your internet connection, then try again." },
  timeout: { title: "The shop takes too long to answer", text: LATER },
  invalid_request: { title: "The shop did not understand that", text: "Reload the page and try again." },
  unauthenticated: {
    title: "You are signed out",
    text: "For your safety this device forgets a purchase after a while. Sign in with the e-mail address you bought with.",
    signIn: true,
  },
  not_entitled: {
    title: "This file is not part of your purchase",
    text: "It may have been taken back with a refund. If that is wrong, tell the shop.",
  },
  order_scope: {
    title: "That is not open here yet",
    text: "On this device you see the one purchase you made here. Sign in by e-mail to see everything you bought.",
    signIn: true,
  },
  origin_not_allowed: { title: "This page may not do that", text: "Open the shop at its own address and try again." },
  look_ahead: { title: "The download has not started", text: "Click the button to download the file." },
  not_found: { title: "We could not find that", text: "It may have been removed from the shop." },
  file_not_found: { title: "This file is gone", text: "The shop may have replaced it. Reload your library to see what is there now." },
  method_not_allowed: OUR_FAULT,
  already_claimed: {
    title: "This purchase was already opened",
    text: "A payment opens the library once. Sign in with the e-mail address you paid with to see your files.",
    signIn: true,
  },
  checkout_not_open: { title: "This checkout is closed", text: "Start again from the product; nothing more was charged." },
  download_pending: { title: "Your file is still being prepared", text: "This usually takes a few seconds. Please try again shortly." },
  idempotency_key_reused: { title: "The shop mixed up two orders", text: "Reload the page and try again. Nothing was charged." },
  checkout_expired: { title: "This checkout has run out", text: "It was not paid in time, so nothing was charged. You can start again." },
  payment_failed: { title: "The payment did not go through", text: "Nothing was charged. Please buy again." },
  claim_window_over: {
    title: "This payment was made a while ago",
    text: "For your safety it no longer opens the library by itself. Your purchase is safe: sign in with the e-mail address you paid with.",
    signIn: true,
  },
  login_code_invalid: {
    title: "This code does not work here",
    text: "Compare it with the newest mail. It works for a few minutes and a few tries, and only in the browser in which you asked for it: type it there, or ask for a new one here.",
  },
  invoice_pending: { title: "Your invoice is still being made", text: "Please try again in a minute." },
  access_expired: { title: "Your access to this file has ended" },
  payload_too_large: OUR_FAULT,
  unsupported_media_type: OUR_FAULT,
  rejected: { title: "The payment page did not accept this", text: "This product may not be for sale any more. Reload the page to see what is." },
  file_required: { title: "Which file would you like?", text: "This product has several files. Choose one from your library." },
  download_limit_reached: { title: "No downloads left" },
  rate_limited: { title: "That was a bit fast", text: "Please wait a moment, then try again." },
  internal: OUR_FAULT,
  polar_unexpected: { title: "The payment service gave a strange answer", text: LATER },
  polar_unavailable: { title: "The payment service is not reachable", text: LATER },
  busy: BUSY,
  polar_timeout: { title: "The payment service takes too long to answer", text: LATER },
};

// Where only the shop knows the figures ("You have used all 5 downloads of this file"), its own sentence is shown.
const DETAIL_IS_BETTER = new Set(["download_limit_reached", "access_expired"]);

/** The words for a problem: `{title, text, signIn}`; a code that this page does not know shows the shop's own sentence. */
export function explain(problem) {
  const words = WORDS[problem.code] ?? { title: "That did not work", text: problem.detail || problem.title };
  const text = DETAIL_IS_BETTER.has(problem.code) && problem.detail ? problem.detail : words.text || problem.detail;
  return { ...words, text: [text || LATER, waiting(problem)].filter(Boolean).join(" ") };
}

function waiting({ retryAfter, isTemporary }) {
  if (!isTemporary || !retryAfter || retryAfter < 5) return "";
  return retryAfter < 90 ? `It should work in ${retryAfter} seconds.` : `It should work in ${Math.ceil(retryAfter / 60)} minutes.`;
}

/** The line a buyer can quote to the shop, or null without a request id. */
export function reference(problem) {
  return problem.requestId && h("small", { class: "reference" }, "Tell the shop: request ", h("code", null, problem.requestId));
}

/** Words beside what caused them, with the ways on; screen readers say them at once. */
export function notice({ title, text, signIn }, ...actions) {
  return h("div", { class: "notice problem", role: "alert" },
    h("p", null, h("strong", null, title), " ", text), signIn && signInLink("quiet"), actions);
}

/** A problem beside what caused it, with an optional retry. */
export function problemNotice(problem, retry) {
  return notice(explain(problem), retry && button("Try again", retry, "quiet"), reference(problem));
}

/** The way on where `explain` says that signing in helps. */
export function signInLink(kind) {
  return buttonLink("#sign-in", "Sign in by e-mail", kind);
}

/** Anything that was thrown as a `Problem`-like object; a mistake of this page's own is logged and shown as one too. */
export function asProblem(error) {
  if (error.name === "Problem") return error;
  console.error(error);
  return { code: "internal" };
}
