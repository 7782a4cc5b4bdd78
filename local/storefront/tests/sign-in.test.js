// The way back in: a code by e-mail, the whole library, and the devices that it is open on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { beginCheckout, cardPriced, keepScreenshots, launchBrowser, newVisitor, openCatalog, shopUrl } from "./browser.js";
import { pay } from "./hosted-page.js";
import { openMailbox } from "./mailbox.js";

// They have bought in the demo shop before; Grace has told her billing address. The shop sends each of them 10 codes an
// hour, and 20 to one network: all tests together ask for 13.
const ADA = "ada@recordings-mail.net";
const GRACE = "grace@recordings-mail.net";

let browser;
before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

test("a code by e-mail opens everything that was bought", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await openCatalog(page);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Sign in by e-mail" }).waitFor();
  await keepScreenshots(page, "sign-in");
  await askForCode(page, ADA);
  assert.match(await page.locator(".lede").textContent(), /^If you have bought here with ada@recordings-mail\.net, /);

  const { code } = await mailbox.next();
  await page.getByLabel("Code from the mail").pressSequentially(code.toLowerCase().replace("-", " "));
  assert.equal(await page.getByLabel("Code from the mail").inputValue(), code);
  await keepScreenshots(page, "sign-in-code");
  await page.keyboard.press("Enter");

  await page.locator("li.row").first().waitFor();
  assert.ok(await page.locator(".order").count() >= 2);
  assert.equal(page.url(), `${shopUrl}/#library`);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Sign in" }).count(), 0);
  await keepScreenshots(page, "account-library");
  await page.goBack();
  await page.locator(".card h3").first().waitFor();
});

test("the link in the mail fills the code in, submits nothing, and the code leaves the address", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await page.goto(`${shopUrl}/#sign-in`);
  await askForCode(page, ADA);
  const { code, link } = await mailbox.next();

  // A mail opens its links in a new tab.
  const tab = await page.context().newPage();
  const sent = [];
  tab.on("request", (request) => sent.push(request.method()));
  await tab.goto(link);
  await tab.getByLabel("Code from the mail").waitFor();
  assert.equal(await tab.getByLabel("Code from the mail").inputValue(), code);
  assert.equal(tab.url(), `${shopUrl}/#sign-in`);
  assert.deepEqual(sent.filter((method) => method !== "GET"), []);
  await keepScreenshots(tab, "sign-in-link");

  await tab.getByRole("button", { name: "Sign in" }).click();
  await tab.locator("li.row").first().waitFor();
});

test("a wrong code is refused in words, and a new one opens the library", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await page.goto(`${shopUrl}/#sign-in`);
  await askForCode(page, ADA);
  const first = await mailbox.next();
  await typeCode(page, first.code.startsWith("0") ? "1111-1111" : "0000-0000");
  await page.getByRole("alert").getByText("This code does not work here").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "code");
  await keepScreenshots(page, "sign-in-refused");

  await page.getByRole("button", { name: "Send a new code" }).click();
  await page.getByRole("status").filter({ hasText: "A new code is on its way." }).waitFor();
  await typeCode(page, (await mailbox.next()).code);
  await page.locator("li.row").first().waitFor();
});

test("a code is pasted in any form, and anything shorter is not sent", async (t) => {
  const page = await newVisitor(browser, t);
  await page.goto(`${shopUrl}/#sign-in?code=%20k7qf2m9x%20`);
  const field = page.getByLabel("Code from the mail");
  await field.waitFor();
  assert.equal(await field.inputValue(), "K7QF-2M9X");
  for (const [pasted, shown] of [["k7qf 2m9x", "K7QF-2M9X"], ["\tK7QF—2M9X\n", "K7QF-2M9X"], ["oilo-oilo", "0110-0110"], ["Your sign-in code is K7QF-2M9X.", "K7QF-2M9X"], ["https://shop.example/#sign-in?code=K7QF-2M9X", "K7QF-2M9X"], ["K7QF-2M9XA", "K7QF-2M9X"], ["Your sign-in code is on its way", ""], ["K7QF", "K7QF"]]) {
    await field.fill(pasted);
    assert.equal(await field.inputValue(), shown, pasted);
  }
  await page.route("**/api/login/verify", () => assert.fail("half a code was sent"));
  await page.keyboard.press("Enter");
  assert.equal(await field.evaluate((input) => input.validity.valid), false);

  await field.fill("K7QF-2M9X");
  await field.evaluate((input) => input.setSelectionRange(1, 1));
  await page.keyboard.press("Delete");
  await page.keyboard.type("a");
  assert.equal(await field.inputValue(), "KAQF-2M9X");
});

test("a code is worth nothing in another browser, which says where to type it", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await page.goto(`${shopUrl}/#sign-in`);
  await askForCode(page, ADA);
  const { code, link } = await mailbox.next();

  const other = await newVisitor(browser, t);
  await other.goto(link);
  await other.getByRole("button", { name: "Sign in" }).click();
  await other.getByRole("alert").getByText("Type the code in the browser in which you asked for it").waitFor();
  await keepScreenshots(other, "sign-in-other-browser");
  await other.getByRole("button", { name: "Ask for a new code" }).click();
  await other.getByLabel("E-mail address").waitFor();

  await typeCode(page, code);
  await page.locator("li.row").first().waitFor();
});

test("the page says the same for an address that nobody has bought with", async (t) => {
  const page = await newVisitor(browser, t);
  await page.goto(`${shopUrl}/#sign-in`);
  await askForCode(page, "nobody@recordings-mail.net");
  assert.match(await page.locator(".lede").textContent(), /^If you have bought here with nobody@recordings-mail\.net, /);
});

test("too many codes are refused with the time of the next one, and a reload keeps the place", async (t) => {
  const page = await newVisitor(browser, t);
  await page.goto(`${shopUrl}/#sign-in`);
  await askForCode(page, "nobody@recordings-mail.net");
  await page.reload();
  await page.getByLabel("Code from the mail").waitFor();
  await page.route("**/api/login", (route) => route.fulfill({
    status: 429,
    headers: { "Retry-After": "840", "Content-Type": "application/problem+json" },
    body: JSON.stringify({ title: "Too many", status: 429, detail: "Wait.", code: "rate_limited", requestId: "request-18" }),
  }));
  await page.getByRole("button", { name: "Send a new code" }).click();
  await page.getByRole("alert").getByText(/You can ask for another one after \d?\d:\d\d/).waitFor();
  await keepScreenshots(page, "sign-in-limited");
  await page.getByRole("button", { name: "use another address" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "email");
});

test("a purchase made as a visitor opens itself alone, and signing in opens the rest", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  await pay(page, { buyer: "ada" });
  await page.locator("li.row.is-available").first().waitFor();
  assert.equal(await page.locator(".order").count(), 1);
  assert.equal(await page.getByRole("navigation", { name: "Your purchases" }).count(), 0);
  await keepScreenshots(page, "order-library");

  await page.getByRole("link", { name: "See everything you bought" }).click();
  await askForCode(page, ADA);
  await typeCode(page, (await mailbox.next()).code);
  await page.waitForFunction(() => document.querySelectorAll(".order").length >= 3);
});

test("an invoice is downloaded, and one that lacks a billing address says so", async (t) => {
  const page = await newVisitor(browser, t);
  await signIn(page, GRACE);
  await page.getByRole("link", { name: "Orders" }).click();
  const invoice = page.getByRole("button", { name: /^Invoice/ }).first();
  await invoice.waitFor();
  await keepScreenshots(page, "orders");
  const download = page.waitForEvent("download");
  await invoice.click();
  assert.match((await download).suggestedFilename(), /\.pdf$/);

  await page.route("**/invoice", (route) => route.fulfill({
    status: 422,
    headers: { "Content-Type": "application/problem+json" },
    body: JSON.stringify({ status: 422, code: "rejected", errors: [{ field: "billingAddress", message: "Missing." }] }),
  }));
  await invoice.click();
  const notice = page.getByRole("alert");
  await notice.getByText("The invoice needs your billing name and address").waitFor();
  await keepScreenshots(page, "orders-no-invoice");
  await page.route("**/api/customer/portal", (route) => route.fulfill({ json: { url: `${shopUrl}/outbox` } }));
  await notice.getByRole("button", { name: "Open the customer portal" }).click();
  await page.waitForURL(`${shopUrl}/outbox`);
});

test("ending one device signs it out at once, and nobody else", async (t) => {
  const [mine, other] = [await newVisitor(browser, t), await newVisitor(browser, t)];
  await signIn(mine, GRACE);
  await signIn(other, GRACE);
  await mine.getByRole("link", { name: "Devices" }).click();
  await mine.locator("li.row").filter({ hasText: "This device" }).waitFor();
  await keepScreenshots(mine, "devices");

  const ended = mine.locator("li.row").filter({ hasNotText: "This device" });
  const devices = await ended.count();
  await ended.first().getByRole("button", { name: /^Sign out/ }).click();
  await mine.waitForFunction((count) => document.querySelectorAll("li.row").length === count, devices);
  await other.locator("li.row.is-available button.download").first().click();
  await other.getByRole("heading", { name: "You are signed out" }).waitFor();
  await mine.reload();
  await mine.locator("li.row").filter({ hasText: "This device" }).waitFor();
});

test("signing out everywhere closes the library in every browser at once", async (t) => {
  const [mine, other] = [await newVisitor(browser, t), await newVisitor(browser, t)];
  await signIn(mine, GRACE);
  await signIn(other, GRACE);
  await mine.getByRole("link", { name: "Devices" }).click();
  await mine.getByRole("button", { name: "Sign out everywhere" }).click();
  await mine.getByRole("heading", { name: "You are signed out everywhere" }).waitFor();
  await keepScreenshots(mine, "signed-out-everywhere");
  await mine.getByRole("link", { name: "Sign in", exact: true }).waitFor();

  await other.locator("li.row.is-available button.download").first().click();
  await other.getByRole("heading", { name: "You are signed out" }).waitFor();
  await other.getByRole("link", { name: "Sign in by e-mail" }).click();
  await other.getByLabel("E-mail address").waitFor();
});

async function askForCode(page, address) {
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await page.getByLabel("Code from the mail").waitFor();
}

async function typeCode(page, code) {
  await page.getByLabel("Code from the mail").fill(code);
  await page.keyboard.press("Enter");
}

async function signIn(page, address) {
  const mailbox = await openMailbox(page, address);
  await page.goto(`${shopUrl}/#sign-in`);
  await askForCode(page, address);
  await typeCode(page, (await mailbox.next()).code);
  await page.locator("li.row").first().waitFor();
}
