"use strict";
// Tells the page around the frame what Polar's embed script listens for. The browser delivers it to the origin that the
// checkout names, and to no other.
window.tellParent = (event, more = {}) => {
  const origin = JSON.parse(document.getElementById("embed-origin").textContent);
  window.parent.postMessage({ event, ...more, type: "POLAR_CHECKOUT" }, origin);
};
document.getElementById("close").addEventListener("click", () => tellParent("close"));
document.addEventListener("DOMContentLoaded", () => tellParent("loaded"));
