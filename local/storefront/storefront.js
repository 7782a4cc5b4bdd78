// What the pages do besides the shop's elements: signing in and out by the header, and the title of a product's page.

import { shop, store } from "/api/elements.js";

const button = document.querySelector("#sign-in-or-out");
const status = document.querySelector("shop-status");
let drawings = 0;

async function drawButton() {
  const drawing = ++drawings;
  const { data } = await store.session();
  // Somebody has signed in or out meanwhile.
  if (drawing !== drawings) return;
  button.textContent = data?.active ? "Sign out" : "Sign in";
  button.onclick = data?.active ? signOut : () => status.signIn();
  button.hidden = false;
}

async function signOut() {
  button.disabled = true;
  const { error } = await shop.signOut();
  button.disabled = false;
  status.show(error && status.problem(error, signOut));
  if (!error) store.setSession({ active: false });
}

async function nameProduct(id) {
  const { data } = await store.product(id);
  if (data) document.title = `${data.name} · Meshwork Goods`;
}

store.addEventListener("session", drawButton);
drawButton();

// Who signs in wants to see what they bought.
addEventListener("shop:session", ({ detail, target }) => {
  if (detail.active && detail.scope === "account" && target === status && !document.querySelector("shop-library, shop-account")) {
    location.assign("/library.html");
  }
});

if (document.querySelector("shop-product")) nameProduct(new URLSearchParams(location.search).get("product") ?? "");
