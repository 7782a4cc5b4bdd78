import type { Product } from "polar-storefront";

// Polar counts money in hundredths, except in currencies that have no smaller unit.
const WHOLE_CURRENCIES = /^(bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|vnd|vuv|xaf|xof|xpf)$/;

/** The price in the product's first currency, in words. */
export function priceOf({ prices: [price], isRecurring, recurringInterval, recurringIntervalCount }: Product): string {
  if (price?.amountType === "custom") return "Name your price";
  if (price?.amountType !== "fixed") return "Price at checkout";
  if (price.priceAmount === 0) return "Free";
  const amount = money(price.priceAmount ?? 0, price.priceCurrency);
  if (!isRecurring) return amount;
  return recurringIntervalCount === 1 ? `${amount} per ${recurringInterval}` : `${amount} every ${recurringIntervalCount} ${recurringInterval}s`;
}

function money(amount: number, currency: string): string {
  const digits = WHOLE_CURRENCIES.test(currency) ? 0 : 2;
  const format = new Intl.NumberFormat("en", { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits });
  return format.format(amount / 10 ** digits);
}
