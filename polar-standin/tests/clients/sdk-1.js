// `@polar-sh/sdk` 1: the present client, snake_case, made for one version of the API; it types answers and checks none.

import assert from "node:assert/strict";
import { createPolar, errors } from "polar-sdk-1/2026-10";
import { DISCOUNT_CODE, UNKNOWN, accessToken, download, eventually, newBuyer, polarUrl, reporter } from "./standin.js";

const saw = reporter("polar-sdk-1");
const polar = createPolar({ baseUrl: polarUrl, accessToken });

// The catalog.
const products = await all(polar.products.iterList({ is_archived: false, visibility: ["public"], limit: 2 }));
const free = products.find(({ is_recurring, prices }) => !is_recurring && prices[0].price_amount === 0);
const licensed = products.find(({ benefits }) => benefits.some(({ type }) => type === "license_keys"));
assert.deepEqual(await polar.products.get(free.id), free);
const { section } = free.metadata;
assert.deepEqual(await all(polar.products.iterList({ metadata: { section } })), [free]);
saw("catalog", `${products.length} products, 2 a page`);

const benefits = await all(polar.benefits.iterList({ limit: 5 }));
assert.deepEqual(await polar.benefits.get(benefits[0].id), benefits[0]);
const files = await all(polar.files.iterList({ limit: 5 }));
const [link] = await all(polar.checkoutLinks.iterList());
assert.deepEqual(await polar.checkoutLinks.get(link.id), link);
saw("behind it", `${benefits.length} benefits, ${files.length} files, a link to ${link.products.length} products`);

// Refusals have types.
await assert.rejects(polar.products.get(UNKNOWN), errors.ResourceNotFound);
await assert.rejects(polar.checkouts.create({ products: [UNKNOWN] }), errors.HTTPValidationError);
saw("refusals", "ResourceNotFound, HTTPValidationError");

// A free product takes an e-mail.
const { externalId, email } = newBuyer();
const opened = await polar.checkouts.create({ products: [free.id], external_customer_id: externalId, metadata: { cart: 7 } });
assert.deepEqual(await polar.checkouts.get(opened.id), opened);
const { organization } = await polar.checkouts.clientGet(opened.client_secret);
const named = await polar.checkouts.clientUpdate(opened.client_secret, { customer_name: "Lin" });
assert.equal(named.customer_name, "Lin");
const confirmed = await polar.checkouts.clientConfirm(opened.client_secret, { customer_email: email });
assert.ok(confirmed.customer_session_token);
const succeeded = await success(opened);
saw("free checkout", `${opened.status}, ${confirmed.status}, ${succeeded.status}: ${free.name}`);

// A paid one, with a code, a declined card and a good one.
const paid = await polar.checkouts.create({ products: [licensed.id], customer_id: succeeded.customer_id });
const { total_amount, currency } = await polar.checkouts.clientUpdate(paid.client_secret, {
  discount_code: DISCOUNT_CODE, customer_billing_address: { country: "DE" },
});
assert.equal(total_amount, paid.total_amount * 0.75);
const pay = (confirmation_token_id) => polar.checkouts.clientConfirm(paid.client_secret, { confirmation_token_id });
await assert.rejects(pay("ctoken_declined"), errors.PaymentError);
await pay("ctoken_good");
await success(paid);
saw("paid checkout", `PaymentError, then ${total_amount} ${currency}: ${licensed.name}`);

// The order and the customer.
const [order] = await all(polar.orders.iterList({ checkout_id: paid.id }));
assert.deepEqual(await polar.orders.get(order.id), order);
assert.equal(order.total_amount, total_amount);
saw("order", `${order.status}, ${order.total_amount} ${order.currency}`);

const customer = await polar.customers.getExternal(externalId);
assert.deepEqual(await polar.customers.get(succeeded.customer_id), customer);
assert.equal(customer.email, email);
const promised = free.benefits.length + licensed.benefits.length;
const isGranted = ({ granted_benefits }) => granted_benefits.length === promised;
const state = await eventually(() => polar.customers.getState(customer.id), isGranted);
assert.deepEqual(await polar.customers.getStateExternal(externalId), state);
saw("customer", `${state.granted_benefits.length} benefits`);

// The customer's own view.
const portal = await portalOf(customer.id);
assert.equal((await portal.customers.get()).id, customer.id);
const orders = await all(portal.orders.iterList());
assert.equal((await portal.orders.get(order.id)).id, order.id);
const grants = await all(portal.benefitGrants.iterList({ checkout_id: opened.id }));
assert.deepEqual(await portal.benefitGrants.get(grants[0].id), grants[0]);
const storefront = await portal.organizations.get(organization.slug);
assert.equal(storefront.products.length, products.length);
saw("portal", `${orders.length} orders, ${grants.length} benefit of the free one`);

const downloadables = await all(portal.downloadables.iterList());
assert.ok(downloadables.length > 1);
for (const { file } of downloadables) {
  saw("download", `${await download(file.download.url, file.checksum_sha256_hex)} bytes: ${file.name}`);
}

// The licence key.
const [{ id, key, organization_id, display_key }] = await all(portal.licenseKeys.iterList());
assert.equal((await portal.licenseKeys.get(id)).key, key);
assert.equal((await polar.licenseKeys.get(id)).key, key);
const activation = await polar.licenseKeys.activate({ key, organization_id, label: "studio" });
await polar.licenseKeys.validate({ key, organization_id, activation_id: activation.id });
const validated = await portal.licenseKeys.validate({ key, organization_id });
await polar.licenseKeys.deactivate({ key, organization_id, activation_id: activation.id });
saw("licence key", `${display_key}, validated ${validated.validations} times`);

// All that the shop ever sold; somebody has subscribed.
const sold = await all(polar.orders.iterList());
const begun = await all(polar.checkouts.iterList());
const given = await all(polar.benefitGrants.iterList());
const keys = await all(polar.licenseKeys.iterList());
const known = await all(polar.customers.iterList());
const bought = `${sold.length} orders, ${given.length} grants, ${keys.length} keys`;
saw("the shop", `${known.length} customers, ${begun.length} checkouts, ${bought}`);

const { customer_id } = sold.find(({ subscription_id }) => subscription_id);
const { active_subscriptions } = await polar.customers.getState(customer_id);
const [subscription] = await all((await portalOf(customer_id)).subscriptions.iterList());
assert.deepEqual(active_subscriptions.map(({ id }) => id), [subscription.id]);
saw("subscription", `${subscription.status}: ${subscription.product.name}`);

/** The items of all pages. */
function all(items) {
  return Array.fromAsync(items);
}

function success({ id }) {
  return eventually(() => polar.checkouts.get(id), ({ status }) => status === "succeeded");
}

async function portalOf(customer_id) {
  const { token } = await polar.customerSessions.create({ customer_id });
  return createPolar({ baseUrl: polarUrl, accessToken: token }).customerPortal;
}
