// A buyer's way through the shop, by clicks and keys, in a real browser against the running shop.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assertNoSidewaysScroll, beginCheckout, cardPriced, downloadBy, holdRequests, keepScreenshots, launchBrowser, newVisitor, openCatalog, shopUrl,
} from "./browser.js";
import { DECLINED_CARD, GOOD_CARD, pay } from "./hosted-page.js";

const PAID = /^\D*[1-9][\d.,]*$/;
// The demo shop has these too: archived, private, and a draft.
const NOT_FOR_SALE = ["Winter Pack 2019", "Commission for Hanna", "Untitled Kit"];

let browser;
before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

test("the catalog shows what is for sale, with prices, and nothing else", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const names = await page.locator(".card h3").allTextContents();
  assert.ok(names.length >= 2, `${names.length} products`);
  assert.deepEqual(names.filter((name) => NOT_FOR_SALE.includes(name)), []);
  assert.equal(await page.locator(".card .amount").count(), names.length);
  assert.equal(await page.locator(".card button.buy").count(), names.length);
  await keepScreenshots(page, "catalog");
});

test("a search shows what matches, and words when nothing does", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const name = await page.locator(".card h3").last().textContent();
  await page.getByRole("searchbox").fill(name);
  await page.getByRole("status").filter({ hasText: "found" }).waitFor();
  assert.ok((await page.locator(".card h3").allTextContents()).includes(name));
  await page.getByRole("searchbox").fill("no such thing in this shop");
  await page.getByRole("heading", { name: /nothing found/i }).waitFor();
  await keepScreenshots(page, "nothing-found");
});

test("a product shows its price, what it gives and its files", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const card = cardPriced(page, PAID);
  const name = await card.locator("h3").textContent();
  await card.locator("h3 a").click();
  await page.locator(".offer button.buy").waitFor();
  assert.equal(await page.locator("h1").textContent(), name);
  assert.ok((await page.title()).startsWith(name));
  await page.locator(".files li").first().waitFor();
  await keepScreenshots(page, "product");
});

test("a free product is bought, its file downloaded, and its checksum is the one shown", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  const claim = await holdRequests(page, "**/api/session", "POST");
  await pay(page, { buyer: "reader" });

  await page.getByRole("heading", { name: "Your payment is being confirmed" }).waitFor();
  assert.equal(page.url(), `${shopUrl}/#payment`);
  await keepScreenshots(page, "payment-waiting");
  claim.release();

  const row = page.locator("li.row.is-available").first();
  await row.waitFor();
  assert.match(page.url(), /\/#library$/);
  await keepScreenshots(page, "library");
  await row.locator("summary").click();
  const shown = await row.locator(".checksum code").textContent();
  const { sha256, fileName } = await downloadBy(page, row.locator("button.download"));
  assert.equal(sha256, shown);
  assert.equal(fileName, await row.locator("h3").textContent());
});

test("a declined card charges nothing and another card opens the library", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const checkout = await beginCheckout(page, cardPriced(page, PAID));
  await pay(page, { buyer: "listener", card: DECLINED_CARD });
  await page.getByText(/declined/i).first().waitFor();

  await page.goto(`${shopUrl}/?checkout_id=${checkout.checkoutId}`);
  await page.getByRole("heading", { name: "The payment did not go through" }).waitFor();
  await keepScreenshots(page, "payment-declined");
  await page.getByRole("link", { name: "Back to the payment page" }).click();

  await page.waitForURL(checkout.url);
  await pay(page, { buyer: "listener", card: GOOD_CARD });
  const row = page.locator("li.row.is-available").first();
  await row.waitFor();
  await row.locator("summary").click();
  const { sha256 } = await downloadBy(page, row.locator("button.download"));
  assert.equal(sha256, await row.locator(".checksum code").textContent());
  await keepScreenshots(page, "library-after-download");
});

test("a reload while the payment is being confirmed goes on waiting", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  const claim = await holdRequests(page, "**/api/session", "POST");
  await pay(page, { buyer: "patient" });
  await page.getByRole("heading", { name: "Your payment is being confirmed" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Your payment is being confirmed" }).waitFor();
  claim.release();
  await page.locator("li.row").first().waitFor();
});

test("a connection that is lost while the payment is being confirmed is bridged", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  let lost = 0;
  await page.route("**/api/session", (route) => {
    if (route.request().method() !== "POST" || lost === 2) return route.fallback();
    lost += 1;
    return route.abort();
  });
  await pay(page, { buyer: "traveller" });
  await page.locator("li.row").first().waitFor();
  assert.equal(lost, 2);
});

test("a payment whose answer is lost after it opened the library still opens it", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  let lost = 0;
  await page.route("**/api/session", async (route) => {
    if (route.request().method() !== "POST" || lost > 0) return route.fallback();
    const answer = await route.fetch();
    lost += answer.status() === 201 ? 1 : 0;
    return answer.status() === 201 ? route.abort() : route.fulfill({ response: answer });
  });
  await pay(page, { buyer: "unlucky" });
  await page.locator("li.row").first().waitFor();
  assert.equal(lost, 1);
});

test("a claim goes on when the buyer goes elsewhere meanwhile", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  const claim = await holdRequests(page, "**/api/session", "POST");
  await pay(page, { buyer: "restless" });
  await page.getByRole("heading", { name: "Your payment is being confirmed" }).waitFor();
  await page.locator(".brand").click();
  await page.locator(".card h3").first().waitFor();
  claim.release();
  await page.getByRole("link", { name: "Your library" }).waitFor();
  assert.equal(new URL(page.url()).hash, "");
});

test("who has paid is never told that nothing was charged", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  await page.clock.install();
  await page.route("**/api/session", (route) => (route.request().method() === "POST" ? route.fulfill(refusal(502, "polar_unexpected")) : route.fallback()));
  await pay(page, { buyer: "worried" });
  await page.getByRole("heading", { name: "Your payment is being confirmed" }).waitFor();
  await page.clock.runFor("03:00");
  const panel = page.locator(".state");
  await panel.getByText("Your payment is safe, and you need not pay again.").waitFor();
  assert.doesNotMatch(await panel.textContent(), /charged/);
});

test("a library that failed once shows its rows again", async (t) => {
  const page = await newBuyer(t, "reader");

  const whole = await page.evaluate(async () => (await fetch("/api/customer/downloadable-products")).json());
  let questions = 0;
  await page.route("**/api/customer/downloadable-products?*", (route) => {
    questions += 1;
    return route.fulfill(questions === 2 ? refusal(503, "busy") : { json: { ...whole, pagination: { totalCount: 200, maxPage: 2 } } });
  });
  await page.reload();
  await page.getByRole("button", { name: "Show more" }).click();
  await page.getByText("The shop is very busy right now").waitFor();
  const rows = await page.locator("li.row").count();
  assert.ok(rows > 0, "what was shown stays");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForFunction((count) => document.querySelectorAll("li.row").length === count, rows * 2);
  assert.equal(await page.getByText("Loading…").count(), 0);
});

test("signing out of a session that has ended elsewhere is signing out", async (t) => {
  const page = await newBuyer(t, "elsewhere");
  assert.equal(await page.evaluate(async () => (await fetch("/api/session", { method: "DELETE" })).status), 204);

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".card h3").first().waitFor();
  assert.equal(await page.getByText("You are still signed in").count(), 0);
});

test("signing out closes the library", async (t) => {
  const page = await newBuyer(t, "leaver");

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".card h3").first().waitFor();
  assert.equal(await page.getByRole("link", { name: "Your library" }).count(), 0);
  await page.goto(`${shopUrl}/#library`);
  await page.getByRole("heading", { name: "Nothing is open on this device" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Nothing is open on this device" }).waitFor();
  await keepScreenshots(page, "signed-out");
  await page.getByRole("link", { name: "Sign in by e-mail" }).click();
  await page.getByLabel("E-mail address").waitFor();
});

test("a double click begins one checkout", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const checkouts = await holdRequests(page, "**/api/checkout", "POST");
  const button = cardPriced(page, PAID).locator("button.buy");
  await button.dblclick();
  assert.equal(await page.locator("button.buy:enabled").count(), 0);
  checkouts.release();
  await page.waitForURL((url) => !url.href.startsWith(`${shopUrl}/#`) && url.pathname !== "/");
  assert.equal(checkouts.seen.length, 1);
});

test("a checkout whose answer is lost is begun once, and another click begins another", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const sent = [];
  await page.route("**/api/checkout", async (route) => {
    sent.push({ key: route.request().headers()["idempotency-key"], answer: await (await route.fetch()).json() });
    await route.abort();
  });
  const card = cardPriced(page, PAID);
  await card.locator("button.buy").click();
  await card.getByRole("alert").getByRole("button", { name: "Try again" }).click();
  await card.getByRole("alert").getByText("No connection to the shop").waitFor();
  await cardPriced(page, "Free").locator("button.buy").click();
  await cardPriced(page, "Free").getByRole("alert").waitFor();
  assert.equal(sent[1].key, sent[0].key);
  assert.deepEqual(sent[1].answer, sent[0].answer);
  assert.notEqual(sent[2].key, sent[0].key);
});

test("a checkout that is under way ends with its view", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const checkouts = await holdRequests(page, "**/api/checkout", "POST");
  await cardPriced(page, PAID).locator("button.buy").click();
  await page.locator(".card h3 a").last().click();
  await page.locator("button.buy:enabled").waitFor();
  checkouts.release();
  await page.locator("button.buy").click();
  await page.waitForURL((url) => !url.href.startsWith(`${shopUrl}/#`) && url.pathname !== "/");
  const wanted = checkouts.seen.map((request) => request.postDataJSON().products[0]);
  assert.equal(wanted.length, 2);
  assert.notEqual(wanted[0], wanted[1]);
});

test("a checkout that cannot begin says so and can be tried again", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await page.route("**/api/checkout", (route) => route.abort(), { times: 1 });
  const card = cardPriced(page, PAID);
  await card.locator("button.buy").click();
  const notice = card.getByRole("alert");
  await notice.getByText("No connection to the shop").waitFor();
  await keepScreenshots(page, "checkout-error");
  await notice.getByRole("button", { name: "Try again" }).click();
  await page.waitForURL((url) => !url.href.startsWith(`${shopUrl}/#`) && url.pathname !== "/");
});

test("a refused download says why and names the request", async (t) => {
  const page = await newBuyer(t, "refused");
  const row = page.locator("li.row.is-available").first();
  await page.route("**/api/customer/download", (route) => route.fulfill(refusal(503, "busy", { "Retry-After": "20" })), { times: 1 });
  await row.locator("button.download").click();
  const notice = row.getByRole("alert");
  await notice.getByText("The shop is very busy right now").waitFor();
  assert.match(await notice.textContent(), /20 seconds/);
  assert.match(await notice.textContent(), /Tell the shop: request request-17/);
  await keepScreenshots(page, "download-error");
});

test("prices are shown in the units of their currency", async (t) => {
  const page = await newVisitor(browser, t);
  const price = (priceCurrency, priceAmount) => ({ amountType: "fixed", priceCurrency, priceAmount });
  await offer(page, [
    { prices: [price("usd", 2100), price("eur", 1950)] },
    { prices: [price("jpy", 3000)] },
    { prices: [{ amountType: "custom", priceCurrency: "eur", minimumAmount: 500 }] },
    { prices: [price("eur", 800)], isRecurring: true, recurringInterval: "month", recurringIntervalCount: 3, trialInterval: "day", trialIntervalCount: 14 },
    { prices: [price("eur", 0)] },
    // Browsers show neither without hundredths, and Polar counts in them.
    { prices: [price("huf", 150_000)] },
    { prices: [price("ugx", 150_050)] },
  ]);
  await page.goto(shopUrl);
  await page.locator(".card .price").first().waitFor();
  assert.deepEqual(await page.locator(".card .price").allInnerTexts(), [
    "€19.50", "JP¥3,000", "From €5\nPay what you want", "€8 / 3 months\nFirst 14 days free", "Free", "HUF\u00a01,500", "UGX\u00a01,500.50",
  ]);
});

test("what a merchant writes is shown as text and never runs", async (t) => {
  const page = await newVisitor(browser, t);
  const attack = '<img src="/missing" onerror="document.title = 1"><script>document.title = 1</script>';
  const product = { name: attack, description: `${attack} [click](javascript:alert(1)) **bold**`, medias: [{ publicUrl: "javascript:alert(1)" }] };
  await offer(page, [product]);
  await page.goto(shopUrl);
  await page.locator(".card h3 a").click();
  await page.locator(".prose strong").waitFor();
  assert.equal(await page.locator("h1").textContent(), attack);
  assert.match(await page.locator(".prose").textContent(), /<script>/);
  assert.equal(await page.locator("main :is(script, img, a[href^='javascript'])").count(), 0);
});

test("an unknown checkout in the address is told in words, and its query leaves the address", async (t) => {
  const page = await newVisitor(browser, t);
  await page.goto(`${shopUrl}/?checkout_id=00000000-0000-4000-8000-000000000000&customer_session_token=not-a-token`);
  await page.getByRole("heading", { name: "This browser did not make that purchase" }).waitFor();
  assert.equal(page.url(), `${shopUrl}/#payment`);
  await keepScreenshots(page, "payment-unknown");
  await page.getByRole("link", { name: "To the shop" }).click();
  await page.locator(".card h3").first().waitFor();
});

test("an unknown product and an unknown address are told in words", async (t) => {
  const page = await newVisitor(browser, t);
  await page.goto(`${shopUrl}/#product/00000000-0000-4000-8000-000000000000`);
  await page.getByRole("heading", { name: "This product is not for sale" }).waitFor();
  await keepScreenshots(page, "product-unknown");
  await page.goto(`${shopUrl}/#nowhere`);
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
});

test("a catalog that does not answer can be tried again", async (t) => {
  const page = await newVisitor(browser, t);
  await page.route("**/api/products?*", (route) => route.abort(), { times: 1 });
  await page.goto(shopUrl);
  await page.getByRole("alert").getByText("No connection to the shop").waitFor();
  await keepScreenshots(page, "catalog-error");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".card h3").first().waitFor();
});

test("a purchase begins with the keyboard alone", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const name = await page.locator(".card h3").first().textContent();
  await tabTo(page, (focused) => focused.closest(".card h3") !== null);
  await page.keyboard.press("Enter");
  await page.locator(".offer button.buy").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");

  await page.goBack();
  await page.waitForFunction((expected) => document.activeElement.textContent === expected, name);
  await tabTo(page, (focused) => focused.matches(".card button.buy"));
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => !url.href.startsWith(`${shopUrl}/#`) && url.pathname !== "/");
});

test("every view fits a phone, and what is touched is large enough for a finger", async (t) => {
  const page = await newVisitor(browser, t, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await openCatalog(page);
  await assertNoSidewaysScroll(page, "the catalog");
  const small = await page.locator("button, .nav-link, .button, input, .brand").evaluateAll((nodes) =>
    nodes.filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 44).map((node) => node.outerHTML));
  assert.deepEqual(small, []);
  await page.locator(".card h3 a").first().tap();
  await page.locator(".offer").waitFor();
  await assertNoSidewaysScroll(page, "the product");
});

// Somebody who has just bought the free product, in front of the library.
async function newBuyer(t, buyer) {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  await pay(page, { buyer });
  await page.locator("li.row.is-available").first().waitFor();
  return page;
}

// Lets the shop sell these instead of its own products.
async function offer(page, products) {
  const whole = { name: "Product", description: null, isRecurring: false, prices: [], benefits: [], medias: [], files: [] };
  const items = products.map((product, place) => ({ ...whole, id: `product-${place}`, ...product }));
  await page.route("**/api/products?*", (route) => route.fulfill({ json: { items, pagination: { totalCount: items.length, maxPage: 1 } } }));
  await page.route("**/api/products/*", (route) => route.fulfill({ json: items.find(({ id }) => route.request().url().endsWith(id)) }));
}

// Presses Tab until the focus is where `isThere` says, at most once around the page.
async function tabTo(page, isThere) {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(`(${isThere})(document.activeElement)`)) return;
  }
  assert.fail("the keyboard does not reach it");
}

/** An answer of the shop's that refuses, for `route.fulfill`. */
function refusal(status, code, headers = {}) {
  return {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
    body: JSON.stringify({ type: "about:blank", title: code, status, detail: "No.", code, requestId: "request-17" }),
  };
}
