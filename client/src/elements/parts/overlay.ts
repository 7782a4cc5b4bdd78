import { button, h } from "../index.js";

/** A frame that cannot be loaded says nothing, so after so long the buyer goes to the payment page itself. In milliseconds. */
const PATIENCE = 15_000;

/**
 * Shows Polar's payment page over this one; resolves once it is paid or closed.
 *
 * The frame speaks by messages, as in Polar's own script for pages: `loaded`, `confirmed`, `success`, `close`.
 */
export function openOverlay(checkoutUrl: string, close: string): Promise<void> {
  const url = new URL(checkoutUrl);
  url.searchParams.set("embed", "true");
  url.searchParams.set("embed_origin", location.origin);
  const frame = h("iframe", { src: url.href, allow: "payment", title: "Polar", part: "overlay-frame" });
  // Polar's page has a way out of its own.
  const wayOut = button("×", () => dialog.close(), "close");
  wayOut.ariaLabel = close;
  const dialog = h("dialog", { part: "overlay" }, wayOut, frame);
  const place = h("div");
  const root = place.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    "dialog{width:100%;height:100%;max-width:none;max-height:none;border:0;padding:0;background:#0008}" +
    "iframe{width:100%;height:100%;border:0}button{position:absolute;inset-block-start:1rem;inset-inline-end:1rem;width:44px;height:44px;" +
    "border:0;border-radius:50%;font:1.5rem/1 sans-serif;cursor:pointer}",
  );
  root.adoptedStyleSheets = [sheet];
  root.append(dialog);
  document.body.append(place);
  dialog.showModal();
  const { promise, resolve } = Promise.withResolvers<void>();
  const patience = setTimeout(() => location.assign(checkoutUrl), PATIENCE);
  const end = new AbortController();
  let isConfirmed = false;
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== url.origin || data?.type !== "POLAR_CHECKOUT") return;
    if (data.event === "loaded") {
      clearTimeout(patience);
      wayOut.remove();
    } else if (data.event === "confirmed") isConfirmed = true;
    else if (data.event === "success" || (data.event === "close" && !isConfirmed)) dialog.close();
  }, { signal: end.signal });
  dialog.addEventListener("close", () => {
    clearTimeout(patience);
    end.abort();
    place.remove();
    resolve();
  });
  return promise;
}
