// What the pages do besides the shop's elements: the header's button signs in and out.

import { shop, store } from "/api/elements.js";

const button = document.querySelector("#sign-in-or-out");
const status = document.querySelector("shop-status");

async function drawButton() {
  const { data } = await store.session();
  button.textContent = data?.active ? "Sign out" : "Sign in";
  button.onclick = data?.active ? signOut : () => status.signIn();
  button.hidden = false;
}

async function signOut() {
  button.disabled = true;
  const { error } = await shop.signOut();
  button.disabled = false;
  status.show(error && status.problem(error, signOut));
}

store.addEventListener("session", drawButton);
drawButton();

// Who signs in wants to see what they bought.
addEventListener("shop:session", ({ detail, target }) => {
  if (detail.active && detail.scope === "account" && target === status && !document.querySelector("shop-library, shop-account")) {
    location.assign("/library.html");
  }
});
