// What every test does with a page of elements in a real browser.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { shopUrl } from "../../local/storefront/tests/browser.js";

export { downloadBy, launchBrowser, shopUrl, watchShifts } from "../../local/storefront/tests/browser.js";

const PORT = process.env.PAGES_PORT;
const README = new URL("../../README.md", import.meta.url);

/** Origins of pages: one on the shop's own site, and one on another. */
export const SAME_SITE = `http://localhost:${PORT}`;
export const OTHER_SITE = `http://127.0.0.1:${PORT}`;

export const FREE = "Golden Hour Sampler";
export const PAID = "Low-Poly Forest";
export const IN_EUROS = "Studio Planner";
export const CHOSEN = "Sculptor's Brushes";

/** The five lines of the README, on this shop. */
export async function fiveLines() {
  const [, html] = (await readFile(README, "utf8")).match(/```html\n([^]*?)```/);
  return html.replace("https://api.shop.example", shopUrl);
}

/** A page with these elements, in this language. */
export function pageOf(elements, { lang = "en" } = {}) {
  return `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>Shop</title><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><style>body { background: Canvas; color: CanvasText; }</style><link rel="icon" href="data:,">
<script type="module" src="${shopUrl}/api/elements.js"></script><main><h1>Shop</h1>${elements}</main></html>`;
}

/** Puts a page on the web; answers its address. */
export async function publish(html, { site = SAME_SITE, policy } = {}) {
  const path = `/${randomUUID()}`;
  await fetch(`${SAME_SITE}${path}`, { method: "PUT", body: html, headers: policy ? { "X-Policy": policy } : {} });
  return site + path;
}

/** Somebody who was never here. `seen` has the requests to the shop, and what the page said in the console. */
export async function newVisitor(browser, t, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-IE", ...options });
  const page = await context.newPage();
  const seen = { requests: [], console: [], errors: [] };
  page.on("request", (request) => {
    if (request.url().startsWith(`${shopUrl}/api/`)) seen.requests.push(`${request.method()} ${request.url().slice(shopUrl.length)}`);
  });
  page.on("console", (message) => { if (message.type() === "error") seen.console.push(message.text()); });
  page.on("pageerror", ({ message }) => seen.errors.push(message));
  t.after(async () => {
    await context.close();
    assert.deepEqual(seen.errors, []);
  });
  return { page, context, seen };
}

/** The buy button of a product on a page. */
export function buyButton(page, name) {
  return page.getByRole("button", { name: new RegExp(`: ${name}$`) });
}

/** Lets the shop answer a path with this, so many times or always; a pattern as of `page.route`. */
export async function answer(page, path, { status = 200, headers, body, type = "application/json", times }) {
  await page.route(`${shopUrl}/api/${path}`, (route) => {
    const origin = route.request().headers().origin;
    return route.fulfill({
      status, body: typeof body === "string" ? body : JSON.stringify(body),
      headers: {
        "Content-Type": status >= 400 && type === "application/json" ? "application/problem+json" : type,
        "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Access-Control-Expose-Headers": "Retry-After", ...headers,
      },
    });
  }, { times });
}

/** The body of a refusal. */
export function problem(code, more = {}) {
  return { type: "about:blank", title: "A title", status: 400, detail: "A detail.", code, requestId: "request-17", ...more };
}
