// The elements on pages of the shop's own site and of another, in a real browser against the running shop.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DECLINED_CARD, GOOD_CARD, pay } from "../../local/storefront/tests/hosted-page.js";
import { openMailbox } from "../../local/storefront/tests/mailbox.js";
import {
  buyButton, CHOSEN, downloadBy, fiveLines, FREE, IN_EUROS, launchBrowser, newVisitor, OTHER_SITE, PAID, pageOf, publish, SAME_SITE, shopUrl, watchShifts,
} from "./visitor.js";

const ADA = "ada@recordings-mail.net";

let browser;
before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

for (const [site, transport] of [[SAME_SITE, "cookies"], [OTHER_SITE, "bearer"]]) {
  test(`the five lines of the README are a shop, by ${transport}`, async (t) => {
    const { page, context, seen } = await newVisitor(browser, t);
    const address = await publish(await fiveLines(), { site });
    const shifts = await watchShifts(page);
    await page.goto(address);
    await page.getByText("You're not signed in on this device").waitFor();
    assert.deepEqual(seen.requests.sort(), ["GET /api/elements.js", "GET /api/products?limit=12", "GET /api/session"]);
    assert.equal(await shifts(), 0);

    await buyButton(page, FREE).click();
    await pay(page, { buyer: "reader" });
    const download = page.getByRole("button", { name: /^Download / }).first();
    await download.waitFor();
    await page.getByRole("heading", { name: "Thank you!" }).waitFor();
    assert.equal(page.url(), address);
    await page.getByText("Details").first().click();
    const checksum = await page.locator("shop-library details code").first().textContent();
    assert.equal((await downloadBy(page, download)).sha256, checksum);
    await page.getByText("Download history").click();
    await page.getByRole("listitem").filter({ hasText: / · Downloaded$/ }).waitFor();

    const cookies = (await context.cookies(shopUrl)).map(({ name }) => name);
    assert.equal(cookies.length > 0, transport === "cookies", String(cookies));
    await page.reload();
    await download.waitFor();
    assert.equal(await page.getByRole("heading", { name: "Thank you!" }).count(), 0);
    assert.ok(seen.requests.includes("POST /api/session"));

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You're not signed in on this device").waitFor();
    await page.reload();
    await page.getByText("You're not signed in on this device").waitFor();
  });
}

test("a page with three elements makes each call once", async (t) => {
  const { page, seen } = await newVisitor(browser, t);
  await page.goto(await publish(pageOf("<shop-status></shop-status><shop-library></shop-library><shop-account></shop-account><shop-sign-in></shop-sign-in><shop-products></shop-products>")));
  await buyButton(page, FREE).waitFor();
  await page.getByLabel("E-mail address").waitFor();
  assert.deepEqual(seen.requests.sort(), ["GET /api/elements.js", "GET /api/elements/account.js", "GET /api/elements/sign-in.js", "GET /api/products?limit=12", "GET /api/session"]);
});

test("a double click, a reload and Back begin one checkout", async (t) => {
  const { page, seen } = await newVisitor(browser, t);
  const address = await publish(pageOf("<shop-products></shop-products>"));
  const checkouts = [];
  page.on("response", async (response) => {
    if (response.url().endsWith("/api/checkout") && response.request().method() === "POST") checkouts.push(response.status());
  });
  await page.goto(address);
  await buyButton(page, PAID).dblclick();
  await page.waitForURL((url) => !url.href.startsWith(SAME_SITE));
  const payment = page.url();
  assert.equal(seen.requests.filter((request) => request === "POST /api/checkout").length, 1);
  await page.goBack();
  await buyButton(page, PAID).click();
  await page.waitForURL(payment);
  await page.goto(address);
  await buyButton(page, PAID).click();
  await page.waitForURL(payment);
});

test("a declined card leads back to the payment page, and a good one opens the library", async (t) => {
  const { page } = await newVisitor(browser, t);
  await page.goto(await publish(pageOf("<shop-products></shop-products><shop-library></shop-library>")));
  await buyButton(page, PAID).click();
  await page.getByRole("button", { name: /^Pay/ }).waitFor();
  await pay(page, { buyer: "payer", card: DECLINED_CARD });
  await page.getByText(/declined/i).first().waitFor();
  await pay(page, { buyer: "payer", card: GOOD_CARD });
  await page.getByRole("button", { name: /^Download / }).first().waitFor();
});

test("a tab that was closed after the payment has lost nothing: the next visit completes the purchase", async (t) => {
  const { page, context } = await newVisitor(browser, t);
  const address = await publish(pageOf("<shop-products></shop-products><shop-library></shop-library>"));
  await page.goto(address);
  await buyButton(page, FREE).click();
  await page.waitForURL((url) => url.origin !== SAME_SITE);
  // The buyer pays, and never comes back in this tab.
  await page.route(`${SAME_SITE}/**`, (route) => route.abort());
  await pay(page, { buyer: "leaver" });
  await page.waitForEvent("requestfailed", (request) => request.url().includes("checkout_id="));
  await page.close();

  const next = await context.newPage();
  await next.goto(address);
  await next.getByRole("heading", { name: "Thank you!" }).waitFor();
  await next.getByRole("button", { name: /^Download / }).first().waitFor();
});

test("a second browser that has the buyer's address opens nothing, and is told the way", async (t) => {
  const { page } = await newVisitor(browser, t);
  const address = await publish(pageOf("<shop-products></shop-products><shop-library></shop-library>"));
  await page.goto(address);
  await buyButton(page, FREE).click();
  await page.waitForURL((url) => url.origin !== SAME_SITE);
  const back = page.waitForRequest((request) => request.url().includes("checkout_id="));
  await page.route(`${SAME_SITE}/**`, (route) => route.abort());
  await pay(page, { buyer: "victim" });
  const stolen = (await back).url();

  for (const site of [SAME_SITE, OTHER_SITE]) {
    const thief = await newVisitor(browser, t);
    await thief.page.goto(stolen.replace(SAME_SITE, site));
    await thief.page.getByRole("heading", { name: "This browser did not make that purchase" }).waitFor();
    assert.ok(!thief.page.url().includes("checkout_id"), thief.page.url());
    await thief.page.getByRole("button", { name: "Sign in by e-mail" }).first().click();
    await thief.page.getByLabel("E-mail address").waitFor();
  }
});

for (const [site, transport] of [[SAME_SITE, "cookies"], [OTHER_SITE, "bearer"]]) {
  test(`a code by mail opens library and account, in German, by ${transport}`, async (t) => {
    const { page } = await newVisitor(browser, t, { locale: "de-DE" });
    const mailbox = await openMailbox(page, ADA);
    const address = await publish(pageOf("<shop-library></shop-library><shop-account></shop-account>", { lang: "de" }), { site });
    await page.goto(address);
    const library = page.locator("shop-library");
    await library.getByRole("button", { name: "Per E-Mail anmelden" }).click();
    await library.getByLabel("E-Mail-Adresse").fill(ADA);
    await library.getByRole("button", { name: "Code senden" }).click();
    const { code } = await mailbox.next();
    await library.getByLabel("Code aus der E-Mail").fill(`Ihr Code ist ${code}.`);
    await page.keyboard.press("Enter");
    await library.getByRole("button", { name: /^Herunterladen / }).first().waitFor();
    await page.getByRole("heading", { name: "Bestellungen" }).waitFor();
    await page.getByRole("button", { name: /^Rechnung / }).first().waitFor();
    await page.getByText("Dieses Gerät").waitFor();

    await page.getByRole("button", { name: "Abmelden", exact: true }).click();
    await library.getByText("Sie sind auf diesem Gerät nicht angemeldet").waitFor();
  });
}

test("a code that was asked for before a reload can still be typed in", async (t) => {
  const { page } = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await page.goto(await publish(pageOf("<shop-library></shop-library><shop-account></shop-account>")));
  const library = page.locator("shop-library");
  await library.getByRole("button", { name: "Sign in by e-mail" }).click();
  await library.getByLabel("E-mail address").fill(ADA);
  await library.getByRole("button", { name: "Send me a code" }).click();
  const { code } = await mailbox.next();
  await page.reload();
  const field = page.getByLabel("Code from the mail");
  await field.fill(code);
  assert.equal(await library.getByRole("heading", { name: "You're not signed in on this device" }).count(), 0);
  await field.press("Enter");
  await library.getByRole("button", { name: /^Download / }).first().waitFor();
});

test("who signs in while the page still asks who it is stays signed in", async (t) => {
  const { page } = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await page.goto(await publish(pageOf("<shop-status></shop-status><shop-library></shop-library>")));
  await page.getByText("You're not signed in on this device").waitFor();
  const questions = [];
  await page.route(`${shopUrl}/api/session`, (route) => questions.push(route), { times: 1 });
  await page.evaluate(async (api) => {
    const { store } = await import(`${api}/api/elements.js`);
    store.setSession({ active: false });
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    window.asked = store.session();
    document.querySelector("shop-status").signIn();
  }, shopUrl);
  const status = page.locator("shop-status");
  await status.getByLabel("E-mail address").fill(ADA);
  await status.getByRole("button", { name: "Send me a code" }).click();
  await status.getByLabel("Code from the mail").fill((await mailbox.next()).code);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^Download / }).first().waitFor();
  assert.equal(questions.length, 1);
  await questions[0].fulfill({ json: { active: false }, headers: { "Access-Control-Allow-Origin": SAME_SITE, "Access-Control-Allow-Credentials": "true" } });
  assert.equal(await page.evaluate(() => window.asked.then(({ data }) => data.active)), true);
});

test("the account has the way to sign out where a page has one, and the page itself where it says so", async (t) => {
  const { page } = await newVisitor(browser, t);
  await page.goto(await publish(pageOf("<shop-products></shop-products><shop-library></shop-library><shop-account></shop-account>")));
  await buyButton(page, FREE).click();
  await pay(page, { buyer: "one-way-out" });
  const files = page.getByRole("button", { name: /^Download / });
  const signOut = page.getByRole("button", { name: "Sign out" });
  await files.first().waitFor();
  await page.locator("shop-account").getByRole("button", { name: "Sign out" }).waitFor();
  assert.equal(await signOut.count(), 1);
  await page.goto(await publish(pageOf("<shop-library no-sign-out></shop-library>")));
  await files.first().waitFor();
  assert.equal(await signOut.count(), 0);
});

test("a second tab hears that the first one has signed out", async (t) => {
  const { page, context } = await newVisitor(browser, t);
  const address = await publish(pageOf("<shop-products></shop-products><shop-library></shop-library><shop-account></shop-account>"));
  await page.goto(address);
  await buyButton(page, FREE).click();
  await pay(page, { buyer: "two-tabs" });
  await page.getByRole("button", { name: /^Download / }).first().waitFor();
  const other = await context.newPage();
  await other.goto(address);
  await other.getByRole("button", { name: /^Download / }).first().waitFor();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await other.locator("shop-library").getByText("You're not signed in on this device").waitFor();
});

test("the payment leads to the page that the author wants", async (t) => {
  const { page } = await newVisitor(browser, t);
  const library = await publish(pageOf("<shop-library></shop-library>"));
  await page.goto(await publish(pageOf(`<shop-products success-href="${library}#files"></shop-products>`)));
  await buyButton(page, FREE).click();
  await pay(page, { buyer: "elsewhere" });
  await page.getByRole("button", { name: /^Download / }).first().waitFor();
  assert.equal(page.url(), library);
});

test("a page of one product names itself after it, and leads to the library of another page", async (t) => {
  const { page } = await newVisitor(browser, t);
  const library = await publish(pageOf("<shop-library></shop-library>"));
  const address = await publish(pageOf(`<shop-product page-title="{name} · A shop" library-href="${library}"></shop-product>`));
  const { items } = await (await fetch(`${shopUrl}/api/products?limit=20`)).json();
  await page.goto(`${address}?product=${items.find(({ name }) => name === FREE).id}`);
  await buyButton(page, FREE).waitFor();
  assert.equal(await page.title(), `${FREE} · A shop`);
  await buyButton(page, FREE).click();
  await pay(page, { buyer: "one-product" });
  await page.getByRole("link", { name: "Open your library" }).click();
  await page.getByRole("button", { name: /^Download / }).first().waitFor();
  assert.equal(page.url(), library);
});

test("the payment over the page ends without leaving it", async (t) => {
  const { page } = await newVisitor(browser, t);
  const { data } = await (await fetch(`${shopUrl}/api/products?limit=20`)).json().then(({ items }) => ({ data: items }));
  const free = data.find(({ name }) => name === FREE).id;
  const address = await publish(pageOf(`<shop-buy product="${free}" mode="overlay">Take it</shop-buy><shop-library></shop-library>`));
  await page.goto(address);
  const take = page.getByRole("button", { name: /^Take it/ });
  await take.click();
  const frame = page.frameLocator("iframe");
  await frame.getByRole("button", { name: /^Get it/ }).waitFor();
  await frame.getByRole("button", { name: "Close" }).click();
  await page.locator("iframe").waitFor({ state: "detached" });

  await take.click();
  await pay(frame, { buyer: "overlay" });
  await page.getByRole("heading", { name: "Thank you!" }).waitFor();
  await page.getByRole("button", { name: /^Download / }).first().waitFor();
  assert.equal(page.url(), address);
});

test("what is shown is what is charged: the currency, a chosen amount, and a discount by the address", async (t) => {
  const { page } = await newVisitor(browser, t, { locale: "en-US" });
  const address = await publish(pageOf('<shop-products currency="eur"></shop-products>'));
  await page.goto(`${address}?discount=WELCOME25&page=1`);
  const card = page.locator(".card").filter({ hasText: IN_EUROS });
  const [, shown] = (await card.locator(".amount").textContent()).match(/€([\d.]+)/);
  await buyButton(page, IN_EUROS).click();
  await page.getByRole("button", { name: /^Pay/ }).waitFor();
  const total = await page.getByRole("button", { name: /^Pay/ }).textContent();
  assert.match(total, new RegExp(`€${(Number(shown) * 0.75).toFixed(2)}|${(Number(shown) * 0.75).toFixed(2)}`));

  await page.goto(address);
  await page.locator(".card").filter({ hasText: PAID }).getByText("Not sold in EUR").waitFor();
  const chosen = page.locator(".card").filter({ hasText: CHOSEN });
  await chosen.getByRole("spinbutton").fill("12.5");
  await buyButton(page, CHOSEN).click();
  await page.getByRole("button", { name: /^Pay/ }).waitFor();
  assert.match(await page.getByRole("button", { name: /^Pay/ }).textContent(), /12\.50/);
});
