/** What is kept for a while; undefined values are forgotten. */
export interface Kept {
  /** Bearer only: the secret that claims a checkout and that a code works with. */
  browserKey?: string | undefined;
  /** Bearer only: the session. */
  token?: string | undefined;
  /** The address that a sign-in code was sent to. */
  login?: { email: string; expiresAt: string } | undefined;
  /** The checkout that was begun last. */
  checkout?: KeptCheckout | undefined;
}

export interface KeptCheckout {
  /** The request as it was sent, so that a repeat begins no second checkout. */
  wanted?: string;
  /** Its `Idempotency-Key`. */
  key?: string;
  /** When it was sent, in milliseconds. */
  at: number;
  checkoutId?: string;
  /** Whether Polar has sent the buyer back. */
  isBack?: boolean;
}

/** A record in the browser's storage. Where a browser forbids storage, it lives as long as the page. */
export function keep(name: string, storageOf: () => Storage) {
  let memory: Kept = {};
  const read = (): Kept => {
    try {
      return JSON.parse(storageOf().getItem(name) ?? "{}") as Kept;
    } catch {
      return memory;
    }
  };
  return {
    get: read,
    set(changes: Kept) {
      memory = { ...read(), ...changes };
      try {
        storageOf().setItem(name, JSON.stringify(memory));
      } catch {
        // The page goes on with its memory.
      }
    },
  };
}
