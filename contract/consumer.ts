// A page's program, as a compiler sees it: it has a word for every value that the shop may answer with.

import type { components, paths } from "./generated/openapi.js";

type Schemas = components["schemas"];
type Enumeration = {
  [Name in keyof Schemas]: Schemas[Name] extends string ? (string extends Schemas[Name] ? never : Name) : never;
}[keyof Schemas];

function never(value: never): never {
  throw new Error(`openapi.json has no ${String(value)}`);
}

// A new enumeration, and a new value of one, must be handled here, or this does not compile.
export const words: { [Name in Enumeration]: (value: Schemas[Name]) => string } = {
  Alive(alive) {
    switch (alive) {
      case "ok":
        return "open";
      default:
        return never(alive);
    }
  },
  AmountType(type) {
    switch (type) {
      case "fixed":
        return "one price";
      case "custom":
        return "pay what you want";
      case "seat_based":
      case "unit_based":
      case "metered_unit":
      case "unknown":
        return "see the payment page";
      default:
        return never(type);
    }
  },
  BenefitType(type) {
    switch (type) {
      case "downloadables":
        return "files";
      case "license_keys":
        return "a licence key";
      case "custom":
      case "discord":
      case "github_repository":
      case "meter_credit":
      case "feature_flag":
      case "slack_shared_channel":
      case "unknown":
        return "more";
      default:
        return never(type);
    }
  },
  CheckoutStatus(status) {
    switch (status) {
      case "open":
        return "not paid yet";
      case "confirmed":
        return "the payment is under way";
      case "succeeded":
        return "paid";
      case "failed":
        return "declined";
      case "expired":
        return "too late";
      case "unknown":
        return "ask again later";
      default:
        return never(status);
    }
  },
  Code(code) {
    switch (code) {
      case "unauthenticated":
      case "login_code_invalid":
      case "order_scope":
      case "already_claimed":
      case "claim_window_over":
        return "sign in";
      case "rate_limited":
      case "polar_unavailable":
      case "busy":
      case "polar_timeout":
      case "download_pending":
        return "ask again when `Retry-After` is over";
      case "checkout_expired":
      case "payment_failed":
      case "not_entitled":
        return "buy";
      case "file_required":
        return "choose a file";
      case "download_limit_reached":
      case "access_expired":
      case "file_not_found":
      case "no_invoice":
        return "ask the merchant";
      case "billing_details_missing":
        return "open the customer portal";
      case "look_ahead":
      case "origin_not_allowed":
      case "checkout_not_open":
      case "idempotency_key_reused":
      case "invalid_request":
      case "method_not_allowed":
      case "not_found":
      case "payload_too_large":
      case "unsupported_media_type":
      case "rejected":
        return "correct the page";
      case "internal":
      case "polar_unexpected":
        return "tell the shop";
      default:
        return never(code);
    }
  },
  DiscountType(type) {
    switch (type) {
      case "fixed":
        return "an amount";
      case "percentage":
        return "a share";
      case "unknown":
        return "see the payment page";
      default:
        return never(type);
    }
  },
  DownloadResult(result) {
    switch (result) {
      case "issued":
      case "repeated":
        return "downloaded";
      case "not_entitled":
      case "order_scope":
      case "file_not_found":
      case "download_pending":
      case "access_expired":
      case "file_required":
      case "download_limit_reached":
      case "customer_gone":
        return "refused";
      case "failed":
        return "the shop's fault";
      case "order_refunded":
      case "order_partially_refunded":
      case "access_revoked":
        return "taken back";
      case "unknown":
        return "something else";
      default:
        return never(result);
    }
  },
  Interval(interval) {
    switch (interval) {
      case "day":
      case "week":
      case "month":
      case "year":
        return `each ${interval}`;
      case "unknown":
        return "see the payment page";
      default:
        return never(interval);
    }
  },
  LicenseKeyStatus(status) {
    switch (status) {
      case "granted":
        return "holds";
      case "revoked":
      case "disabled":
      case "unknown":
        return "does not hold";
      default:
        return never(status);
    }
  },
  OrderStatus(status) {
    switch (status) {
      case "paid":
      case "partially_refunded":
        return "yours";
      case "refunded":
      case "void":
        return "taken back";
      case "draft":
      case "pending":
      case "unknown":
        return "wait";
      default:
        return never(status);
    }
  },
  Pending(status) {
    switch (status) {
      case "pending":
        return "wait";
      default:
        return never(status);
    }
  },
  PurchaseStatus(status) {
    switch (status) {
      case "available":
        return "download";
      case "pending":
        return "wait";
      case "expired":
        return "over";
      default:
        return never(status);
    }
  },
  PurchaseType(type) {
    switch (type) {
      case "file":
        return "at Polar";
      case "url":
        return "elsewhere";
      default:
        return never(type);
    }
  },
  SessionScope(scope) {
    switch (scope) {
      case "order":
        return "what this browser bought";
      case "account":
        return "everything";
      default:
        return never(scope);
    }
  },
  Transport(transport) {
    switch (transport) {
      case "cookie":
        return "same site";
      case "bearer":
        return "another site";
      default:
        return never(transport);
    }
  },
};

// `active` tells the two kinds of session apart.
export function customer(session: Schemas["SessionState"]): string | null {
  return session.active ? session.customer.id : null;
}

// The refusals of one operation have their own codes.
type Claim = paths["/api/session"]["post"]["responses"];
export function claimRefused(problem: Claim[410]["content"]["application/problem+json"]): string {
  switch (problem.code) {
    case "checkout_expired":
    case "payment_failed":
      return "buy again";
    case "claim_window_over":
      return "sign in";
    default:
      return never(problem.code);
  }
}

// A download names a product or a file.
export const byProduct: Schemas["WantedFile"] = { productId: "0b000004-0000-4000-8000-000000000004" };
export const byFile: Schemas["WantedFile"] = { fileId: "0d000006-0000-4000-8000-000000000006" };
// @ts-expect-error Neither is a mistake.
export const neither: Schemas["WantedFile"] = { orderId: "395f389c-1095-4443-9124-1ea5e9466a2e" };

// What an answer always has is never `undefined`, though it may be `null`.
export const left = (purchase: Schemas["Purchase"]): number | null => purchase.remainingDownloads;
