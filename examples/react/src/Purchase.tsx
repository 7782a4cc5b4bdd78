import type { Completion, Result } from "polar-storefront";
import { useEffect, useState } from "react";
import { Notice } from "./Notice";
import { shop } from "./shop";

/** How the purchase went that the buyer comes back from, if there is one. */
export function Purchase({ onComplete }: { onComplete: () => void }) {
  const [purchase, setPurchase] = useState<Result<Completion> | "waiting" | null>(null);

  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    shop.completePurchase({ signal, onWait: () => setPurchase("waiting") }).then((result) => {
      if (signal.aborted) return;
      setPurchase(result);
      if (result.data?.status === "complete") onComplete();
    });
    return () => leaving.abort();
  }, []);

  function forget() {
    shop.forgetPurchase();
    setPurchase(null);
  }

  if (!purchase) return null;
  if (purchase === "waiting") return <p role="status">Your payment is being confirmed…</p>;
  if (purchase.error) return <Notice problem={purchase.error} />;
  switch (purchase.data.status) {
    case "none":
      return null;
    case "complete":
      return <p role="status">Thank you! Your files are in your library.</p>;
    case "unpaid":
      return (
        <p role="status">
          The payment did not go through, and nothing was charged.{" "}
          <a href={purchase.data.checkout.url ?? undefined}>Back to the payment page</a> <button onClick={forget}>Not now</button>
        </p>
      );
    case "pending":
      return <p role="status">Your payment isn't confirmed yet. You need not pay again: come back in a few minutes.</p>;
  }
}
