// What the JavaScript clients share: the running stand-in, a line per step, patience, and a download by hand.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Where the stand-in listens; the clients add `/v1` themselves. */
export const polarUrl = process.env.POLAR_URL;
/** The organization's token. */
export const accessToken = process.env.POLAR_ACCESS_TOKEN;
/** Nothing has this id. */
export const UNKNOWN = "00000000-0000-4000-8000-000000000000";
/** A quarter off, in the example shop. */
export const DISCOUNT_CODE = "WELCOME25";

// Of an answer that a client does not accept: the fields in question, not the whole exchange.
process.on("uncaughtException", (error) => {
  console.error(error.pretty?.() ?? error.stack);
  process.exitCode = 1;
});

/** What prints a step of the client that package.json calls `alias`. */
export function reporter(alias) {
  const { name, version } = JSON.parse(readFileSync(new URL(`node_modules/${alias}/package.json`, import.meta.url)));
  return (step, seen) => console.log(`${name} ${version}`.padEnd(22) + step.padEnd(16) + seen);
}

/** Somebody Polar has not met: an e-mail, and an id of our own. */
export function newBuyer() {
  const externalId = crypto.randomUUID();
  return { externalId, email: `${externalId}@recordings-mail.net` };
}

/** Asks until the answer is the wanted one: Polar finishes a purchase some time after it was confirmed. */
export async function eventually(ask, isWanted) {
  for (let attempts = 0; attempts < 100; attempts++) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  assert.fail(`in vain: ${ask}`);
}

/** Follows a download link, a redirect and then bytes with this SHA-256; gives their number. */
export async function download(url, sha256) {
  const link = await fetch(url, { redirect: "manual" });
  assert.equal(link.status, 302);
  const file = await fetch(link.headers.get("location"));
  assert.equal(file.status, 200);
  const bytes = Buffer.from(await file.arrayBuffer());
  assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
  return bytes.length;
}
