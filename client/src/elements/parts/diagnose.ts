import { store, type Problem } from "../index.js";

const said = new Set<string>();

/** Tells the page's author in the console what to change, once for each thing. */
export function diagnose(problem: Problem) {
  if (problem.code === "network") void unreachable();
  else if (problem.code === "origin_not_allowed") say(originAdvice());
  else if (problem.code === "rejected") rejected(problem.errors);
  else if (problem.code === "unexpected_answer") say(`${store.shop.apiUrl} does not answer as a shop does (status ${problem.status}): is this its API's address?`);
}

function rejected(errors: { field: string; message: string }[]) {
  for (const { field, message } of errors) {
    if (field === "transport") {
      say(`${location.origin} and ${store.shop.apiUrl} are of different sites, so the shop's cookies do not reach this page. Deploy the API under a ` +
        "name of the page's site, or let the shop allow bearer tokens: AllowBearer=true (ALLOW_BEARER=true).");
    } else say(`The shop refused ${field}: ${message}`);
  }
}

// A request that the shop forbids this page looks to a script like one without an answer; without reading it tells them apart.
async function unreachable() {
  const health = `${store.shop.apiUrl}/api/health`;
  const isThere = await fetch(health, { mode: "no-cors", cache: "no-store" }).then(() => true, () => false);
  const isReadable = isThere && (await fetch(health, { cache: "no-store" }).then(() => true, () => false));
  if (!isThere) say(`${store.shop.apiUrl} does not answer, or this page's Content-Security-Policy has no connect-src for it.`);
  else if (!isReadable) say(originAdvice());
}

function originAdvice(): string {
  return `The shop does not know pages at ${location.origin}: its owner adds this origin to StorefrontOrigins (STOREFRONT_ORIGINS).`;
}

function say(text: string) {
  if (said.has(text)) return;
  said.add(text);
  console.error(`polar-storefront: ${text}`);
}
