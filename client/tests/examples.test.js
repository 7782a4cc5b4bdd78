// The examples, built as their README says: each one sells a file in a real browser, on an origin of its own.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { pay } from "../../local/storefront/tests/hosted-page.js";
import { openMailbox } from "../../local/storefront/tests/mailbox.js";
import { withShop } from "../../local/storefront/tests/running-shop.js";
import { buyButton, downloadBy, fiveLines, FREE, launchBrowser, newVisitor, shopUrl } from "./visitor.js";

const EXAMPLES = join(import.meta.dirname, "../../examples");
const SCREENSHOTS = join(import.meta.dirname, "screenshots");
const ADDRESS_OF_DOCUMENTS = "https://api.shop.example";
const REACT_BUYER = "react@recordings-mail.net";
const TYPES = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript" };

const sites = await mkdtemp(join(tmpdir(), "examples-"));
after(() => rm(sites, { recursive: true }));

test("the HTML example is the five lines of the README", async () => {
  const html = await readFile(join(EXAMPLES, "html/index.html"), "utf8");
  assert.equal(html.replace(ADDRESS_OF_DOCUMENTS, shopUrl), await fiveLines());
});

test("the React example fits the client's types", () => {
  install("react");
  run("react", "tsc", ["--noEmit", "--strict"]);
});

test("every example sells a file", async (t) => {
  const origins = {};
  for (const name of ["html", "other-site", "react", "astro"]) origins[name] = await serve(t, join(sites, name));
  // The shop is `localhost`, so this is a page on another site.
  origins["other-site"] = origins["other-site"].replace("localhost", "127.0.0.1");
  Object.assign(process.env, { STOREFRONT_ORIGINS: Object.values(origins).join(), ALLOW_BEARER: "true" });
  await mkdir(SCREENSHOTS, { recursive: true });
  const browser = await launchBrowser();
  t.after(() => browser.close());

  await withShop(async ({ shop }) => {
    await t.test("HTML", async (t) => {
      await publishPage("html", shop);
      const { page } = await newVisitor(browser, t);
      await page.goto(origins.html);
      await buyButton(page, FREE).click();
      await payAndDownload(page, "html", shop);
    });

    await t.test("a page on another site, which remembers the buyer in other tabs", async (t) => {
      await publishPage("other-site", shop);
      const { page, context, seen } = await newVisitor(browser, t);
      await page.goto(origins["other-site"]);
      await buyButton(page, FREE).click();
      await payAndDownload(page, "other-site", shop);
      assert.deepEqual(await context.cookies(shop), []);
      const other = await context.newPage();
      await other.goto(origins["other-site"]);
      await downloadButton(other).waitFor();
      assert.deepEqual(seen.console.filter((text) => text.includes("Content Security Policy")), []);
    });

    await t.test("React, and signing in and out", async (t) => {
      install("react");
      run("react", "vite", ["build", "--emptyOutDir", "--outDir", join(sites, "react")], { VITE_SHOP_URL: shop });
      const { page } = await newVisitor(browser, t);
      await page.goto(origins.react);
      await page.getByRole("button", { name: `Buy ${FREE}` }).click();
      await payAndDownload(page, "react", shop);
      await page.getByText("4 of 5 downloads left").waitFor();

      const mailbox = await openMailbox(page, REACT_BUYER, shop);
      await page.getByLabel("E-mail address").fill(REACT_BUYER);
      await page.getByRole("button", { name: "Send me a code" }).click();
      await page.getByLabel("Code from the mail").fill((await mailbox.next()).code);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByLabel("Code from the mail").waitFor({ state: "detached" });
      await downloadButton(page).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("E-mail address").waitFor();
      await downloadButton(page).waitFor({ state: "detached" });
    });

    await t.test("Astro, with a catalogue that is there without scripts", async (t) => {
      install("astro");
      run("astro", "astro", ["build", "--outDir", join(sites, "astro")], { SHOP_URL: shop, ASTRO_TELEMETRY_DISABLED: "1" });
      const catalogue = await readFile(join(sites, "astro/index.html"), "utf8");
      assert.match(catalogue, /Low-Poly Forest[^]*Nineteen trees[^]*\$19/);
      const { page } = await newVisitor(browser, t);
      await page.goto(origins.astro);
      await page.getByRole("link", { name: FREE }).click();
      await buyButton(page, FREE).click();
      await payAndDownload(page, "astro", shop);
      assert.equal(page.url(), `${origins.astro}/library/`);
    });
  });
});

// Puts a page that needs no build where it is served, with the shop's address in it.
async function publishPage(name, shop) {
  await cp(join(EXAMPLES, name), join(sites, name), { recursive: true });
  const file = join(sites, name, "index.html");
  const html = await readFile(file, "utf8");
  await writeFile(file, html.replaceAll(ADDRESS_OF_DOCUMENTS, shop));
}

function install(name) {
  const [lock, installed] = ["package-lock.json", "node_modules/.package-lock.json"]
    .map((file) => statSync(join(EXAMPLES, name, file), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (installed < lock) run(name, "npm", ["ci", "--no-audit", "--no-fund"]);
}

// Runs a program in an example's folder, with its own tools before all others.
function run(name, program, args, environment) {
  const cwd = join(EXAMPLES, name);
  const env = { ...process.env, PATH: `${join(cwd, "node_modules/.bin")}:${process.env.PATH}`, ...environment };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", env });
  assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
}

// Serves a folder as a static host does; answers the origin.
async function serve(t, folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    createReadStream(file).on("error", () => response.writeHead(404).end()).pipe(response);
  }).listen(0);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  return `http://localhost:${server.address().port}`;
}

// On Polar's payment page: what was bought can be downloaded from the page that the buyer comes back to.
async function payAndDownload(page, name, shop) {
  await pay(page, { buyer: name });
  await downloadButton(page).waitFor();
  await page.screenshot({ path: join(SCREENSHOTS, `example-${name}.png`), fullPage: true });
  const answered = page.waitForResponse((response) => response.url() === `${shop}/api/customer/download` && response.request().method() === "POST");
  const { sha256 } = await downloadBy(page, downloadButton(page));
  const { checksumSha256 } = await (await answered).json();
  assert.equal(sha256, checksumSha256);
}

function downloadButton(page) {
  return page.getByRole("button", { name: /^Download / }).first();
}
