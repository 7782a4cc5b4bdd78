// The way back in: a code by e-mail, the whole library, and the devices that it is open on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  beginCheckout, cardPriced, hasFocus, headerButton, keepScreenshots, launchBrowser, newVisitor, openCatalog, refusal, shopUrl,
} from "./browser.js";
import { pay } from "./hosted-page.js";
import { openMailbox } from "./mailbox.js";

// They have bought in the demo shop before; Grace has told her billing address. The shop sends each of them 10 codes an
// hour, and 20 to one network: all tests together ask for 13.
const ADA = "ada@recordings-mail.net";
const GRACE = "grace@recordings-mail.net";
const NOBODY = "nobody@recordings-mail.net";

let browser;
before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

test("a code by e-mail opens everything that was bought", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await openCatalog(page);
  await headerButton(page, "Sign in").click();
  await page.getByRole("heading", { name: "Sign in by e-mail" }).waitFor();
  await keepScreenshots(page, "sign-in");
  await askForCode(page, ADA);
  await page.getByText(`If you have bought here with ${ADA}, `).waitFor();

  const { code } = await mailbox.next();
  await codeField(page).pressSequentially(code.toLowerCase().replace("-", " "));
  assert.equal(await codeField(page).inputValue(), code);
  await keepScreenshots(page, "sign-in-code");
  await page.keyboard.press("Enter");

  await page.waitForURL(`${shopUrl}/library.html`);
  await page.locator(".order").nth(1).waitFor();
  await headerButton(page, "Sign out").waitFor();
  await keepScreenshots(page, "account-library");
  await page.goBack();
  await page.locator(".card").first().waitFor();
  await headerButton(page, "Sign out").waitFor();
  assert.equal(await codeField(page).count(), 0);
});

test("the link in the mail fills the code in, submits nothing, and the code leaves the address", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await openSignIn(page);
  await askForCode(page, ADA);
  const { code, link } = await mailbox.next();

  // A mail opens its links in a new tab.
  const tab = await page.context().newPage();
  const sent = [];
  tab.on("request", (request) => sent.push(request.method()));
  await tab.goto(link);
  await codeField(tab).waitFor();
  assert.equal(await codeField(tab).inputValue(), code);
  assert.equal(tab.url(), `${shopUrl}/`);
  assert.deepEqual(sent.filter((method) => method !== "GET"), []);
  await keepScreenshots(tab, "sign-in-link");

  await tab.locator("main").getByRole("button", { name: "Sign in", exact: true }).click();
  await tab.waitForURL(`${shopUrl}/library.html`);
  await tab.locator("li.row").first().waitFor();
  await page.locator("li.row").first().waitFor();
});

test("a wrong code is refused in words, and a new one opens the library", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await openSignIn(page);
  await askForCode(page, ADA);
  const first = await mailbox.next();
  await typeCode(page, first.code.startsWith("0") ? "1111-1111" : "0000-0000");
  await page.getByRole("alert").getByText("This code does not work").waitFor();
  assert.ok(await hasFocus(page, (focused) => focused.matches("input.code")));
  await keepScreenshots(page, "sign-in-refused");

  await page.getByRole("button", { name: "Send a new code" }).click();
  await page.getByRole("status").filter({ hasText: "A new code is on its way." }).waitFor();
  await typeCode(page, (await mailbox.next()).code);
  await page.locator("li.row").first().waitFor();
});

test("a code is pasted in any form, and anything shorter is not sent", async (t) => {
  const page = await newVisitor(browser, t);
  await page.goto(`${shopUrl}/#sign-in?code=%20k7qf2m9x%20`);
  const field = codeField(page);
  await field.waitFor();
  assert.equal(await field.inputValue(), "K7QF-2M9X");
  for (const [pasted, shown] of [
    ["k7qf 2m9x", "K7QF-2M9X"], ["\tK7QF—2M9X\n", "K7QF-2M9X"], ["oilo-oilo", "0110-0110"], ["Your sign-in code is K7QF-2M9X.", "K7QF-2M9X"],
    ["https://shop.example/#sign-in?code=K7QF-2M9X", "K7QF-2M9X"], ["K7QF-2M9XA", "K7QF-2M9X"], ["Your sign-in code is on its way", ""], ["K7QF", "K7QF"],
  ]) {
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
  await openSignIn(page);
  await askForCode(page, ADA);
  const { code, link } = await mailbox.next();

  const other = await newVisitor(browser, t);
  await other.goto(link);
  await other.locator("main").getByRole("button", { name: "Sign in", exact: true }).click();
  await other.getByRole("alert").getByText("Type the code in the browser that asked for it").waitFor();
  await keepScreenshots(other, "sign-in-other-browser");
  await other.getByRole("button", { name: "Use another address" }).click();
  await other.getByLabel("E-mail address").waitFor();

  await typeCode(page, code);
  await page.locator("li.row").first().waitFor();
});

test("the page says the same for an address that nobody has bought with", async (t) => {
  const page = await newVisitor(browser, t);
  await openSignIn(page);
  await askForCode(page, NOBODY);
  await page.getByText(`If you have bought here with ${NOBODY}, `).waitFor();
});

test("too many codes are refused with the time of the next one, and a reload keeps the place", async (t) => {
  const page = await newVisitor(browser, t);
  await openSignIn(page);
  await askForCode(page, NOBODY);
  await page.reload();
  await codeField(page).waitFor();
  await page.route("**/api/login", (route) => route.fulfill(refusal(429, "rate_limited", { retryAfter: 840 })));
  await page.getByRole("button", { name: "Send a new code" }).click();
  await page.getByRole("alert").getByText(/It works again after \d?\d:\d\d/).waitFor();
  await keepScreenshots(page, "sign-in-limited");
  await page.getByRole("button", { name: "Use another address" }).click();
  assert.ok(await hasFocus(page, (focused) => focused.matches("input[type=email]")));
});

test("a purchase made as a visitor opens itself alone, and signing in opens the rest", async (t) => {
  const page = await newVisitor(browser, t);
  const mailbox = await openMailbox(page, ADA);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  await pay(page, { buyer: "ada" });
  await page.locator("button.download").first().waitFor();
  assert.equal(await page.locator(".order").count(), 1);
  await keepScreenshots(page, "order-library");
  await page.getByRole("link", { name: "Account" }).click();
  await page.locator("shop-account").getByText("This is the purchase you made on this device.").waitFor();
  assert.equal(await page.getByRole("heading", { name: "Orders" }).count(), 0);
  await page.goBack();

  await page.getByRole("button", { name: "See everything you bought" }).click();
  await askForCode(page, ADA);
  await typeCode(page, (await mailbox.next()).code);
  await page.locator(".order").nth(2).waitFor();
});

test("an invoice is downloaded, and one that lacks a billing address says so", async (t) => {
  const page = await newVisitor(browser, t);
  await signIn(page, GRACE);
  await page.getByRole("link", { name: "Account" }).click();
  const invoice = page.getByRole("button", { name: /^Invoice/ }).first();
  await invoice.waitFor();
  await keepScreenshots(page, "account");
  const download = page.waitForEvent("download");
  await invoice.click();
  assert.match((await download).suggestedFilename(), /\.pdf$/);

  await page.route("**/invoice", (route) => route.fulfill(refusal(409, "billing_details_missing", { title: "The invoice needs your billing name and address" })));
  await invoice.click();
  const notice = page.getByRole("alert");
  await notice.getByText("The invoice needs your billing name and address").waitFor();
  await keepScreenshots(page, "account-no-invoice");
  await page.route("**/api/customer/portal", (route) => route.fulfill({ json: { url: `${shopUrl}/outbox` } }));
  await notice.getByRole("button", { name: "Open the customer portal" }).click();
  await page.waitForURL(`${shopUrl}/outbox`);
});

test("ending one device signs it out at once, and nobody else", async (t) => {
  const [mine, other] = [await newVisitor(browser, t), await newVisitor(browser, t)];
  await signIn(mine, GRACE);
  await signIn(other, GRACE);
  await mine.getByRole("link", { name: "Account" }).click();
  const devices = mine.locator("[part=devices] li.row");
  await devices.filter({ hasText: "This device" }).waitFor();

  const count = await devices.count();
  await devices.filter({ hasNotText: "This device" }).first().getByRole("button", { name: /^Sign out/ }).click();
  await devices.nth(count - 1).waitFor({ state: "detached" });
  assert.equal(await devices.count(), count - 1);
  await other.locator("button.download").first().click();
  await other.getByRole("heading", { name: "You're signed out" }).waitFor();
  await headerButton(other, "Sign in").waitFor();
  await mine.reload();
  await devices.filter({ hasText: "This device" }).waitFor();
});

test("signing out everywhere closes the library in every browser at once", async (t) => {
  const [mine, other] = [await newVisitor(browser, t), await newVisitor(browser, t)];
  await signIn(mine, GRACE);
  await signIn(other, GRACE);
  await mine.getByRole("link", { name: "Account" }).click();
  await mine.getByRole("button", { name: "Sign out everywhere" }).click();
  await mine.getByRole("heading", { name: "You're not signed in on this device" }).waitFor();
  await headerButton(mine, "Sign in").waitFor();
  await keepScreenshots(mine, "signed-out-everywhere");

  await other.locator("button.download").first().click();
  await other.getByRole("heading", { name: "You're signed out" }).waitFor();
  await other.getByRole("button", { name: "Sign in by e-mail" }).click();
  await other.getByLabel("E-mail address").waitFor();
});

async function openSignIn(page) {
  await page.goto(`${shopUrl}/library.html`);
  await page.getByRole("button", { name: "Sign in by e-mail" }).click();
}

async function askForCode(page, address) {
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await codeField(page).waitFor();
}

function codeField(page) {
  return page.getByLabel("Code from the mail");
}

async function typeCode(page, code) {
  await codeField(page).fill(code);
  await page.keyboard.press("Enter");
}

async function signIn(page, address) {
  const mailbox = await openMailbox(page, address);
  await openSignIn(page);
  await askForCode(page, address);
  await typeCode(page, (await mailbox.next()).code);
  await page.locator("li.row").first().waitFor();
}
