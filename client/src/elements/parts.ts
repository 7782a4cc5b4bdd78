// What a page may never need is a module of its own, loaded when it is needed, from beside the module of the elements.

import type { Words } from "./en.js";

interface Parts {
  account: typeof import("./parts/account.js");
  diagnose: typeof import("./parts/diagnose.js");
  overlay: typeof import("./parts/overlay.js");
  "sign-in": typeof import("./parts/sign-in.js");
  /** A language. */
  de: { words: Words };
}

const loaded: { [Name in keyof Parts]?: Promise<Parts[Name]> } = {};

/** Loads a part once; it rejects where the network or the page's policy is in the way. */
export function load<Name extends keyof Parts>(name: Name): Promise<Parts[Name]> {
  return (loaded[name] ??= import(/* @vite-ignore */ new URL(`./elements/${name}.js`, import.meta.url).href) as Promise<never>)!;
}
