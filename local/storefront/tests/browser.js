// A real browser on the running shop, and what every test does with it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { pay } from "./hosted-page.js";

const SCREENSHOTS = new URL("screenshots/", import.meta.url);
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

/** The running shop, without a slash at its end. */
export const shopUrl = (process.env.SHOP_URL ?? "").replace(/\/$/, "");
assert.ok(shopUrl, "SHOP_URL names no running shop; run.sh starts one");

/** Debian's browser, headless. */
export function launchBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/** A visitor who was never here: a page of a browser without cookies. Errors of the page's own scripts fail the test. */
export async function newVisitor(browser, t, options = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, locale: "en-IE", ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) errors.push(message.text());
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(errors, []);
  });
  return page;
}

/** Keeps what the page looks like on a desktop and on a phone, where nothing may be wider than the screen. */
export async function keepScreenshots(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const [device, size] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    await page.setViewportSize(size);
    await page.screenshot({ path: new URL(`${name}-${device}.png`, SCREENSHOTS).pathname, fullPage: true });
    await assertNoSidewaysScroll(page, `${name} on a ${device}`);
  }
}

/** Fails when the page is wider than the screen. */
export async function assertNoSidewaysScroll(page, where) {
  const { content, screen } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth, screen: document.documentElement.clientWidth,
  }));
  assert.ok(content <= screen, `${where}: ${content} px of content on a screen of ${screen} px`);
}

/** Counts from now on how far things move by themselves; the answer tells the sum (Cumulative Layout Shift). */
export async function watchShifts(page) {
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => { for (const { value } of list.getEntries()) window.shift += value; }).observe({ type: "layout-shift", buffered: true });
  });
  return () => page.evaluate("shift");
}

/** Opens the catalog and waits for its products. */
export async function openCatalog(page) {
  await page.goto(shopUrl);
  await page.locator(".card [part=name]").first().waitFor();
}

/** Somebody who has just bought the free product, in front of the library. */
export async function newBuyer(browser, t, buyer) {
  const page = await newVisitor(browser, t);
  await openCatalog(page);
  await beginCheckout(page, cardPriced(page, "Free"));
  await pay(page, { buyer });
  await page.locator("button.download").first().waitFor();
  return page;
}

/** The header's button, "Sign in" or "Sign out". */
export function headerButton(page, name) {
  return page.locator("header").getByRole("button", { name });
}

/** The first card with this price, such as "Free" or a pattern. */
export function cardPriced(page, amount) {
  return page.locator("li.card").filter({ has: page.locator(".amount", { hasText: amount }) }).first();
}

/** Clicks the card's buy button; answers once the hosted payment page is there, with the checkout that was begun. */
export async function beginCheckout(page, card) {
  const begun = new Promise((resolve, reject) => { page.exposeFunction("checkoutBegan", resolve).catch(reject); });
  // A browser forgets an answer's body once it has left the page, so the page itself hands it over before it leaves.
  await page.evaluate(() => {
    const send = window.fetch;
    window.fetch = async (...request) => {
      const response = await send(...request);
      if (request[0].endsWith("/api/checkout")) await window.checkoutBegan(await response.clone().json());
      return response;
    };
  });
  await card.locator("button.buy").click();
  const checkout = await begun;
  await page.waitForURL(checkout.url);
  return checkout;
}

/** The SHA-256 of what the browser downloads when `button` is clicked, as hex, and the name it saves it under. */
export async function downloadBy(page, button) {
  const started = page.waitForEvent("download");
  await button.click();
  const download = await started;
  const bytes = await readFile(await download.path());
  return { sha256: createHash("sha256").update(bytes).digest("hex"), fileName: download.suggestedFilename() };
}

/** Holds the requests that match until the answer is called, so that a test sees what is shown meanwhile. */
export async function holdRequests(page, pattern, method) {
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  const seen = [];
  await page.route(pattern, async (route) => {
    if (route.request().method() === method) {
      seen.push(route.request());
      await released;
    }
    await route.fallback();
  });
  return { release, seen };
}

/** The element that has the focus, through all shadow roots, as a test of it in the page. */
export function hasFocus(page, isThere) {
  return page.evaluate(`(() => {
    let focused = document.activeElement;
    while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return (${isThere})(focused);
  })()`);
}

/** An answer of the shop's that refuses, for `route.fulfill`; `more` goes into its body. */
export function refusal(status, code, { retryAfter, ...more } = {}) {
  const headers = { "Content-Type": "application/problem+json", ...(retryAfter ? { "Retry-After": String(retryAfter) } : {}) };
  return { status, headers, body: JSON.stringify({ type: "about:blank", title: "Title", status, detail: "Detail.", code, requestId: "request-17", ...more }) };
}
