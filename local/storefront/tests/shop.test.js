// A buyer's way through the shop, by clicks and keys, in a real browser against the running shop.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assertNoSidewaysScroll, beginCheckout, cardPriced, downloadBy, hasFocus, headerButton, holdRequests, keepScreenshots, launchBrowser, newBuyer,
  newVisitor, openCatalog, refusal, shopUrl, watchShifts,
} from "./browser.js";
import { DECLINED_CARD, GOOD_CARD, pay } from "./hosted-page.js";

const PAID = /^\D*[1-9][\d.,]*$/;
// The demo shop has these too: archived, private, and a draft.
const NOT_FOR_SALE = ["Winter Pack 2019", "Commission for Hanna", "Untitled Kit"];
const UNKNOWN = "00000000-0000-4000-8000-000000000000";
const PAGES = ["/", "/product.html?product=0b000003-0000-4000-8000-000000000003", "/library.html", "/account.html", "/legal.html", "/nowhere"];
// A request that can be repeated is: once, and twice again.
const ATTEMPTS = 3;

let browser;
before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

test("the catalog shows what is for sale, with prices, and nothing else", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const names = await page.locator(".card [part=name]").allTextContents();
  assert.ok(names.length >= 2, `${names.length} products`);
  assert.deepEqual(names.filter((name) => NOT_FOR_SALE.includes(name)), []);
  assert.equal(await page.locator(".card .amount").count(), names.length);
  assert.equal(await page.locator(".card button.buy").count(), names.length);
  await keepScreenshots(page, "catalog");
});

test("a catalog of several pages has a search, and words when nothing matches", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const name = await page.locator(".card [part=name]").last().textContent();
  await page.evaluate(() => document.querySelector("shop-products").setAttribute("limit", "4"));
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator(".card").nth(7).waitFor();
  await page.getByRole("searchbox").fill(name);
  await page.getByRole("status").filter({ hasText: "found" }).waitFor();
  assert.ok((await page.locator(".card [part=name]").allTextContents()).includes(name));
  await page.getByRole("searchbox").fill("no such thing in this shop");
  await page.getByRole("heading", { name: /nothing found/i }).waitFor();
  await keepScreenshots(page, "nothing-found");
  await page.getByRole("button", { name: "Show all products" }).click();
  await page.locator(".card").nth(3).waitFor();
});

test("a product shows its price, what it gives and its files", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const card = cardPriced(page, PAID);
  const name = await card.locator("[part=name]").textContent();
  await card.locator("[part=name] a").click();
  await page.locator(".offer button.buy").waitFor();
  assert.equal(await page.locator("shop-product [part=name]").textContent(), name);
  await page.waitForFunction((title) => document.title === title, `${name} · Meshwork Goods`);
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
  assert.equal(page.url(), `${shopUrl}/library.html`);
  await keepScreenshots(page, "payment-waiting");
  claim.release();

  await page.getByRole("heading", { name: "Thank you!" }).waitFor();
  const row = page.locator("li.row").first();
  await row.locator("button.download").waitFor();
  await keepScreenshots(page, "library");
  await assertDownloads(page, row);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("heading", { name: "Thank you!" }).waitFor({ state: "detached" });
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
  const row = page.locator("li.row").first();
  await row.waitFor();
  await assertDownloads(page, row);
  await keepScreenshots(page, "library-after-download");
});

test("Back from the payment page leaves a shop that sells", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const { url } = await beginCheckout(page, cardPriced(page, PAID));
  await page.goBack();
  await cardPriced(page, PAID).getByRole("button", { name: /^Buy/ }).click();
  await page.waitForURL(url);
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

test("a purchase is completed on whichever page the buyer goes to meanwhile", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  const claim = await holdRequests(page, "**/api/session", "POST");
  await pay(page, { buyer: "restless" });
  await page.getByRole("heading", { name: "Your payment is being confirmed" }).waitFor();
  await page.locator(".brand").click();
  await page.locator(".card [part=name]").first().waitFor();
  claim.release();
  await page.getByRole("heading", { name: "Thank you!" }).waitFor();
  await headerButton(page, "Sign out").waitFor();
  assert.equal(page.url(), `${shopUrl}/`);
  await page.getByRole("link", { name: "Open your library" }).click();
  await page.locator("li.row").first().waitFor();
});

test("who has paid is never told that nothing was charged", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  await page.clock.install();
  const isClaim = (route) => route.request().method() === "POST";
  await page.route("**/api/session", (route) => (isClaim(route) ? route.fulfill(refusal(502, "polar_unexpected", { detail: "Nothing was charged by this request." })) : route.fallback()));
  await pay(page, { buyer: "worried" });
  await page.getByRole("heading", { name: "Your payment is being confirmed" }).waitFor();
  const status = page.locator("shop-status");
  const again = status.getByRole("button", { name: /^(Try|Check) again$/ });
  while (await again.count() === 0) await page.clock.runFor(2_000);
  assert.doesNotMatch(await page.locator("shop-completion [part=body]").innerText(), /charged/);
});

test("a library that does not answer can be tried again", async (t) => {
  const page = await newBuyer(browser, t, "reader");
  await page.route("**/api/customer/downloadable-products?*", (route) => route.fulfill(refusal(503, "busy")), { times: ATTEMPTS });
  await page.reload();
  await page.getByRole("alert").getByText("request-17").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("li.row").first().waitFor();
});

test("a library of several pages shows all its rows", async (t) => {
  const page = await newBuyer(browser, t, "collector");
  const whole = await page.evaluate(async () => (await fetch("/api/customer/downloadable-products")).json());
  await page.route("**/api/customer/downloadable-products?*", (route) => route.fulfill({ json: { ...whole, pagination: { totalCount: 200, maxPage: 2 } } }));
  await page.reload();
  await page.getByRole("button", { name: "Show more" }).click();
  await page.locator("li.row").nth(whole.items.length * 2 - 1).waitFor();
  await page.getByRole("button", { name: "Show more" }).waitFor({ state: "detached" });
});

test("signing out of a session that has ended elsewhere is signing out", async (t) => {
  const page = await newBuyer(browser, t, "elsewhere");
  assert.equal(await page.evaluate(async () => (await fetch("/api/session", { method: "DELETE" })).status), 204);
  await headerButton(page, "Sign out").click();
  await headerButton(page, "Sign in").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("signing out closes the library", async (t) => {
  const page = await newBuyer(browser, t, "leaver");
  await page.goto(shopUrl);
  await headerButton(page, "Sign out").click();
  await headerButton(page, "Sign in").waitFor();
  await page.getByRole("link", { name: "Your library" }).click();
  await page.getByRole("heading", { name: "You're not signed in on this device" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "You're not signed in on this device" }).waitFor();
  await keepScreenshots(page, "signed-out");
  await page.getByRole("button", { name: "Sign in by e-mail" }).click();
  await page.getByLabel("E-mail address").waitFor();
});

test("signing out that fails says so, and can be tried again", async (t) => {
  const page = await newBuyer(browser, t, "stuck");
  await page.route("**/api/session", (route) => (route.request().method() === "DELETE" ? route.fulfill(refusal(503, "busy")) : route.fallback()), { times: 1 });
  await headerButton(page, "Sign out").click();
  await page.getByRole("alert").getByText("request-17").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "You're not signed in on this device" }).waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("a double click begins one checkout", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const checkouts = await holdRequests(page, "**/api/checkout", "POST");
  await cardPriced(page, PAID).locator("button.buy").dblclick();
  await page.getByRole("button", { name: /^Opening checkout/ }).waitFor();
  checkouts.release();
  await page.waitForURL(isElsewhere);
  assert.equal(checkouts.seen.length, 1);
});

test("a checkout whose answer is lost is begun once, and another product begins another", async (t) => {
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
  await card.getByRole("button", { name: /^Opening checkout/ }).waitFor();
  await card.getByRole("alert").getByText("The shop cannot be reached").waitFor();
  const free = cardPriced(page, "Free");
  await free.locator("button.buy").click();
  await free.getByRole("alert").waitFor();
  const repeats = sent.slice(0, 2 * ATTEMPTS);
  for (const repeat of repeats) assert.deepEqual(repeat, repeats[0]);
  assert.notEqual(sent.at(-1).key, repeats[0].key);
});

test("a checkout that is under way ends with its page", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  const checkouts = await holdRequests(page, "**/api/checkout", "POST");
  await cardPriced(page, PAID).locator("button.buy").click();
  await page.getByRole("button", { name: /^Opening checkout/ }).waitFor();
  await page.locator(".card [part=name] a").last().click();
  await page.waitForURL(/product\.html/);
  await page.locator(".offer button.buy").click();
  checkouts.release();
  await page.waitForURL(isElsewhere);
  const wanted = checkouts.seen.map((request) => request.postDataJSON().products[0]);
  assert.equal(wanted.length, 2);
  assert.notEqual(wanted[0], wanted[1]);
});

test("a checkout that cannot begin says so and can be tried again", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await page.route("**/api/checkout", (route) => route.abort(), { times: ATTEMPTS });
  const card = cardPriced(page, PAID);
  await card.locator("button.buy").click();
  const notice = card.getByRole("alert");
  await notice.getByText("The shop cannot be reached").waitFor();
  await keepScreenshots(page, "checkout-error");
  await notice.getByRole("button", { name: "Try again" }).click();
  await page.waitForURL(isElsewhere);
});

test("a refused download says why, when to try again, and names the request", async (t) => {
  const page = await newBuyer(browser, t, "refused");
  const row = page.locator("li.row").first();
  await page.route("**/api/customer/download", (route) => route.fulfill(refusal(503, "busy", { title: "Busy", retryAfter: 20 })), { times: 1 });
  await row.locator("button.download").click();
  const notice = row.getByRole("alert");
  await notice.getByText("Busy").waitFor();
  assert.match(await notice.textContent(), /It works again after \d?\d:\d\d.*Tell the shop: request request-17/);
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
  await openCatalog(page);
  assert.deepEqual(await page.locator(".card .price").allInnerTexts(), [
    "€19.50", "JP¥3,000", "From €5", "€8 / 3 months\nFirst 14 days free", "Free", "HUF\u00a01,500", "UGX\u00a01,500.50",
  ]);
});

test("what a merchant writes is shown as text and never runs", async (t) => {
  const page = await newVisitor(browser, t);
  const attack = '<img src="/missing" onerror="document.title = 1"><script>document.title = 1</script>';
  const media = { mimeType: "image/png", publicUrl: "javascript:alert(1)" };
  await offer(page, [{ name: attack, description: `${attack} [click](javascript:alert(1)) **bold**`, medias: [media] }]);
  await openCatalog(page);
  await page.locator(".card [part=name] a").click();
  await page.locator(".prose strong").waitFor();
  assert.equal(await page.locator("shop-product [part=name]").textContent(), attack);
  assert.match(await page.locator(".prose").textContent(), /<script>/);
  assert.equal(await page.locator("main :is(script, img, a[href^='javascript'])").count(), 0);
});

test("an unknown checkout in the address is told in words, and its secrets leave the address", async (t) => {
  const page = await newVisitor(browser, t);
  await page.goto(`${shopUrl}/?checkout_id=${UNKNOWN}&customer_session_token=not-a-token`);
  await page.getByRole("heading", { name: "This browser did not make that purchase" }).waitFor();
  assert.equal(page.url(), `${shopUrl}/`);
  await keepScreenshots(page, "payment-unknown");
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("heading", { name: "This browser did not make that purchase" }).waitFor({ state: "detached" });
});

test("an unknown product and an unknown address are told in words", async (t) => {
  const page = await newVisitor(browser, t);
  await page.goto(`${shopUrl}/product.html?product=${UNKNOWN}`);
  await page.getByRole("heading", { name: "This product is not for sale" }).waitFor();
  await keepScreenshots(page, "product-unknown");
  assert.equal((await page.goto(`${shopUrl}/nowhere`)).status(), 404);
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await keepScreenshots(page, "page-unknown");
  await page.getByRole("link", { name: "Browse products" }).click();
  await page.locator(".card [part=name]").first().waitFor();
});

test("a catalog that does not answer can be tried again", async (t) => {
  const page = await newVisitor(browser, t);
  await page.route("**/api/products?*", (route) => route.abort(), { times: ATTEMPTS });
  await page.goto(shopUrl);
  await page.getByRole("alert").getByText("The shop cannot be reached").waitFor();
  await keepScreenshots(page, "catalog-error");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".card [part=name]").first().waitFor();
});

test("a purchase begins with the keyboard alone", async (t) => {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.ok(await hasFocus(page, (focused) => focused.id === "main"), "the first link skips the header");
  await tabTo(page, (focused) => focused.closest("[part=name]") !== null);
  await page.keyboard.press("Enter");
  await page.locator(".offer button.buy").waitFor();
  await tabTo(page, (focused) => focused.matches("button.buy"));
  await page.keyboard.press("Enter");
  await page.waitForURL(isElsewhere);
});

test("no page is wider than a phone, and what is touched is large enough for a finger", async (t) => {
  const page = await newVisitor(browser, t, { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
  for (const path of PAGES) {
    await page.goto(shopUrl + path);
    await headerButton(page, "Sign in").waitFor();
    await page.locator("shop-products .card, shop-product .files, shop-library [part=panel], shop-account [part=panel], main > section, main > p > .button").first().waitFor();
    await assertNoSidewaysScroll(page, path);
    const small = await page.locator("button, header a, footer nav a, .button, .back a, input").evaluateAll((nodes) =>
      nodes.filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 44).map((node) => node.outerHTML));
    assert.deepEqual(small, [], path);
  }
});

test("nothing moves while a page loads", async (t) => {
  const page = await newVisitor(browser, t);
  const shifts = await watchShifts(page);
  for (const size of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    for (const path of PAGES) {
      await page.goto(shopUrl + path, { waitUntil: "networkidle" });
      assert.equal(await shifts(), 0, `${path} at ${size.width} px`);
    }
  }
});

// Downloads the row's file and compares its bytes with the checksum and the name that are shown.
async function assertDownloads(page, row) {
  await row.getByText("Details").click();
  const shown = await row.locator("details code").textContent();
  const { sha256, fileName } = await downloadBy(page, row.locator("button.download"));
  assert.equal(sha256, shown);
  assert.equal(fileName, await row.locator("strong").textContent());
}

function isElsewhere({ origin }) {
  return origin !== shopUrl;
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
    if (await hasFocus(page, isThere)) return;
  }
  assert.fail("the keyboard does not reach it");
}
