// An address that names nothing.

import { buttonLink, heading, statePanel } from "../dom.js";

/** The view of an unknown address. */
export function missingView(shop) {
  shop.setTitle("Page not found");
  return [
    heading("There is no such page"),
    statePanel({ text: "The link may be old or mistyped.", actions: [buttonLink("#", "See all goods")] }),
  ];
}
