// One row of the library.

import { announce, h, safeUrl } from "../dom.js";
import { formatDate, formatSize, plural } from "../format.js";
import { asProblem, problemNotice } from "../problems.js";

// Refusals that mean that the row shows something that is no longer so.
const ROW_IS_STALE = new Set(["download_limit_reached", "access_expired", "not_entitled", "file_not_found", "not_found"]);
const PILLS = { available: "Ready", pending: "Being prepared", expired: "Not available" };

/** A bought file as a list item that can download and refresh itself. */
export function purchaseRow(shop, purchase, { signal, onSignedOut }) {
  const problems = h("div", { class: "row-problem" });
  const row = h("li", { class: "row" });
  draw(purchase);
  return row;

  function draw(current) {
    purchase = current;
    row.className = `row is-${purchase.status}`;
    row.replaceChildren(badge(purchase), about(purchase), action(), checksum(purchase) ?? "", problems);
  }

  function action() {
    if (purchase.status !== "available") return h("span", { class: `pill pill-${purchase.status}` }, PILLS[purchase.status] ?? purchase.status);
    const text = purchase.type === "url" ? "Open" : "Download";
    return h("button", { type: "button", class: "button primary download", onclick: (event) => download(event.currentTarget) },
      text, h("span", { class: "visually-hidden" }, ` ${displayName(purchase)}`));
  }

  async function download(pressed) {
    problems.replaceChildren();
    pressed.disabled = true;
    // A tab may be opened only during the click itself, so it opens empty and receives its address later.
    const tab = purchase.type === "url" ? window.open("", "_blank") : null;
    try {
      const link = await shop.api.createDownloadLink({ fileId: purchase.fileId, orderId: purchase.orderId }, signal);
      follow(link, tab);
      announce(purchase.type === "url" ? "Opened in a new tab." : `Download of ${link.fileName} started.`);
      await refresh();
    } catch (error) {
      tab?.close();
      if (!signal.aborted) await refuse(asProblem(error), pressed);
    } finally {
      pressed.disabled = false;
    }
  }

  function follow({ downloadUrl }, tab) {
    const address = safeUrl(downloadUrl);
    if (!address) throw new TypeError("the download link has no address");
    if (!tab) return location.assign(address);
    tab.opener = null;
    tab.location.replace(address);
  }

  async function refuse(problem, pressed) {
    if (problem.code === "unauthenticated") return onSignedOut();
    problems.replaceChildren(problemNotice(problem, problem.isTemporary && (() => download(pressed))));
    if (ROW_IS_STALE.has(problem.code)) await refresh();
  }

  // What the row says is news only: when asking fails, the row stays as it was.
  async function refresh() {
    try {
      draw(await shop.api.getPurchase(purchase.id, signal));
      (row.querySelector("button.download") ?? row.querySelector("summary"))?.focus({ preventScroll: true });
    } catch (error) {
      if (!signal.aborted) asProblem(error);
    }
  }
}

function badge({ type, fileName }) {
  const extension = type === "url" ? "link" : (/\.([a-z0-9]{1,4})$/i.exec(fileName ?? "")?.[1] ?? "file");
  return h("span", { class: "badge", "aria-hidden": "true" }, extension);
}

function about(purchase) {
  const name = displayName(purchase);
  return h("div", { class: "about" },
    h("h3", null, name),
    h("p", { class: "facts" }, facts(purchase).map((fact) => h("span", null, fact))),
    purchase.status === "expired" && h("p", { class: "reason" }, reason(purchase)),
    purchase.status === "pending" && h("p", { class: "reason" }, "This file appears by itself in a moment."));
}

function displayName({ fileName, name }) {
  return fileName ?? name;
}

function facts(purchase) {
  return [
    formatSize(purchase.size),
    version(purchase),
    purchase.status === "available" && remaining(purchase),
    purchase.status === "available" && purchase.accessExpiresAt && `Until ${formatDate(purchase.accessExpiresAt)}`,
  ].filter(Boolean);
}

// A merchant may also have called it "3rd edition".
function version({ version }) {
  return /^\d[\d.]*$/.test(version ?? "") ? `Version ${version}` : version;
}

function remaining({ remainingDownloads, downloadBought }) {
  if (remainingDownloads === null || remainingDownloads === undefined) return "Unlimited downloads";
  // Still available with none left: a repeat soon after the last download is free.
  if (remainingDownloads === 0) return "Last download taken; you can repeat it for a while";
  return `${remainingDownloads} of ${plural(downloadBought, "download")} left`;
}

function reason({ accessExpiresAt, remainingDownloads, downloadBought, downloadCanceled, order }) {
  if (downloadCanceled > 0 || order?.status === "refunded") return "Taken back with a refund.";
  if (accessExpiresAt && new Date(accessExpiresAt) <= new Date()) return `Your access ended on ${formatDate(accessExpiresAt)}.`;
  if (remainingDownloads === 0) return `You have used ${downloadBought === 1 ? "the one download" : `all ${downloadBought} downloads`} of this file.`;
  return "This file is no longer part of your purchase.";
}

function checksum({ checksumSha256 }) {
  if (!checksumSha256) return null;
  const copy = h("button", { type: "button", class: "button quiet small" }, "Copy");
  copy.addEventListener("click", async () => {
    const isCopied = await navigator.clipboard.writeText(checksumSha256).then(() => true, () => false);
    copy.textContent = isCopied ? "Copied" : "Select and copy it by hand";
    announce(copy.textContent);
  });
  return h("details", { class: "checksum" },
    h("summary", null, "SHA-256 checksum"), h("div", null, h("code", null, checksumSha256), copy));
}
