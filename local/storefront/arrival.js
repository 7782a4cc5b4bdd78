// Runs before anything else on the page: the address that the payment page sends a buyer back to may carry a
// customer session token, so the whole query leaves the address bar and the history at once.
(() => {
  const query = new URLSearchParams(location.search);
  if (!location.search) return;
  const checkoutId = query.get("checkout_id");
  history.replaceState(null, "", location.pathname + (checkoutId ? "#payment" : location.hash));
  if (checkoutId) sessionStorage.setItem("pendingCheckout", checkoutId);
})();
