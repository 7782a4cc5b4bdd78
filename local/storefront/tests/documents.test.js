// What the documents show: the snippet for page authors runs, and the picture of the README is of this shop.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launchBrowser, newVisitor, openCatalog, shopUrl } from "./browser.js";
import { pay } from "./hosted-page.js";

const DOCS = new URL("../../../docs/", import.meta.url);
const PICTURE_SIZE = { width: 1280, height: 880 };
const LARGEST_PICTURE = 150_000;

let browser;
before(async () => { browser = await launchBrowser(); });
after(() => browser?.close());

test("the snippet for page authors buys a product and downloads its file", async (t) => {
  const text = await readFile(new URL("page-authors.md", DOCS), "utf8");
  const [, snippet] = text.match(/```js\n([^]*?)```/);
  const [definitions, steps] = snippet.replace("https://api.shop.example", shopUrl).split(/\n\n/);
  const [beforePayment, afterwards] = steps.split(/^\/\/ Polar sends .*\n/m);
  const page = await newVisitor(browser, t);
  await page.goto(shopUrl);
  // The demo's own scripts would claim the purchase.
  await page.route("**/*.js", (route) => route.abort());
  await page.goto(await page.evaluate(`(async () => { ${definitions}\n${beforePayment}\nreturn url; })()`));
  await pay(page, { buyer: "author" });
  await page.waitForURL(/checkout_id=/);
  const checkoutId = new URL(page.url()).searchParams.get("checkout_id");

  const download = `(async (checkoutId) => { ${definitions}\n${afterwards}\nreturn downloadUrl; })(${JSON.stringify(checkoutId)})`;
  const deadline = Date.now() + 60_000;
  let downloadUrl;
  // Until the payment is through, and the file is granted.
  while (!downloadUrl && Date.now() < deadline) downloadUrl = await page.evaluate(download).catch(() => undefined);
  assert.ok(downloadUrl, "no link within a minute");
  assert.equal((await fetch(downloadUrl)).status, 200);
});

for (const colorScheme of ["light", "dark"]) {
  test(`the picture of the README in the ${colorScheme} theme`, async (t) => {
    const page = await newVisitor(browser, t, { colorScheme, viewport: PICTURE_SIZE });
    await openCatalog(page);
    for (const cover of (await page.locator(".cover img").all()).slice(0, 6)) await cover.evaluate((image) => image.decode());
    const path = new URL(`shop-${colorScheme}.jpg`, DOCS).pathname;
    const picture = await page.screenshot({ type: "jpeg", quality: 75, path: process.env.UPDATE_PICTURES ? path : undefined });
    assert.ok(picture.length < LARGEST_PICTURE, `${picture.length} bytes`);
    assert.ok((await stat(path)).size < LARGEST_PICTURE, "UPDATE_PICTURES=1 makes it");
  });
}
