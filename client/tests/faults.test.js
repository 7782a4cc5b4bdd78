// What goes wrong around a page: a sentence for the buyer, and in the console what the author has to change.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { pay } from "../../local/storefront/tests/hosted-page.js";
import { answer, buyButton, FREE, launchBrowser, newVisitor, OTHER_SITE, pageOf, problem, publish, SAME_SITE, shopUrl, watchShifts } from "./visitor.js";

const SHOP = "<shop-products></shop-products><shop-library></shop-library>";

let browser;
before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

test("a shop that cannot be reached is asked again, says so, and goes on when it is back", async (t) => {
  const { page, seen } = await newVisitor(browser, t);
  await page.route(`${shopUrl}/api/{products,session,health}*`, (route) => route.abort());
  await page.goto(await publish(pageOf(SHOP)));
  await page.getByText("The shop cannot be reached").first().waitFor();
  assert.ok(seen.requests.filter((request) => request.startsWith("GET /api/products")).length > 1);
  await said(page, seen, /does not answer, or this page's Content-Security-Policy/);
  await page.unroute(`${shopUrl}/api/{products,session,health}*`);
  for (const element of ["shop-products", "shop-library"]) await page.locator(element).getByRole("button", { name: "Try again" }).click();
  await buyButton(page, FREE).waitFor();
  await page.getByText("You're not signed in on this device").waitFor();
});

test("an answer of 503 with Retry-After is waited for, and nobody notices", async (t) => {
  const { page, seen } = await newVisitor(browser, t);
  await answer(page, "products?*", { status: 503, body: problem("busy"), headers: { "Retry-After": "1" }, times: 1 });
  await page.goto(await publish(pageOf(SHOP)));
  await buyButton(page, FREE).waitFor();
  assert.equal(seen.requests.filter((request) => request.startsWith("GET /api/products")).length, 2);
});

test("a page that the shop does not know is told which setting to change", async (t) => {
  const html = pageOf(SHOP);
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end(html)).listen(0);
  t.after(() => server.close());
  await once(server, "listening");
  const { page, seen } = await newVisitor(browser, t);
  await page.goto(`http://localhost:${server.address().port}`);
  await page.getByText("The shop cannot be reached").first().waitFor();
  await said(page, seen, /does not know pages at http:\/\/localhost:\d+: its owner adds this origin to StorefrontOrigins/);
});

test("a page on another site of a shop without bearer is told which setting to change", async (t) => {
  const { page, seen } = await newVisitor(browser, t);
  await answer(page, "checkout", { status: 422, body: problem("rejected", { errors: [{ field: "transport", message: "This shop hands out cookies only." }] }) });
  await page.goto(await publish(pageOf(SHOP), { site: OTHER_SITE }));
  await buyButton(page, FREE).click();
  await page.getByText("The shop did not accept this").waitFor();
  await said(page, seen, /AllowBearer=true/);
});

test("more of the library that cannot be loaded leaves what is shown, and can be tried again", async (t) => {
  const { page } = await newVisitor(browser, t);
  await page.goto(await publish(pageOf(SHOP)));
  await buyButton(page, FREE).click();
  await pay(page, { buyer: "collector" });
  const rows = page.getByRole("button", { name: /^Download / });
  await rows.first().waitFor();
  const [whole] = await Promise.all([
    page.waitForResponse(`${shopUrl}/api/customer/downloadable-products?limit=100`).then((response) => response.json()),
    page.reload(),
  ]);
  await answer(page, "customer/downloadable-products?limit=100", { body: { ...whole, pagination: { totalCount: 101, maxPage: 2 } } });
  await answer(page, "customer/downloadable-products?limit=100&page=2", { body: whole });
  await answer(page, "customer/downloadable-products?limit=100&page=2", { status: 500, body: problem("internal"), times: 1 });
  await page.reload();
  const more = page.locator("shop-library").getByRole("button", { name: "Show more" });
  await more.click();
  const trouble = page.locator("shop-library").getByRole("alert");
  await trouble.getByText("request-17").waitFor();
  assert.equal(await rows.count(), whole.items.length);
  await trouble.getByRole("button", { name: "Try again" }).click();
  await more.waitFor({ state: "detached" });
  assert.equal(await rows.count(), whole.items.length * 2);
});

test("a policy without unsafe-inline is enough, and nothing breaks it", async (t) => {
  const { page, seen } = await newVisitor(browser, t);
  const policy = `default-src 'none'; script-src ${shopUrl}; connect-src ${shopUrl}; img-src http: data:; base-uri 'none'`;
  const html = pageOf(SHOP).replace(/<style>.*<\/style>/, "");
  await page.goto(await publish(html, { policy }));
  await buyButton(page, FREE).click();
  await pay(page, { buyer: "policy" });
  await page.getByRole("button", { name: /^Download / }).first().waitFor();
  assert.deepEqual(seen.console.filter((text) => /Content Security Policy/.test(text)), []);
});

test("a policy that forbids the shop is named in the console", async (t) => {
  const { page, seen } = await newVisitor(browser, t);
  const policy = `default-src 'none'; script-src ${shopUrl}; connect-src 'none'`;
  await page.goto(await publish(pageOf("<shop-products></shop-products>").replace(/<style>.*<\/style>/, ""), { policy }));
  await page.getByText("The shop cannot be reached").waitFor();
  await said(page, seen, /connect-src/);
});

test("a part of the elements that does not load says so, and German falls back to English", async (t) => {
  const { page } = await newVisitor(browser, t);
  await page.route(`${shopUrl}/api/elements/*`, (route) => route.abort());
  await page.goto(await publish(pageOf(SHOP, { lang: "de" })));
  await page.locator("shop-library").getByRole("button", { name: "Sign in by e-mail" }).click();
  await page.locator("shop-sign-in").getByText("The shop cannot be reached").waitFor();
  await buyButton(page, FREE).waitFor();
});

for (const site of [SAME_SITE, OTHER_SITE]) {
  test(`a browser that forbids storage buys too, on ${site === SAME_SITE ? "the shop's" : "another"} site`, async (t) => {
    const { page } = await newVisitor(browser, t);
    await page.addInitScript(() => {
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, { get() { throw new DOMException("forbidden", "SecurityError"); } });
      }
    });
    await page.goto(await publish(pageOf(SHOP), { site }));
    await buyButton(page, FREE).click();
    await pay(page, { buyer: "no-storage" });
    // With a cookie the browser proves who it is; without storage there is nothing else, and signing in is the way.
    if (site === SAME_SITE) await page.getByRole("button", { name: /^Download / }).first().waitFor();
    else await page.getByRole("heading", { name: "This browser did not make that purchase" }).waitFor();
  });
}

test("a frame that does not load gives way to the payment page", async (t) => {
  const { page } = await newVisitor(browser, t);
  const { items } = await (await fetch(`${shopUrl}/api/products?limit=20`)).json();
  const free = items.find(({ name }) => name === FREE).id;
  await page.route(/embed=true/, (route) => route.abort());
  await page.clock.install();
  await page.goto(await publish(pageOf(`<shop-buy product="${free}" mode="overlay"></shop-buy>`)));
  await page.getByRole("button").click();
  await page.locator("iframe").waitFor();
  await page.clock.runFor(20_000);
  await page.waitForURL((url) => url.origin !== SAME_SITE);
  await page.getByRole("button", { name: /^Use you@/ }).waitFor();
});

test("figures of the five lines", async (t) => {
  const { page, seen } = await newVisitor(browser, t);
  const sizes = [];
  page.on("response", async (response) => {
    if (response.url().startsWith(shopUrl)) sizes.push((await response.request().sizes()).responseBodySize);
  });
  const shifts = await watchShifts(page);
  await page.goto(await publish(pageOf(SHOP)));
  await page.getByText("You're not signed in on this device").waitFor();
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  const shift = await shifts();
  const clickedAt = performance.now();
  await buyButton(page, FREE).click();
  await page.waitForURL((url) => url.origin !== SAME_SITE);
  const toPolar = performance.now() - clickedAt;
  t.diagnostic(`${seen.requests.length - 1} requests, ${sizes.reduce((sum, size) => sum + size, 0)} bytes, first paint after ${paint.toFixed()} ms, ` +
    `layout shift ${shift}, from the click to the payment page ${toPolar.toFixed()} ms`);
  assert.equal(shift, 0);
});

async function said(page, { console }, pattern) {
  for (let looks = 0; looks < 100 && !console.some((text) => pattern.test(text)); looks++) await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.ok(console.some((text) => pattern.test(text)), console.join("\n"));
}
