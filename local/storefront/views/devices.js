// Where the buyer is signed in, and the buttons that end it.

import { announce, h } from "../dom.js";
import { formatDate, formatMoment } from "../format.js";
import { accountView } from "./account.js";

/** The view of the sessions of an account. */
export function devicesView(shop, { signal }) {
  return accountView(shop, {
    name: "devices", title: "Where you are signed in", lede: "Each browser that opens your purchases. End the ones that you no longer use or do not know.", signal, load,
  });

  async function load(view) {
    const { items } = await shop.api.listSessions(signal);
    const hereFirst = [...items].sort((a, b) => b.current - a.current);
    const [endAll, problems] = view.action("Sign out everywhere", async () => {
      await shop.api.deleteSessions(signal);
      announce("You are signed out everywhere.");
      view.signOut("You are signed out everywhere");
    });
    return [
      h("ul", { class: "rows" }, hereFirst.map((session) => deviceRow(session, view))),
      h("div", { class: "actions" }, endAll, h("span", { class: "fact" }, "At once, on this device too.")), problems,
    ];
  }

  function deviceRow(session, view) {
    return h("li", { class: "row" },
      h("div", { class: "about" },
        h("h2", null, nameOf(session), session.current && h("span", { class: "pill" }, "This device")),
        h("p", { class: "facts" }, facts(session).map((fact) => h("span", null, fact)))),
      !session.current && endOne(session, view));
  }

  function endOne(session, view) {
    const name = nameOf(session);
    return view.action(["Sign out", h("span", { class: "visually-hidden" }, `: ${name}`)], async () => {
      // Ended elsewhere meanwhile: that is what was wanted.
      await shop.api.deleteSessionById(session.id, signal).catch((error) => { if (error.code !== "not_found") throw error; });
      announce(`Signed out: ${name}.`);
      await view.reload();
    });
  }
}

function nameOf({ client }) {
  return client ?? "A browser";
}

function facts({ scope, createdAt, lastUsedAt }) {
  return [
    `Signed in ${formatMoment(createdAt)}`,
    `Last used ${formatDate(lastUsedAt)}`,
    scope === "order" && "Opens one purchase only",
  ].filter(Boolean);
}
