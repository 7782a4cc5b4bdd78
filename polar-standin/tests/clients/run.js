// Lets each of Polar's own clients walk through a stand-in that was started by its own command; fails if one of them does.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CLIENTS = [["node", "sdk-0.js"], ["node", "sdk-1.js"], ["python", "sdk.py"]];
const SEED = join(import.meta.dirname, "../../examples/shop.json");

const folder = await mkdtemp(join(tmpdir(), "polar-clients-"));
const readyFile = join(folder, "ready.json");
const options = ["--port", "0", "--seed", SEED, "--ready-file", readyFile];
// Where it is built already; without it, Cargo builds it first.
const program = process.env.STANDIN_PROGRAM;
const standin = spawn(program ?? "cargo", program ? options : ["run", "--quiet", "--package", "polar-standin", "--", ...options], {
  cwd: import.meta.dirname, stdio: ["ignore", "ignore", "inherit"],
});
try {
  await ready();
  const { url, access_token: token } = JSON.parse(readFileSync(readyFile, "utf8"));
  const env = { ...process.env, POLAR_URL: url, POLAR_ACCESS_TOKEN: token };
  for (const [program, script] of CLIENTS) {
    const [code] = await once(spawn(program, [script], { cwd: import.meta.dirname, stdio: "inherit", env }), "exit");
    if (code !== 0) {
      console.error(`${script} failed`);
      process.exitCode = 1;
    }
  }
} finally {
  if (standin.exitCode === null && standin.signalCode === null) {
    const stopped = once(standin, "exit");
    standin.kill("SIGTERM");
    await stopped;
  }
  await rm(folder, { recursive: true });
}

/** Resolves once the stand-in answers; building it may take minutes. */
function ready() {
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, look);
    standin.once("error", (error) => end(reject, error));
    standin.once("exit", () => end(reject, new Error("the stand-in ended before it was ready")));
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
