// A product's picture, or a woven swatch where it has none.

import { h, safeUrl } from "../dom.js";
import { swatch } from "../weave.js";

/** The cover of a product; `extra` is drawn over it. */
export function cover(product, ...extra) {
  const image = product.medias.find(({ mimeType }) => !mimeType || mimeType.startsWith("image/"));
  const address = image && safeUrl(image.publicUrl);
  const frame = h("div", { class: "cover" }, extra);
  if (!address) {
    frame.prepend(swatch(product.id));
    return frame;
  }
  // The name stands beside it, so the picture itself is decoration. A picture that fails makes room for a swatch.
  const picture = h("img", { src: address, alt: "", loading: "lazy", decoding: "async" });
  picture.addEventListener("error", () => picture.replaceWith(swatch(product.id)), { once: true });
  frame.prepend(picture);
  return frame;
}
