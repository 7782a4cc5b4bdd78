"use strict";
(() => {
  const checkout = JSON.parse(document.getElementById("checkout").textContent);
  const at = (id) => document.getElementById(id);
  const api = `/v1/checkouts/client/${checkout.client_secret}`;
  const money = (cents) =>
    cents === 0 ? "Free" : new Intl.NumberFormat("en-US", { style: "currency", currency: checkout.currency }).format(cents / 100);
  let busy = false;

  const typedAmount = () => Math.round(Number(at("amount").value.replace(",", ".")) * 100);
  const due = () => {
    if (!checkout.custom) return checkout.net_amount;
    const amount = typedAmount();
    return Number.isFinite(amount) ? amount - Math.floor((amount * checkout.discount_basis_points) / 10000) : checkout.net_amount;
  };

  const show = () => {
    at("price").textContent = money(due());
    at("payment").hidden = due() === 0;
    at("pay").textContent = due() === 0 ? "Get it for free" : `Pay ${money(due())}`;
  };

  const setBusy = (is, text = "") => {
    busy = is;
    at("pay").setAttribute("aria-disabled", String(is));
    at("wait").textContent = text;
  };

  const complain = (text, field) => {
    setBusy(false);
    at("error").textContent = text;
    at("error").hidden = false;
    const input = field && at(field);
    if (input) input.setAttribute("aria-invalid", "true");
    (input || at("error")).focus();
  };

  const calm = () => {
    at("error").hidden = true;
    document.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
  };

  // Polar words a refusal as a text or as a list of complaints about fields.
  const reason = (body) => {
    if (Array.isArray(body.detail)) {
      const [first] = body.detail;
      const name = first.loc[first.loc.length - 1];
      const field = { customer_email: "email", amount: "amount", discount_code: "code", country: "country" }[name];
      const hint = field === "email" ? ` Try you@${checkout.mail_domain}.` : "";
      return [`${first.msg}${hint}`, field];
    }
    return [body.detail || body.error_description || "Something went wrong. Please try again."];
  };

  const send = async (method, path, body) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    let read = {};
    try { read = JSON.parse(text); } catch { /* not Polar's words */ }
    return [answer.ok, read];
  };

  const { tellParent } = window;

  const leave = (token) => {
    const url = new URL(checkout.success_url);
    if (tellParent && checkout.ends_here) url.searchParams.set("embed", "true");
    // Only there is one if the buyer is new, or was known before.
    if (token) url.searchParams.append("customer_session_token", token);
    if (!tellParent) return location.replace(url);
    tellParent("success", { successURL: url.href, redirect: !checkout.ends_here });
    // The page around the frame leads on to an address of its own (Polar's `hooks/checkout.ts`).
    if (checkout.ends_here) location.replace(url);
    else setBusy(true, "Thank you! The order is complete.");
  };

  const wait = async (token) => {
    setBusy(true, "Thank you. One moment, your order is being made …");
    for (;;) {
      const answer = await fetch(api);
      if (answer.ok && (await answer.json()).status === "succeeded") return leave(token);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };

  const wanted = () => {
    const body = { customer_email: at("email").value.trim() };
    const name = at("name").value.trim();
    if (name) body.customer_name = name;
    if (checkout.custom) body.amount = typedAmount();
    if (due() > 0) {
      const card = document.querySelector("[name=card]:checked").value;
      body.confirmation_token_id = `ctoken_${crypto.getRandomValues(new Uint32Array(1))[0]}_${card}`;
      body.customer_billing_address = { country: at("country").value };
    }
    return body;
  };

  at("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    calm();
    if (!at("email").value.trim()) return complain("Please enter your e-mail address.", "email");
    if (checkout.custom && !Number.isFinite(typedAmount())) return complain("Please enter an amount.", "amount");
    setBusy(true, "Paying …");
    try {
      const [ok, body] = await send("POST", `${api}/confirm`, wanted());
      if (!ok) return complain(...reason(body));
      tellParent?.("confirmed");
      await wait(body.customer_session_token);
    } catch {
      complain("The connection was lost. Please try again.");
    }
  });

  at("fill").addEventListener("click", () => {
    at("email").value = `you@${checkout.mail_domain}`;
    at("email").focus();
  });

  at("apply").addEventListener("click", async () => {
    calm();
    const [ok, body] = await send("PATCH", api, { discount_code: at("code").value.trim() });
    if (!ok) return complain(...reason(body));
    checkout.net_amount = body.net_amount;
    checkout.discount_basis_points = body.discount.basis_points;
    show();
    at("wait").textContent = `${body.discount.name}: ${body.discount.basis_points / 100} % off.`;
  });
  at("code").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    at("apply").click();
  });

  if (checkout.customer_email) at("email").value = checkout.customer_email;
  if (checkout.customer_name) at("name").value = checkout.customer_name;
  if (checkout.is_known) {
    at("email").readOnly = true;
    at("email-hint").hidden = true;
  }
  if (checkout.custom) {
    at("amount-field").hidden = false;
    at("amount").value = (checkout.amount / 100).toFixed(2);
    const { minimum, maximum } = checkout.custom;
    const least = minimum === 0 ? "Nothing is fine too" : `At least ${money(minimum)}`;
    at("amount-hint").textContent = `${least}${maximum ? `; at most ${money(maximum)}` : ""}.`;
    at("amount").addEventListener("input", show);
  }
  at("discount").hidden = !checkout.takes_codes;
  const names = new Intl.DisplayNames(["en"], { type: "region" });
  for (const option of at("country").options) option.textContent = names.of(option.value);
  show();
  if (checkout.status === "confirmed") wait(null);
})();
