// The whole shop as a program of its own, on free ports; it forgets everything when it stops.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const WORKSPACE = join(import.meta.dirname, "../../..");

/** The shop's program where it is built already; without it, Cargo builds it first. */
const PROGRAM = process.env.SHOP_PROGRAM;

/** Starts the shop, lets `use` work with its addresses `{ shop, polar, dynamodb }`, and stops it in any case. */
export async function withShop(use) {
  const folder = await mkdtemp(join(tmpdir(), "running-shop-"));
  const readyFile = join(folder, "ready.json");
  const options = ["--port", "0", "--memory", "--ready-file", readyFile];
  const shop = spawn(PROGRAM ?? "cargo", PROGRAM ? options : ["run", "--quiet", "--", ...options], {
    cwd: WORKSPACE, stdio: ["ignore", "ignore", "inherit"], env: { LOG_LEVEL: "warn", ...process.env },
  });
  try {
    await ready(shop, folder, readyFile);
    await use(JSON.parse(readFileSync(readyFile, "utf8")));
  } finally {
    if (shop.exitCode === null && shop.signalCode === null) {
      const stopped = once(shop, "exit");
      shop.kill("SIGTERM");
      await stopped;
    }
    await rm(folder, { recursive: true });
  }
}

/** Runs a program to its end, with more in its environment; gives its exit code. */
export async function run(program, args, cwd, environment) {
  const [code] = await once(spawn(program, args, { cwd, stdio: "inherit", env: { ...process.env, ...environment } }), "exit");
  return code ?? 1;
}

// Resolves once the shop answers; building it may take minutes.
function ready(shop, folder, readyFile) {
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
