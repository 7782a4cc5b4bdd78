// Starts pages and a shop that knows them, walks through them in a browser, and stops them; the exit code is the tests'.

import { run, withShop } from "../../local/storefront/tests/running-shop.js";
import { servePages } from "./pages.js";

const pages = await servePages();
const { port } = pages;
process.env.STOREFRONT_ORIGINS = `http://localhost:${port},http://127.0.0.1:${port}`;
process.env.ALLOW_BEARER = "true";
await withShop(async ({ shop }) => {
  const environment = { SHOP_URL: shop, PAGES_PORT: String(port) };
  process.exitCode = await run(process.execPath, ["--test", "--test-reporter=spec", ...process.argv.slice(2)], import.meta.dirname, environment);
});
pages.close();
