// Starts the whole shop on free ports, walks through it in a browser, stops it; the exit code is the tests'.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HERE = import.meta.dirname;
const folder = await mkdtemp(join(tmpdir(), "storefront-tests-"));
const readyFile = join(folder, "ready.json");

const shop = spawn("cargo", ["run", "--quiet", "--", "--port", "0", "--memory", "--ready-file", readyFile], {
  cwd: join(HERE, "../../.."), stdio: ["ignore", "ignore", "inherit"], env: { LOG_LEVEL: "warn", ...process.env },
});
try {
  await ready();
  const { shop: shopUrl } = JSON.parse(readFileSync(readyFile, "utf8"));
  const tests = spawn(process.execPath, ["--test", "--test-reporter=spec", ...process.argv.slice(2)], {
    cwd: HERE, stdio: "inherit", env: { ...process.env, SHOP_URL: shopUrl },
  });
  const [code] = await once(tests, "exit");
  process.exitCode = code ?? 1;
} finally {
  if (shop.exitCode === null && shop.signalCode === null) {
    const stopped = once(shop, "exit");
    shop.kill("SIGTERM");
    await stopped;
  }
  await rm(folder, { recursive: true });
}

// Resolves once the shop answers; building it may take minutes.
function ready() {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, look);
    shop.once("error", (error) => end(reject, error));
    shop.once("exit", () => end(reject, new Error("the shop ended before it was ready")));
    look();

    function look() {
      if (existsSync(readyFile)) end(resolve);
    }
    function end(settle, value) {
      watcher.close();
      settle(value);
    }
  });
}
