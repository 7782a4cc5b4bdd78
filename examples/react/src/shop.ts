import { createShop, type Abortable, type Result } from "polar-storefront";
import { useEffect, useState } from "react";

declare global {
  interface ImportMetaEnv {
    readonly VITE_SHOP_URL: string;
  }
}

export const shop = createShop({ apiUrl: import.meta.env.VITE_SHOP_URL });

/**
 * Asks the shop when a component appears and when `reason` changes. Returns the answer, which is `null` until it is there, and a
 * function that asks again.
 */
export function useAnswer<T>(ask: (options: Abortable) => Promise<Result<T>>, reason?: unknown) {
  const [answer, setAnswer] = useState<Result<T> | null>(null);
  const [times, setTimes] = useState(1);
  useEffect(() => {
    const leaving = new AbortController();
    ask({ signal: leaving.signal }).then((result) => {
      if (!leaving.signal.aborted) setAnswer(result);
    });
    return () => leaving.abort();
  }, [ask, reason, times]);
  return [answer, () => setTimes((before) => before + 1)] as const;
}
