/**
 * The client of a shop on polar-storefront.
 *
 * Every function answers a {@link Result}: `data`, or `error` with a `code` that tells the problems apart. None of them throws for
 * what the shop or the network does.
 */

import { keep, type KeptCheckout } from "./kept.js";
import type { components, operations } from "./openapi.js";
import { failed, isTemporary, ok, type Problem, type Result } from "./problem.js";
import { request, wait, type Answer, type Request } from "./request.js";
import { isSameSite } from "./transport.js";

export { isTemporary };
export type { FileChoice, OwnCode, Problem, Refused, Result } from "./problem.js";
export type { components, operations, paths } from "./openapi.js";

type Schemas = components["schemas"];
export type Product = Schemas["Product"];
export type ProductWithFiles = Schemas["ProductWithFiles"];
export type ProductPrice = Schemas["ProductPrice"];
export type ProductList = Schemas["ProductList"];
export type Checkout = Schemas["Checkout"];
export type NewCheckout = Schemas["NewCheckout"];
export type Session = Schemas["LiveSession"];
export type SessionState = Schemas["SessionState"];
export type Library = Schemas["Library"];
export type Purchase = Schemas["Purchase"];
export type DownloadLink = Schemas["DownloadLink"];
export type DownloadHistory = Schemas["DownloadHistory"];
export type LicenseKeys = Schemas["LicenseKeys"];
export type Orders = Schemas["Orders"];
export type Order = Schemas["BoughtOrder"];
export type Devices = Schemas["Devices"];
export type Device = Schemas["Device"];

/** For so long, in milliseconds, a repeat has the same `Idempotency-Key`: a reload, a double click or "Back" begins no second checkout. */
const REUSE = 10 * 60_000;
/** For so long, in milliseconds, the client remembers a checkout that nobody came back from: it may have been paid. */
const LIFE_OF_A_CHECKOUT = 2 * 60 * 60_000;
/** How long a payment is waited for, in milliseconds. */
const PATIENCE = 120_000;
const PAUSE_SECONDS = { least: 1, usual: 2, most: 10 };
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export interface ShopOptions {
  /** Where the shop's API is. By default where this module came from, if the shop served it, else the page's own origin. */
  apiUrl?: string;
  /** Keeps the bearer session in `localStorage`, for other tabs and days, instead of in this tab. Any script of the page can read it. */
  remember?: boolean;
  /** Called when a session begins or ends by one of the client's functions. */
  onSession?: (state: SessionState) => void;
}

export interface Abortable {
  signal?: AbortSignal | undefined;
}

export interface CheckoutOptions extends Abortable {
  /** ISO 4217, lower case: the currency that the page has shown. */
  currency?: string | undefined;
  /** For a price that the buyer chooses, in the currency's minor unit. */
  amount?: number | undefined;
  /** A discount code. */
  discount?: string | undefined;
  /** The language of the payment page, such as `de`. */
  locale?: string | undefined;
  customerEmail?: string | undefined;
  /** Notes for the order, under keys that the shop allows. */
  metadata?: Record<string, string> | undefined;
  /** The page that Polar sends the buyer to after the payment, relative to this one: by default this one. */
  successUrl?: string | undefined;
  /** Whether this page shows the payment page in a frame. */
  isEmbedded?: boolean;
}

/** What became of the purchase that this browser has begun. */
export type Completion =
  /** There is none to complete. */
  | { status: "none" }
  /** It is paid, and the library is open here. */
  | { status: "complete"; checkoutId: string; session: Session }
  /** It can still be paid: it was declined, or the buyer left. */
  | { status: "unpaid"; checkout: Checkout }
  /** The payment is not confirmed yet; ask again later. */
  | { status: "pending"; checkoutId: string };

export interface CompletionOptions extends Abortable {
  /** Called when there is a payment to wait for, and at each further wait. */
  onWait?: () => void;
}

export type Shop = ReturnType<typeof createShop>;

/**
 * Opens the way to a shop. Call it early on a page: it takes Polar's parameters out of the address.
 *
 * Without a browser, in the build of a site, it needs `apiUrl` and is good for what anyone may see: `products()` and `product()`.
 */
export function createShop({ apiUrl, remember = false, onSession }: ShopOptions = {}) {
  const page = globalThis.location as Location | undefined;
  const api = apiUrl ? new URL(apiUrl, page?.href) : servedFrom(import.meta.url);
  const base = api.href.replace(/\/$/, "");
  const isBearer = page !== undefined && !isSameSite(api, page);
  const name = `polar-storefront ${base}`;
  const tab = keep(name, () => (remember ? localStorage : sessionStorage));
  // With cookies, another tab can complete the purchase too.
  const browser = isBearer ? tab : keep(name, () => localStorage);
  const transport = isBearer ? { transport: "bearer" as const } : {};
  let begun: { wanted: string; result: Promise<Result<NewCheckout>> } | null = null;

  if (page) takeArrival();
  return {
    /** Where the API is, without a slash at its end. */
    apiUrl: base,
    /** Whether page and API are of different sites, so that no cookie can be used. */
    isBearer,

    /** A page of what the shop sells. */
    products: ({ signal, ...query }: NonNullable<operations["listProducts"]["parameters"]["query"]> & Abortable = {}) =>
      get<ProductList>(`/api/products${search(query)}`, signal),

    /** One product with its files. */
    product: (id: string, { signal }: Abortable = {}) => get<ProductWithFiles>(`/api/products/${encodeURIComponent(id)}`, signal),

    checkout,
    buy,
    completePurchase,

    /** Forgets the purchase that was begun here. */
    forgetPurchase: () => browser.set({ checkout: undefined }),

    /** Who this browser belongs to. */
    session: ({ signal }: Abortable = {}) => get<SessionState>("/api/session", signal),

    signIn,

    /** Who was asked for a code here, while the code works. */
    pendingSignIn() {
      const { login } = tab.get();
      return login && Date.parse(login.expiresAt) > Date.now() ? login : null;
    },

    verify,

    /** What was bought: a row for each file. */
    library: ({ signal, ...query }: { page?: number; limit?: number } & Abortable = {}) =>
      get<Library>(`/api/customer/downloadable-products${search(query)}`, signal),

    /** One row of the library. */
    purchase: (id: string, { signal }: Abortable = {}) =>
      get<Purchase>(`/api/customer/downloadable-products/${encodeURIComponent(id)}`, signal),

    /** Takes one download and answers its link: whoever has `downloadUrl` has the file. */
    download: ({ fileId, orderId }: Pick<Purchase, "fileId" | "orderId">, { signal }: Abortable = {}) =>
      send<DownloadLink>("POST", "/api/customer/download", { body: { fileId, orderId }, signal }),

    /** The buyer's downloads, and what was refused, the newest first. */
    downloads: ({ signal, ...query }: NonNullable<operations["listDownloads"]["parameters"]["query"]> & Abortable = {}) =>
      get<DownloadHistory>(`/api/customer/downloads${search(query)}`, signal),

    /** The licence keys that were bought. */
    licenseKeys: ({ signal }: Abortable = {}) => get<LicenseKeys>("/api/customer/license-keys", signal),

    /** A page of the orders, the newest first. */
    orders: ({ signal, ...query }: { page?: number; limit?: number } & Abortable = {}) =>
      get<Orders>(`/api/customer/orders${search(query)}`, signal),

    /** An order's invoice; no `url` while Polar makes it: ask again after `retryAfter` seconds. */
    invoice: (orderId: string, { signal }: Abortable = {}) =>
      get<{ url?: string }>(`/api/customer/orders/${encodeURIComponent(orderId)}/invoice`, signal),

    /** The address of Polar's own portal. */
    portal: ({ signal }: Abortable = {}) => send<{ url: string }>("POST", "/api/customer/portal", { signal }),

    /** Where the buyer is signed in. */
    devices: ({ signal }: Abortable = {}) => get<Devices>("/api/sessions", signal),

    /** Signs out in one place. */
    endDevice: (id: string, { signal }: Abortable = {}) => send<void>("DELETE", `/api/sessions/${encodeURIComponent(id)}`, { signal }),

    /** Signs out here. */
    signOut: () => end("/api/session"),

    /** Signs out everywhere, here too. */
    signOutEverywhere: () => end("/api/sessions"),
  };

  /** Begins a checkout: send the buyer to the answer's `url`. Asked for again within ten minutes, it is the same one. */
  function checkout(product: string | string[], options: CheckoutOptions = {}): Promise<Result<NewCheckout>> {
    const { signal, discount, isEmbedded, successUrl, ...choices } = options;
    const wanted = JSON.stringify({
      products: [product].flat(), successUrl: wayBack(successUrl), returnUrl: pageUrl().href, ...choices, ...transport,
      ...(isEmbedded ? { embedOrigin: location.origin } : {}),
    });
    if (begun?.wanted === wanted) return begun.result;
    const result = begin(wanted, discount, signal).finally(() => { begun = null; });
    begun = { wanted, result };
    return result;
  }

  /** Begins a checkout and goes to Polar's payment page; it answers only when that fails. */
  async function buy(product: string | string[], options: CheckoutOptions = {}): Promise<Result<NewCheckout>> {
    const result = await checkout(product, options);
    if (result.data) location.assign(result.data.url);
    return result;
  }

  async function begin(wanted: string, discount: string | undefined, signal: AbortSignal | undefined): Promise<Result<NewCheckout>> {
    const known = browser.get().checkout;
    const isRepeat = known?.wanted === wanted && !known.isBack && Date.now() - known.at < REUSE;
    const { key, at } = isRepeat && known.key ? { key: known.key, at: known.at } : { key: crypto.randomUUID(), at: Date.now() };
    const kept: KeptCheckout = { wanted, key, at };
    browser.set({ checkout: { ...(isRepeat ? known : {}), ...kept } });
    const headers = { "Idempotency-Key": key };
    const result = await send<NewCheckout>("POST", "/api/checkout", { body: JSON.parse(wanted), headers, signal, isRepeatable: true });
    if (result.error) {
      if (!isTemporary(result.error)) browser.set({ checkout: undefined });
      return result;
    }
    const { checkoutId, browserKey } = result.data;
    browser.set({ checkout: { ...kept, checkoutId } });
    if (browserKey) tab.set({ browserKey });
    if (!discount) return result;
    const applied = await send("PATCH", `/api/checkout/${checkoutId}`, { body: { discountCode: discount }, signal });
    return applied.error ? applied : result;
  }

  /**
   * Completes the purchase that was begun in this browser: waits for the payment and opens the library, once. Call it when the page
   * loads. It asks the shop nothing where no purchase was begun.
   */
  async function completePurchase({ signal, onWait }: CompletionOptions = {}): Promise<Result<Completion>> {
    const kept = browser.get().checkout;
    if (!kept?.checkoutId) return ok({ status: "none" });
    const { checkoutId } = kept;
    if (!kept.isBack && !(await isPaid(checkoutId, kept.at, signal))) return ok({ status: "none" });
    browser.set({ checkout: { ...kept, isBack: true } });
    const startedAt = Date.now();
    let trouble: Problem | null = null;
    while (Date.now() - startedAt < PATIENCE && !signal?.aborted) {
      onWait?.();
      const { data, error } = await claim(checkoutId);
      if (data && "active" in data) return complete(checkoutId, data);
      if (data?.checkoutStatus === "open") return unpaid(checkoutId, signal);
      if (error?.code === "already_claimed") {
        // The answer to the claim was lost on its way, or another tab was first.
        const state = await get<SessionState>("/api/session", signal);
        if (state.data?.active) return complete(checkoutId, state.data);
      }
      if (error && !isTemporary(error)) {
        browser.set({ checkout: undefined });
        return failed(error);
      }
      trouble = error;
      await wait(pause(error?.retryAfter ?? data?.retryAfter), signal);
    }
    return trouble ? failed(trouble) : ok({ status: "pending", checkoutId });
  }

  async function isPaid(checkoutId: string, at: number, signal?: AbortSignal): Promise<boolean> {
    const { data, error } = await get<Checkout>(`/api/checkout/${checkoutId}`, signal);
    const isOver = error ? !isTemporary(error) && error.code !== "aborted" : ["expired", "failed"].includes(data.status);
    if (isOver || Date.now() - at > LIFE_OF_A_CHECKOUT) browser.set({ checkout: undefined });
    return data?.status === "succeeded" || data?.status === "confirmed";
  }

  // It goes on when the page is left: the browser still gets its session.
  function claim(checkoutId: string) {
    const body = { checkoutId, ...secrets() };
    return send<Session | Schemas["PendingSession"]>("POST", "/api/session", { body, keepalive: true });
  }

  function complete(checkoutId: string, session: Session): Result<Completion> {
    browser.set({ checkout: undefined });
    opened(session);
    return ok({ status: "complete", checkoutId, session });
  }

  async function unpaid(checkoutId: string, signal?: AbortSignal): Promise<Result<Completion>> {
    const { data, error } = await get<Checkout>(`/api/checkout/${checkoutId}`, signal);
    return data ? ok({ status: "unpaid", checkout: data }) : failed(error);
  }

  /** Has a code sent to this address, if somebody bought with it; the answer is the same for every address. */
  async function signIn(email: string, { signal }: Abortable = {}): Promise<Result<Schemas["BegunLogin"]>> {
    const result = await send<Schemas["BegunLogin"]>("POST", "/api/login", { body: { email, ...secrets() }, signal });
    if (result.data) {
      const { expiresAt, browserKey } = result.data;
      tab.set({ login: { email, expiresAt }, ...(browserKey ? { browserKey } : {}) });
    }
    return result;
  }

  /** Signs in with the code, once, and only in the browser that asked for it. */
  async function verify(code: string): Promise<Result<Session>> {
    const result = await send<Session>("POST", "/api/login/verify", { body: { code, ...secrets() }, keepalive: true });
    if (result.data) {
      tab.set({ login: undefined });
      opened(result.data);
    }
    return result;
  }

  async function end(path: string): Promise<Result<void>> {
    const result = await send<void>("DELETE", path, {});
    // A session that was over already is what was wanted.
    if (result.error && result.error.code !== "unauthenticated") return result;
    tab.set({ token: undefined });
    onSession?.({ active: false });
    return ok(undefined);
  }

  function opened(session: Session) {
    if (session.token) tab.set({ token: session.token });
    onSession?.(session);
  }

  // What a bearer page sends in place of the browser's cookie.
  function secrets() {
    const { browserKey } = tab.get();
    return { ...transport, ...(isBearer && browserKey ? { browserKey } : {}) };
  }

  function get<T>(path: string, signal?: AbortSignal): Promise<Result<Answer<T>>> {
    return send<T>("GET", path, { signal, isRepeatable: true });
  }

  async function send<T>(method: string, path: string, wanted: Request): Promise<Result<Answer<T>>> {
    const { token, browserKey } = isBearer ? tab.get() : {};
    // Only the routes of a checkout take the browser's key as a header; the others take it in the body.
    const key = path.startsWith("/api/checkout") && browserKey;
    const headers = { ...wanted.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(key ? { "Browser-Key": key } : {}) };
    const isForAnyone = path.startsWith("/api/products");
    const result = await request<T>(base + path, method, isBearer || isForAnyone ? "omit" : "include", { ...wanted, headers: isForAnyone ? {} : headers });
    if (token && result.error?.code === "unauthenticated") tab.set({ token: undefined });
    return result;
  }

  // Polar's parameters may hold a secret, so they leave the address and the history at once.
  function takeArrival() {
    const page = pageUrl();
    const checkoutId = new URLSearchParams(location.search).get("checkout_id");
    if (page.href !== location.href) history.replaceState(history.state, "", page);
    if (!checkoutId || !UUID.test(checkoutId)) return;
    const kept = browser.get().checkout;
    browser.set({ checkout: { at: Date.now(), ...(kept?.checkoutId === checkoutId ? kept : {}), checkoutId, isBack: true } });
  }
}

function servedFrom(module: string): URL {
  const served = /^(https?:.*)\/api\/(client|elements)\.js/.exec(module);
  return new URL(served?.[1] ?? location.origin);
}

function pageUrl(): URL {
  const url = new URL(location.href);
  for (const name of ["checkout_id", "customer_session_token"]) {
    if (url.searchParams.has(name)) url.searchParams.delete(name);
  }
  return url;
}

function wayBack(page: string | undefined): string {
  const url = page ? new URL(page, location.href) : pageUrl();
  url.hash = "";
  const query = url.searchParams.size ? `${url.search}&` : "?";
  url.search = "";
  return `${url.href}${query}checkout_id={CHECKOUT_ID}`;
}

function search(parameters: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of [value].flat()) if (each !== undefined && each !== "") query.append(name, String(each));
  }
  return query.size ? `?${query}` : "";
}

function pause(retryAfter: number | null | undefined): number {
  const { least, usual, most } = PAUSE_SECONDS;
  return Math.min(Math.max(retryAfter ?? usual, least), most);
}
