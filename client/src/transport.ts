const sites = new Map<string, boolean>();

/**
 * Whether the browser sends the shop's cookies with this page's requests: page and API are of one site
 * (https://html.spec.whatwg.org/#same-site).
 *
 * No script can ask which part of a name is a public suffix, but a browser refuses cookies for one. So this sets a cookie for what both
 * names have in common, sees whether it is there, and deletes it.
 */
export function isSameSite(api: URL, page: Location): boolean {
  if (!navigator.cookieEnabled || api.protocol !== page.protocol) return false;
  if (api.hostname === page.hostname) return true;
  const known = sites.get(api.hostname);
  if (known !== undefined) return known;
  const isSame = takesCookieFor(commonSuffix(api.hostname, page.hostname));
  sites.set(api.hostname, isSame);
  return isSame;
}

function commonSuffix(one: string, other: string): string {
  const [a, b] = [one.split(".").reverse(), other.split(".").reverse()];
  const length = a.findIndex((label, place) => label !== b[place]);
  return a.slice(0, length < 0 ? a.length : length).reverse().join(".");
}

function takesCookieFor(domain: string): boolean {
  if (!domain.includes(".")) return false;
  const cookie = `same-site-${Math.random().toString(36).slice(2)}=1`;
  const attributes = `; Domain=${domain}; Path=/; SameSite=Strict`;
  document.cookie = cookie + attributes;
  const isTaken = document.cookie.includes(cookie);
  document.cookie = `${cookie}${attributes}; Max-Age=0`;
  return isTaken;
}
