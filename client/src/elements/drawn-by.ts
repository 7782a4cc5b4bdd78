import { ownProblem } from "../problem.js";
import { ShopElement } from "./element.js";
import { load } from "./parts.js";

/** An element whose content is a part of its own. */
function drawnBy(name: "account" | "sign-in"): new () => ShopElement {
  return class extends ShopElement {
    protected override start() {
      this.busy();
      load(name).then(({ draw }) => draw(this), () => this.show(this.problem(ownProblem("network", ""))));
    }
  };
}

/** The buyer's account: `<shop-account>`. */
export const ShopAccount = drawnBy("account");

/** Signing in: `<shop-sign-in>`. */
export const ShopSignIn = drawnBy("sign-in");
