// `POST /api/customer/download` as a Node function: the same session, the same questions to Polar, the same counted
// write and the same history as the Rust function, with the libraries that a Node engineer would take.

import { createDecipheriv, createHash, hkdfSync, randomUUID } from "node:crypto";
import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { createPolar } from "@polar-sh/sdk/2026-10";

const { POLAR_API_URL, SESSIONS_TABLE, CATALOG_TABLE, DOWNLOADS_TABLE, STOREFRONT_ORIGINS } = process.env;
const GRACE_MS = Number(process.env.DOWNLOAD_GRACE_SECONDS ?? 3600) * 1000;
const ORIGINS = new Set(STOREFRONT_ORIGINS.split(","));
const CATALOG_FRESH_MS = 60_000;
const HISTORY_KEPT_S = 400 * 86_400;
const PURPOSE = "polar-storefront/customer-session/v1";

// Keeps its connections open by default.
const dynamodb = new DynamoDBClient({});
// The SDK's paths begin with the API's version.
const polarUrl = POLAR_API_URL?.replace(/\/v1$/, "");

export async function handler(event) {
  const begun = Date.now();
  const requestId = event.requestContext.requestId;
  let answer;
  try {
    answer = json(200, await download(event));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    answer = json(error.status, { code: error.code, requestId }, "application/problem+json");
  }
  const ms = Date.now() - begun;
  console.log(JSON.stringify({ level: "INFO", message: "answered", requestId, status: answer.statusCode, ms }));
  return answer;
}

async function download(event) {
  const token = cookie(event, "__Host-session");
  if (!token) throw new Refusal(401, "unauthenticated");
  if (!ORIGINS.has(event.headers.origin)) throw new Refusal(403, "origin_not_allowed");
  const wanted = JSON.parse(event.body);
  if (!wanted.productId && !wanted.fileId) throw new Refusal(422, "rejected");

  // The catalog is wanted in any case; it comes from memory within a minute.
  const [session, products] = await Promise.all([findSession(token), catalog()]);
  if (!session) throw new Refusal(401, "unauthenticated");

  const polar = createPolar({ accessToken: session.portalToken, baseUrl: polarUrl }).customerPortal;
  const limit = 100;
  const [orders, grants, files] = await Promise.all([
    polar.orders.list({ limit, page: 1 }),
    polar.benefitGrants.list({ limit, page: 1 }),
    polar.downloadables.list({ limit, page: 1 }),
  ]);
  const purchase = choose({ orders: orders.items, grants: grants.items, files: files.items }, products, wanted);

  const now = Date.now();
  const used = await take(session, purchase, now);
  await remember(session, purchase, now);
  const { file } = purchase.downloadable;
  return {
    downloadUrl: file.download.url,
    expiresAt: file.download.expires_at,
    fileName: file.name,
    fileId: file.id,
    size: file.size,
    mimeType: file.mime_type,
    checksumSha256: file.checksum_sha256_hex,
    version: file.version,
    remainingDownloads: purchase.limit === null ? null : purchase.limit - used,
  };
}

/** The live session of a token, with Polar's credential, which only the token unseals. */
async function findSession(token) {
  const bytes = Buffer.from(token, "base64url");
  const customerId = uuid(bytes.subarray(0, 16));
  const hash = createHash("sha256").update(bytes).digest("base64url");
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: SESSIONS_TABLE,
      Key: { customer_id: { S: customerId }, token_hash: { S: hash } },
      ConsistentRead: true,
    }),
  );
  if (!Item || Number(Item.expires_at.N) <= Date.now()) return null;
  const key = Buffer.from(hkdfSync("sha256", bytes.subarray(16), Buffer.alloc(0), PURPOSE, 32));
  const sealed = Buffer.from(Item.portal_token.B);
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  decipher.setAAD(bytes.subarray(0, 16));
  decipher.setAuthTag(sealed.subarray(-16));
  const portalToken = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString();
  return { id: hash.slice(0, 16), customerId, portalToken };
}

let known = null;

/** The products of the published catalog by their ids. */
async function catalog() {
  if (known && Date.now() - known.askedAt < CATALOG_FRESH_MS) return known.products;
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: CATALOG_TABLE, Key: { id: { S: "current" } } }));
  const published = JSON.parse(Buffer.from(Item.body.B).toString());
  known = { askedAt: Date.now(), products: new Map(published.products.map((product) => [product.id, product])) };
  return known.products;
}

/** The oldest purchase that gives what is wanted. */
function choose({ orders, grants, files }, products, wanted) {
  for (const order of orders.toReversed()) {
    if (wanted.productId && order.product_id !== wanted.productId) continue;
    const given = grants.filter((grant) => grant.is_granted && !grant.is_revoked && grant.order_id === order.id);
    for (const grant of given) {
      const ofGrant = files.filter((file) => file.benefit_id === grant.benefit_id);
      const matching = ofGrant.filter(({ file }) => !wanted.fileId || file.id === wanted.fileId);
      if (matching.length > 1) throw new Refusal(422, "file_required");
      if (matching.length === 1) return { order, downloadable: matching[0], limit: limitOf(products, order, grant) };
    }
  }
  throw new Refusal(403, "not_entitled");
}

function limitOf(products, order, grant) {
  const product = products.get(order.product_id);
  const benefit = product?.benefits.find(({ id }) => id === grant.benefit_id);
  const limit = benefit?.metadata?.download_limit ?? product?.metadata?.download_limit ?? process.env.DOWNLOAD_LIMIT;
  return limit && limit !== "unlimited" ? Number(limit) : null;
}

/** Takes one download: one conditional write decides. */
async function take(session, { order, downloadable, limit }, now) {
  const conditions = ["NOT take_id = :take_id"];
  if (GRACE_MS > 0) conditions.push("free_until <= :now");
  if (limit !== null) conditions.push("used < :limit");
  try {
    const { Attributes } = await dynamodb.send(
      new UpdateItemCommand({
        TableName: DOWNLOADS_TABLE,
        Key: { customer_id: { S: session.customerId }, id: { S: `counter#${order.id}#${downloadable.file.id}` } },
        ConditionExpression: `attribute_not_exists(used) OR (${conditions.join(" AND ")})`,
        UpdateExpression: "SET last_downloaded_at = :now, free_until = :free_until, take_id = :take_id ADD used :one",
        ExpressionAttributeValues: {
          ":now": { N: String(now) },
          ":free_until": { N: String(now + GRACE_MS) },
          ":one": { N: "1" },
          ":take_id": { S: randomUUID() },
          ...(limit === null ? {} : { ":limit": { N: String(limit) } }),
        },
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return Number(Attributes.used.N);
  } catch (error) {
    if (error.name !== "ConditionalCheckFailedException") throw error;
    if (GRACE_MS > 0 && now < Number(error.Item.free_until.N)) return Number(error.Item.used.N);
    throw new Refusal(429, "download_limit_reached");
  }
}

async function remember(session, { order, downloadable: { file } }, now) {
  const attempt = {
    customer_id: { S: session.customerId },
    id: { S: `attempt#${String(now).padStart(13, "0")}#${randomUUID().replaceAll("-", "")}` },
    at: { N: String(now) },
    result: { S: "issued" },
    session_id: { S: session.id },
    client: { S: "another program" },
    product_id: { S: order.product_id },
    order_id: { S: order.id },
    file_id: { S: file.id },
    file_name: { S: file.name },
    purge_at: { N: String(Math.floor(now / 1000) + HISTORY_KEPT_S) },
  };
  await dynamodb.send(new PutItemCommand({ TableName: DOWNLOADS_TABLE, Item: attempt }));
}

function cookie(event, name) {
  const found = event.cookies?.find((cookie) => cookie.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

function uuid(bytes) {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function json(statusCode, body, type = "application/json") {
  return { statusCode, headers: { "content-type": type, "cache-control": "no-store" }, body: JSON.stringify(body) };
}

class Refusal extends Error {
  constructor(status, code) {
    super(code);
    Object.assign(this, { status, code });
  }
}
