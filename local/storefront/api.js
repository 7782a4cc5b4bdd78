// What a shop page needs of the backend's routes, as functions. It touches no DOM, so any page on the shop's own site can import it; on another site, a
// page keeps `browserKey` and `token` itself, see docs/PAGE-AUTHORS.md.

/** A refusal or failure in the shape of `application/problem+json`, plus `network` and `timeout` of our own. */
export class Problem extends Error {
  constructor({ status = 0, code, title = "", detail = "", requestId = null, errors = [], files = [], retryAfter = null }) {
    super(detail || title || code);
    Object.assign(this, { name: "Problem", status, code, title, detail, requestId, errors, files, retryAfter });
  }

  /** Whether the same request may well succeed a little later. */
  get isTemporary() {
    if (this.code === "download_limit_reached") return false;
    return this.status === 0 || this.status === 429 || this.status >= 500 || this.retryAfter !== null;
  }
}

/** A client of the shop at `baseUrl` (default: the page's own origin); `timeout` in milliseconds for each request. */
export function createClient({ baseUrl = "", fetch = (...args) => globalThis.fetch(...args), timeout = 20_000 } = {}) {
  const send = (method, path, options) => request({ fetch, timeout }, method, baseUrl + path, options);

  return {
    /** A page of the catalog: `{items, pagination: {totalCount, maxPage}}`. */
    listProducts: ({ query, page, limit } = {}, signal) =>
      send("GET", `/api/products${search({ query, page, limit })}`, { signal }),

    /** One product with its files. */
    getProduct: (id, signal) => send("GET", `/api/products/${encodeURIComponent(id)}`, { signal }),

    /** Begins a checkout; send the buyer to the answer's `url`. The same `key` begins it once, however often it is sent; it is a secret. */
    createCheckout: (wanted, { key = crypto.randomUUID(), signal } = {}) =>
      send("POST", "/api/checkout", { body: wanted, headers: { "Idempotency-Key": key }, signal }),

    /** Where a checkout stands; only for the browser that began it. */
    getCheckout: (id, signal) => send("GET", `/api/checkout/${encodeURIComponent(id)}`, { signal }),

    /** Turns a paid checkout into a session, once, or answers `{status: "pending", retryAfter}`. It goes on when the page is left: the browser still gets its cookie. */
    claimSession: (checkoutId) => send("POST", "/api/session", { body: { checkoutId }, keepalive: true }),

    /** The session of this browser, or `{active: false}`. */
    getSession: (signal) => send("GET", "/api/session", { signal }),

    /** Signs out. */
    deleteSession: (signal) => send("DELETE", "/api/session", { signal }),

    /** Has a code sent to this address if somebody bought with it: `{expiresAt}`, the same for known and unknown addresses. */
    requestLogin: (email, signal) => send("POST", "/api/login", { body: { email }, signal }),

    /** Signs in with the code, once; only in the browser that asked for it. It goes on when the page is left, too. */
    verifyLogin: (code) => send("POST", "/api/login/verify", { body: { code }, keepalive: true }),

    /** Where this customer is signed in: `{items}`. */
    listSessions: (signal) => send("GET", "/api/sessions", { signal }),

    /** Signs out everywhere, here too. */
    deleteSessions: (signal) => send("DELETE", "/api/sessions", { signal }),

    /** Signs out in one place. */
    deleteSessionById: (id, signal) => send("DELETE", `/api/sessions/${encodeURIComponent(id)}`, { signal }),

    /** A page of the library: `{items, pagination}`. */
    listPurchases: ({ page, limit } = {}, signal) =>
      send("GET", `/api/customer/downloadable-products${search({ page, limit })}`, { signal }),

    /** One row of the library. */
    getPurchase: (id, signal) =>
      send("GET", `/api/customer/downloadable-products/${encodeURIComponent(id)}`, { signal }),

    /** Takes one download of a file and answers its link, `downloadUrl`: a bearer credential, keep it out of logs. */
    createDownloadLink: (wanted, signal) => send("POST", "/api/customer/download", { body: wanted, signal }),

    /** A page of the orders, the newest first: `{items, pagination}`. */
    listOrders: ({ page, limit } = {}, signal) => send("GET", `/api/customer/orders${search({ page, limit })}`, { signal }),

    /** Where an order's invoice is, `{url}`: a bearer credential too. Or `{status: "pending", retryAfter}` while it is being made. */
    getInvoice: (orderId, signal) => send("GET", `/api/customer/orders/${encodeURIComponent(orderId)}/invoice`, { signal }),

    /** The address of Polar's own portal, `{url}`, for the next hour. */
    createPortalLink: (signal) => send("POST", "/api/customer/portal", { signal }),
  };
}

async function request({ fetch, timeout }, method, url, { body, headers = {}, signal, keepalive = false } = {}) {
  const limit = AbortSignal.timeout(timeout);
  const options = {
    method,
    keepalive,
    credentials: "include",
    headers: { Accept: "application/json, application/problem+json", ...headers },
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(url, options);
    return await read(response);
  } catch (error) {
    if (error instanceof Problem || signal?.aborted) throw error;
    throw new Problem({ code: limit.aborted ? "timeout" : "network" });
  }
}

async function read(response) {
  const retryAfter = parseRetryAfter(response.headers.get("Retry-After"));
  if (response.status === 204) return null;
  const text = await response.text();
  const json = parseJson(text);
  if (!response.ok) throw new Problem({ code: "unexpected", ...json, status: response.status, retryAfter });
  if (json === null) throw new Problem({ code: "unexpected", status: 502 });
  return response.status === 202 ? { ...json, retryAfter } : json;
}

function parseJson(text) {
  try {
    const json = JSON.parse(text);
    return typeof json === "object" ? json : null;
  } catch {
    return null;
  }
}

/** `Retry-After` in seconds, from either of its two forms; null when absent or unreadable. */
export function parseRetryAfter(value, now = Date.now()) {
  if (!value) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}

function search(parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  }
  return query.size ? `?${query}` : "";
}
