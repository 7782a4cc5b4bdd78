// Lets each of Polar's own clients walk through the stand-in of a running shop; fails if one of them does.

import { run, withShop } from "../../../local/storefront/tests/running-shop.js";

const CLIENTS = [["node", "sdk-0.js"], ["node", "sdk-1.js"], ["python", "sdk.py"]];

// Every stand-in takes it (`Standin::access_token`); it opens nothing else.
const POLAR_ACCESS_TOKEN = "polar_oat_standinTokenThatOpensNothingButTheStandin";

await withShop(async ({ polar }) => {
  for (const [program, script] of CLIENTS) {
    const environment = { POLAR_URL: polar, POLAR_ACCESS_TOKEN };
    if (await run(program, [script], import.meta.dirname, environment)) {
      console.error(`${script} failed`);
      process.exitCode = 1;
    }
  }
});
