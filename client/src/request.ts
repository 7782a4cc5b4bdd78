import { failed, ok, ownProblem, type Problem, type Result } from "./problem.js";

/** In milliseconds, for one request. */
const PATIENCE = 20_000;
/** In seconds. A longer `Retry-After` is left to the caller. */
const SHORT_WAIT = 5;
const REPEATS = 2;

export interface Request {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** The request goes on when the page is left. */
  keepalive?: boolean;
  /** Sending it twice does no more than sending it once, so it is repeated after a temporary failure. */
  isRepeatable?: boolean;
}

/** An answer of the shop's; `retryAfter` in seconds comes with a 202. */
export type Answer<T> = T & { retryAfter?: number | null };

export async function request<T>(
  url: string, method: string, credentials: RequestCredentials, wanted: Request,
): Promise<Result<Answer<T>>> {
  for (let repeats = 0; ; repeats++) {
    const result = await once<T>(url, method, credentials, wanted);
    const { error } = result;
    if (!error || !wanted.isRepeatable || repeats === REPEATS || !isWorthRepeating(error)) return result;
    await wait(error.retryAfter ?? 2 ** repeats / 2, wanted.signal);
  }
}

function isWorthRepeating({ code, status, retryAfter }: Problem): boolean {
  return code === "network" || ([429, 502, 503, 504].includes(status) && (retryAfter ?? 0) <= SHORT_WAIT);
}

async function once<T>(
  url: string, method: string, credentials: RequestCredentials, { body, headers, signal, keepalive = false }: Request,
): Promise<Result<Answer<T>>> {
  const limit = AbortSignal.timeout(PATIENCE);
  const options: RequestInit = {
    method, credentials, keepalive,
    headers: { Accept: "application/json, application/problem+json", ...(body ? { "Content-Type": "application/json" } : {}), ...headers },
    body: body ? JSON.stringify(body) : null,
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  };
  try {
    return await read<T>(await fetch(url, options));
  } catch {
    if (signal?.aborted) return failed(ownProblem("aborted", "The request was aborted."));
    return failed(limit.aborted ? ownProblem("timeout", "The shop did not answer in time.") : ownProblem("network", "The shop cannot be reached."));
  }
}

async function read<T>(response: Response): Promise<Result<Answer<T>>> {
  const { status } = response;
  if (status === 204) return ok(undefined as unknown as Answer<T>);
  const text = await response.text();
  const retryAfter = seconds(response.headers.get("Retry-After"));
  const json = parsed(text);
  if (response.ok && json) return ok((status === 202 ? { ...json, retryAfter } : json) as Answer<T>);
  const unexpected = ownProblem("unexpected_answer", "This is no answer of the shop's.", status);
  // API Gateway's own refusals are `{"message": …}`.
  return failed(json && "code" in json ? ({ ...unexpected, ...json, status, retryAfter } as Problem) : { ...unexpected, retryAfter });
}

function parsed(text: string): object | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" ? json : null;
  } catch {
    return null;
  }
}

/** `Retry-After` in seconds, from either of its two forms (RFC 9110, 10.2.3). */
function seconds(value: string | null): number | null {
  if (!value) return null;
  const number = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(number) ? Math.max(0, Math.ceil(number)) : null;
}

/** Resolves after so many seconds, or at once when `signal` aborts. */
export function wait(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
