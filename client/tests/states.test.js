// Each state of the elements as a buyer meets it: words, room, contrast and names for screen readers, in both languages.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { answer, launchBrowser, newVisitor, pageOf, problem, publish } from "./visitor.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENSHOTS = new URL("screenshots/", import.meta.url);
const WIDTHS = [320, 1280];
const THEMES = ["light", "dark"];
const ID = "11111111-1111-4111-8111-111111111111";
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();

const price = { id: ID, amountType: "fixed", priceCurrency: "usd", priceAmount: 1900, minimumAmount: null, maximumAmount: null, presetAmount: null };
const product = {
  id: ID, name: "A product with a rather long name", description: "# Title\n\nWords **that** say [what](https://shop.example) it is.\n\n- one\n- two",
  isRecurring: false, recurringInterval: null, recurringIntervalCount: null, trialInterval: null, trialIntervalCount: null, createdAt: YESTERDAY,
  modifiedAt: null, prices: [price], benefits: [{ id: ID, type: "downloadables", description: "All files" }], medias: [],
};
const custom = { ...price, amountType: "custom", priceAmount: null, minimumAmount: 500, presetAmount: 900 };
const files = [{ id: ID, name: "a-file-with-a-very-long-name-that-has-no-spaces-in-it.zip", size: 123_456_789, mimeType: "application/zip" }];
const order = { id: ID, status: "paid", createdAt: YESTERDAY };
const row = {
  id: ID, productId: ID, productName: product.name, name: "Files", fileId: ID, file: "a.zip", fileName: files[0].name, type: "file", size: 123_456_789,
  mimeType: "application/zip", version: "1.2", checksumSha256: "ab".repeat(32), status: "available", downloadBought: 5, downloadUsed: 1,
  downloadCanceled: 0, remainingDownloads: 4, accessExpiresAt: TOMORROW, lastDownloadedAt: YESTERDAY, customerId: ID, orderId: ID, orderItemId: ID,
  order, createdAt: YESTERDAY, updatedAt: YESTERDAY,
};
const rows = [
  row,
  { ...row, downloadBought: null, remainingDownloads: null, accessExpiresAt: null },
  { ...row, type: "url", remainingDownloads: 0 },
  { ...row, status: "pending" },
  { ...row, status: "expired", downloadCanceled: 4, remainingDownloads: 0 },
  { ...row, status: "expired", accessExpiresAt: YESTERDAY },
  { ...row, status: "expired", accessExpiresAt: null, remainingDownloads: 0 },
  { ...row, status: "expired", accessExpiresAt: null },
];
const page = (items) => ({ items, pagination: { totalCount: items.length, maxPage: 1 } });
const session = (scope) => ({ active: true, scope, customer: { id: ID }, expiresAt: TOMORROW, absoluteExpiresAt: TOMORROW });
const back = `?checkout_id=${ID}`;
const checkout = { checkoutId: ID, status: "open", url: "https://polar.example/pay", expiresAt: TOMORROW, currency: "usd", amount: 1900, discountAmount: 0, netAmount: 1900, totalAmount: 1900, taxAmount: 0, product: null };

// What is on the page, what the shop answers, what is done there, and what is to be seen in English and in German.
const STATES = {
  "products": { html: "<shop-products></shop-products>", shop: { "products?*": { body: page([product, { ...product, prices: [custom] }, { ...product, prices: [] }]) } }, sees: ["Name your price|From", "Ab 5"] },
  "no products": { html: "<shop-products></shop-products>", shop: { "products?*": { body: page([]) } }, sees: ["nothing for sale", "nichts zu kaufen"] },
  "products that cannot be loaded": { html: "<shop-products></shop-products>", shop: { "products?*": { status: 500, body: problem("internal", { title: "Something broke" }) } }, sees: ["Something broke", "schiefgegangen"] },
  "a flood": { html: "<shop-products></shop-products>", shop: { "products?*": { status: 429, body: problem("rate_limited"), headers: { "Retry-After": "90" } } }, sees: ["works again after", "geht es wieder"] },
  "a page in place of the shop": { html: "<shop-products></shop-products>", shop: { "products?*": { type: "text/html", body: "<h1>Hello</h1>" } }, sees: ["cannot answer right now", "schiefgegangen"], says: /is this its API's address/ },
  "a product": { html: `<shop-product product="${ID}"></shop-product>`, shop: { "products/*": { body: { ...product, files } } }, sees: ["Files", "Dateien"] },
  "a subscription with a trial": { html: `<shop-product product="${ID}"></shop-product>`, shop: { "products/*": { body: { ...product, files, isRecurring: true, recurringInterval: "month", recurringIntervalCount: 1, trialInterval: "day", trialIntervalCount: 14 } } }, sees: ["/ month", "/ Monat"] },
  "a product that is gone": { html: `<shop-product product="${ID}"></shop-product>`, shop: { "products/*": { status: 404, body: problem("not_found") } }, sees: ["not for sale", "nicht zu kaufen"] },
  "a button": { html: `<shop-buy product="${ID}"></shop-buy>`, shop: { "products/*": { body: { ...product, prices: [custom], files } } }, sees: ["Your price in USD", "Ihr Preis in USD"] },
  "a checkout that is refused": { html: `<shop-buy product="${ID}"></shop-buy>`, shop: { "products/*": { body: { ...product, files } }, "checkout": { status: 422, body: problem("rejected", { errors: [{ field: "currency", message: "No." }] }) } }, acts: (page) => page.getByRole("button").first().click(), sees: ["did not accept", "nicht angenommen"], says: /refused currency: No\./ },
  "a payment that is waited for": { html: "<shop-status></shop-status>", query: back, shop: { session: { status: 202, body: { status: "pending", checkoutStatus: "confirmed" } } }, sees: ["being confirmed", "wird bestätigt"] },
  "a payment that was not made": { html: "<shop-status></shop-status>", query: back, shop: { session: { status: 202, body: { status: "pending", checkoutStatus: "open" } }, "checkout/*": { body: checkout } }, sees: ["did not go through", "nicht geklappt"] },
  "a checkout that has run out": { html: "<shop-status></shop-status>", query: back, shop: { session: { status: 410, body: problem("checkout_expired", { title: "Checkout expired" }) } }, sees: ["Checkout expired", "abgelaufen"] },
  "a purchase of another device": { html: "<shop-status></shop-status>", query: back, shop: { session: { status: 401, body: problem("unauthenticated") } }, sees: ["did not make that purchase", "nicht in diesem Browser"] },
  "a purchase that was opened before": { html: "<shop-library></shop-library>", query: back, shop: { session: { status: 409, body: problem("already_claimed", { title: "Already claimed" }) } }, sees: ["Already claimed", "schon geöffnet"] },
  "a library": { html: "<shop-library></shop-library>", shop: { session: { body: session("account") }, "customer/downloadable-products?*": { body: page(rows) }, "customer/license-keys": { body: { items: [] } } }, sees: ["4 of 5 downloads left", "Noch 4 von 5"] },
  "a library of one purchase": { html: "<shop-library></shop-library>", shop: { session: { body: session("order") }, "customer/downloadable-products?*": { body: page([row]) }, "customer/license-keys": { body: { items: [] } } }, sees: ["See everything you bought", "Alle Ihre Käufe"] },
  "an empty library": { html: "<shop-library></shop-library>", shop: { session: { body: session("account") }, "customer/downloadable-products?*": { body: page([]) } }, sees: ["Nothing here yet", "Noch nichts da"] },
  "a library without a session": { html: "<shop-library></shop-library>", shop: { session: { body: { active: false } } }, sees: ["not signed in", "nicht angemeldet"] },
  "a session that has ended": { html: "<shop-library></shop-library>", shop: { session: { body: session("account") }, "customer/downloadable-products?*": { status: 401, body: problem("unauthenticated") } }, sees: ["You're signed out", "Sie sind abgemeldet"] },
  "a limit that is used up": { html: "<shop-library></shop-library>", shop: { session: { body: session("account") }, "customer/downloadable-products?*": { body: page([row]) }, "customer/license-keys": { body: { items: [] } }, "customer/download": { status: 429, body: problem("download_limit_reached", { title: "No downloads left" }), headers: { "Retry-After": "600" } }, "customer/downloadable-products/*": { body: row } }, acts: (page) => page.getByRole("button", { name: /^(Download|Herunterladen)/ }).click(), sees: ["No downloads left", "Keine Downloads mehr"] },
  "signing in": { html: "<shop-sign-in></shop-sign-in>", shop: { session: { body: { active: false } } }, sees: ["Send me a code", "Code senden"] },
  "a code": { html: "<shop-sign-in></shop-sign-in>", query: "#sign-in?code=k7qf2m9x", shop: { session: { body: { active: false } } }, sees: ["is filled in", "ist eingetragen"] },
  "a wrong code": { html: "<shop-sign-in></shop-sign-in>", query: "#sign-in?code=k7qf2m9x", shop: { session: { body: { active: false } }, "login/verify": { status: 403, body: problem("login_code_invalid", { title: "This code does not work" }) } }, acts: (page) => page.keyboard.press("Enter"), sees: ["code does not work", "funktioniert hier nicht"], focus: true },
  "an account": { html: "<shop-account></shop-account>", shop: { session: { body: session("account") }, "customer/orders?*": { body: page([{ ...order, paid: true, description: "Product", productId: ID, productName: product.name, subscriptionId: null, currency: "usd", subtotalAmount: 1900, discountAmount: 0, netAmount: 1900, taxAmount: 0, totalAmount: 1900, refundedAmount: 1900, items: [], invoiceNumber: "A-1", updatedAt: YESTERDAY, status: "refunded" }]) }, sessions: { body: { items: [{ id: ID, scope: "account", client: null, createdAt: YESTERDAY, lastUsedAt: YESTERDAY, expiresAt: TOMORROW, current: true }, { id: ID, scope: "account", client: "Firefox on Linux", createdAt: YESTERDAY, lastUsedAt: YESTERDAY, expiresAt: TOMORROW, current: false }] } } }, sees: ["Refunded", "Erstattet"] },
};

let browser;
before(async () => {
  browser = await launchBrowser();
  await mkdir(SCREENSHOTS, { recursive: true });
});
after(() => browser?.close());

for (const [name, state] of Object.entries(STATES)) {
  test(name, async (t) => {
    for (const [place, lang] of ["en", "de"].entries()) {
      const { page, seen } = await newVisitor(browser, t, { locale: lang === "de" ? "de-DE" : "en-IE" });
      for (const [path, body] of Object.entries(state.shop)) await answer(page, path, body);
      await page.goto((await publish(pageOf(state.html, { lang }))) + (state.query ?? ""));
      if (state.focus) await page.getByRole("textbox").focus();
      await state.acts?.(page);
      await page.getByText(new RegExp(state.sees[place])).first().waitFor();
      for (const width of WIDTHS) {
        for (const colorScheme of THEMES) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await faults(page), [], `${lang}, ${width} px, ${colorScheme}`);
        }
      }
      await page.screenshot({ path: new URL(`${name.replaceAll(" ", "-")}-${lang}.png`, SCREENSHOTS).pathname, fullPage: true });
      if (state.says) assert.ok(seen.console.some((text) => state.says.test(text)), seen.console.join("\n"));
    }
  });
}

test("a page from right to left is not torn apart", async (t) => {
  const { page } = await newVisitor(browser, t, { viewport: { width: 320, height: 900 } });
  for (const [path, body] of Object.entries(STATES["a library"].shop)) await answer(page, path, body);
  await page.goto(await publish(pageOf('<div dir="rtl"><shop-library></shop-library></div>', { lang: "ar" })));
  const download = page.getByRole("button", { name: /^Download/ }).first();
  await download.waitFor();
  assert.deepEqual(await faults(page), []);
});

test("forced colours show where buttons are, and nothing moves for who wants it still", async (t) => {
  const { page } = await newVisitor(browser, t, { forcedColors: "active", reducedMotion: "reduce" });
  await page.route(/api\/session/, () => {});
  await page.goto(await publish(pageOf("<shop-library></shop-library>")));
  const skeleton = page.locator("shop-library .skeleton span").first();
  await skeleton.waitFor({ state: "attached" });
  assert.equal(await skeleton.evaluate((node) => getComputedStyle(node).animationName), "none");

  await page.unroute(/api\/session/);
  for (const [path, body] of Object.entries(STATES["a library"].shop)) await answer(page, path, body);
  await page.reload();
  const download = page.getByRole("button", { name: /^Download/ }).first();
  await download.waitFor();
  assert.notEqual(await download.evaluate((node) => getComputedStyle(node).borderTopStyle), "none");
  assert.deepEqual(await faults(page), []);
});

// What axe finds, and whether the page is wider than the screen.
async function faults(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate("axe.run()");
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary}`));
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  return content > screen ? [...found, `${content} px of content on a screen of ${screen} px`] : found;
}
