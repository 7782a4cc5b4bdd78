// The npm package, as somebody who installs it finds it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const CLIENT = join(import.meta.dirname, "..");
const PAGE = `
import { createShop, type Problem, type Result, type Session } from "polar-storefront";
import { shop, type ShopEvents } from "polar-storefront/elements";

const own = createShop({ apiUrl: "https://api.shop.example", remember: true });
export async function bought(): Promise<string[]> {
  const { data, error } = await own.library();
  return error ? [words(error)] : data.items.map(({ fileName }) => fileName);
}
function words(problem: Problem): string {
  if (problem.code === "file_required") return problem.files.map(({ fileName }) => fileName).join();
  if (problem.code === "rejected") return problem.errors.map(({ field }) => field).join();
  return problem.code === "network" ? "offline" : problem.detail;
}
export const session: Promise<Result<Session>> = shop.verify("K7QF-2M9X");
document.querySelector("shop-buy")?.addEventListener("shop:checkout", ({ detail }) => detail.checkoutId.trim());
document.addEventListener("shop:error", ({ detail }) => console.log(words(detail)));
export const named: ShopEvents["shop:download"]["fileName"] = "a";
// @ts-expect-error A download's event has no link.
export type Link = ShopEvents["shop:download"]["downloadUrl"];
`;

test("the package has what it exports and nothing else, and its types resolve", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "package-"));
  t.after(() => rm(folder, { recursive: true }));
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: CLIENT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  const paths = packed.files.map(({ path }) => path);
  assert.deepEqual(paths.filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path)).sort(), ["README.md", "package.json"]);
  for (const path of ["dist/client.js", "dist/elements.js", "dist/types/client.d.ts", "dist/types/elements/index.d.ts", "dist/types/openapi.d.ts"]) {
    assert.ok(paths.includes(path), `${path} of ${paths}`);
  }
  assert.ok(packed.size < 200_000, `${packed.size} bytes`);

  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--offline", packed.filename], { cwd: folder, stdio: "ignore" });
  await writeFile(join(folder, "page.ts"), PAGE);
  const tsc = join(CLIENT, "node_modules/typescript/bin/tsc");
  for (const [module, moduleResolution] of [["esnext", "bundler"], ["node16", "node16"]]) {
    const options = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2022,dom", "--module", module, "--moduleResolution", moduleResolution];
    try {
      execFileSync(process.execPath, [tsc, ...options, "page.ts"], { cwd: folder, encoding: "utf8" });
    } catch ({ stdout }) {
      assert.fail(`${moduleResolution}: ${stdout}`);
    }
  }
});
