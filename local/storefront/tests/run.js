// Starts the whole shop, walks through it in a browser, stops it; the exit code is the tests'.

import { run, withShop } from "./running-shop.js";

await withShop(async ({ shop }) => {
  const tests = ["--test", "--test-reporter=spec", ...process.argv.slice(2)];
  process.exitCode = await run(process.execPath, tests, import.meta.dirname, { SHOP_URL: shop });
});
