// `@polar-sh/sdk` 0: generated, camelCase, without a version header; it holds every answer against Polar's schema.

import assert from "node:assert/strict";
import { Polar } from "polar-sdk-0";
import { HTTPValidationError } from "polar-sdk-0/models/errors/httpvalidationerror.js";
import { PaymentError } from "polar-sdk-0/models/errors/paymenterror.js";
import { ResourceNotFound } from "polar-sdk-0/models/errors/resourcenotfound.js";
import { DISCOUNT_CODE, UNKNOWN, accessToken, download, eventually, newBuyer, polarUrl, reporter } from "./standin.js";

const saw = reporter("polar-sdk-0");
const polar = new Polar({ serverURL: polarUrl, accessToken });
const portal = polar.customerPortal;

// The catalog.
const products = await all(polar.products.list({ isArchived: false, visibility: ["public"], limit: 2 }));
const free = products.find(({ isRecurring, prices }) => !isRecurring && prices[0].priceAmount === 0);
const licensed = products.find(({ benefits }) => benefits.some(({ type }) => type === "license_keys"));
assert.deepEqual(await polar.products.get({ id: free.id }), free);
const { section } = free.metadata;
assert.deepEqual(await all(polar.products.list({ metadata: { section } })), [free]);
saw("catalog", `${products.length} products, 2 a page`);

const benefits = await all(polar.benefits.list({ limit: 5 }));
assert.deepEqual(await polar.benefits.get({ id: benefits[0].id }), benefits[0]);
const files = await all(polar.files.list({ limit: 5 }));
const [link] = await all(polar.checkoutLinks.list({}));
assert.deepEqual(await polar.checkoutLinks.get({ id: link.id }), link);
saw("behind it", `${benefits.length} benefits, ${files.length} files, a link to ${link.products.length} products`);

// Refusals have types.
await assert.rejects(polar.products.get({ id: UNKNOWN }), ResourceNotFound);
await assert.rejects(polar.checkouts.create({ products: [UNKNOWN] }), HTTPValidationError);
saw("refusals", "ResourceNotFound, HTTPValidationError");

// A free product takes an e-mail.
const { externalId, email } = newBuyer();
const opened = await polar.checkouts.create({ products: [free.id], externalCustomerId: externalId, metadata: { cart: 7 } });
assert.deepEqual(await polar.checkouts.get({ id: opened.id }), opened);
const { clientSecret } = opened;
const { organization } = await polar.checkouts.clientGet({ clientSecret });
const named = await polar.checkouts.clientUpdate({ clientSecret, checkoutUpdatePublic: { customerName: "Lin" } });
assert.equal(named.customerName, "Lin");
const confirmed = await polar.checkouts.clientConfirm({ clientSecret, checkoutConfirmStripe: { customerEmail: email } });
assert.ok(confirmed.customerSessionToken);
const succeeded = await success(opened);
saw("free checkout", `${opened.status}, ${confirmed.status}, ${succeeded.status}: ${free.name}`);

// A paid one, with a code, a declined card and a good one.
const paid = await polar.checkouts.create({ products: [licensed.id], customerId: succeeded.customerId });
const { totalAmount, currency } = await polar.checkouts.clientUpdate({
  clientSecret: paid.clientSecret,
  checkoutUpdatePublic: { discountCode: DISCOUNT_CODE, customerBillingAddress: { country: "DE" } },
});
assert.equal(totalAmount, paid.totalAmount * 0.75);
const pay = (confirmationTokenId) =>
  polar.checkouts.clientConfirm({ clientSecret: paid.clientSecret, checkoutConfirmStripe: { confirmationTokenId } });
await assert.rejects(pay("ctoken_declined"), PaymentError);
await pay("ctoken_good");
await success(paid);
saw("paid checkout", `PaymentError, then ${totalAmount} ${currency}: ${licensed.name}`);

// The order and the customer.
const [order] = await all(polar.orders.list({ checkoutId: paid.id }));
assert.deepEqual(await polar.orders.get({ id: order.id }), order);
assert.equal(order.totalAmount, totalAmount);
saw("order", `${order.status}, ${order.totalAmount} ${order.currency}`);

const customer = await polar.customers.getExternal({ externalId });
assert.deepEqual(await polar.customers.get({ id: succeeded.customerId }), customer);
assert.equal(customer.email, email);
const promised = free.benefits.length + licensed.benefits.length;
const isGranted = ({ grantedBenefits }) => grantedBenefits.length === promised;
const state = await eventually(() => polar.customers.getState({ id: customer.id }), isGranted);
assert.deepEqual(await polar.customers.getStateExternal({ externalId }), state);
saw("customer", `${state.grantedBenefits.length} benefits`);

// The customer's own view.
const session = await sessionOf(customer.id);
assert.equal((await portal.customers.get(session)).id, customer.id);
const orders = await all(portal.orders.list(session, {}));
assert.equal((await portal.orders.get(session, { id: order.id })).id, order.id);
const grants = await all(portal.benefitGrants.list(session, { checkoutId: opened.id }));
assert.deepEqual(await portal.benefitGrants.get(session, { id: grants[0].id }), grants[0]);
const storefront = await portal.organizations.get({ slug: organization.slug });
assert.equal(storefront.products.length, products.length);
saw("portal", `${orders.length} orders, ${grants.length} benefit of the free one`);

const downloadables = await all(portal.downloadables.list(session, {}));
assert.ok(downloadables.length > 1);
for (const { file } of downloadables) {
  saw("download", `${await download(file.download.url, file.checksumSha256Hex)} bytes: ${file.name}`);
}

// The licence key.
const [{ id, key, organizationId, displayKey }] = await all(portal.licenseKeys.list(session, {}));
assert.equal((await portal.licenseKeys.get(session, { id })).key, key);
assert.equal((await polar.licenseKeys.get({ id })).key, key);
const activation = await polar.licenseKeys.activate({ key, organizationId, label: "studio" });
await polar.licenseKeys.validate({ key, organizationId, activationId: activation.id });
const validated = await portal.licenseKeys.validate({ key, organizationId });
await polar.licenseKeys.deactivate({ key, organizationId, activationId: activation.id });
saw("licence key", `${displayKey}, validated ${validated.validations} times`);

// All that the shop ever sold; somebody has subscribed.
const sold = await all(polar.orders.list({}));
const begun = await all(polar.checkouts.list({}));
const given = await all(polar.benefitGrants.list({}));
const keys = await all(polar.licenseKeys.list({}));
const known = await all(polar.customers.list({}));
const bought = `${sold.length} orders, ${given.length} grants, ${keys.length} keys`;
saw("the shop", `${known.length} customers, ${begun.length} checkouts, ${bought}`);

const { customerId } = sold.find(({ subscriptionId }) => subscriptionId);
const { activeSubscriptions } = await polar.customers.getState({ id: customerId });
const [subscription] = await all(portal.subscriptions.list(await sessionOf(customerId), {}));
assert.deepEqual(activeSubscriptions.map(({ id }) => id), [subscription.id]);
saw("subscription", `${subscription.status}: ${subscription.product.name}`);

/** The items of all pages. */
async function all(pages) {
  const items = [];
  for await (const { result } of await pages) items.push(...result.items);
  return items;
}

function success({ id }) {
  return eventually(() => polar.checkouts.get({ id }), ({ status }) => status === "succeeded");
}

async function sessionOf(customerId) {
  const { token } = await polar.customerSessions.create({ customerId });
  return { customerSession: token };
}
