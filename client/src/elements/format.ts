import type { Product, ProductPrice } from "../client.js";

const EURO_REGIONS = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(" ");
const REGIONS: Record<string, string> = {
  AU: "aud", BR: "brl", CA: "cad", CH: "chf", CZ: "czk", DK: "dkk", GB: "gbp", IN: "inr", JP: "jpy", KR: "krw", MX: "mxn", NO: "nok",
  NZ: "nzd", PL: "pln", SE: "sek", SG: "sgd", US: "usd",
};
// Polar's amounts are hundredths in every currency but these.
const WHOLE_CURRENCIES = /^(bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|vnd|vuv|xaf|xof|xpf)$/;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** Figures and dates as a reader of one language writes them. */
export class Format {
  constructor(readonly locale: string) {}

  /** An amount in Polar's minor units, such as 1900 and `eur`. */
  money(amount: number, currency: string): string {
    const digits = fraction(currency);
    const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits, trailingZeroDisplay: "stripIfInteger" };
    return new Intl.NumberFormat(this.locale, options as Intl.NumberFormatOptions).format(amount / 10 ** digits);
  }

  number(value: number): string {
    return new Intl.NumberFormat(this.locale).format(value);
  }

  /** A size in bytes; empty for an unknown one. */
  size(bytes: number | null | undefined): string {
    if (bytes === null || bytes === undefined) return "";
    const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
    const options = { style: "unit", unit: UNITS[power]!, unitDisplay: power ? "short" : "long", maximumFractionDigits: 1 } as const;
    return new Intl.NumberFormat(this.locale, options).format(bytes / 1000 ** power);
  }

  date(iso: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: "long" }).format(new Date(iso));
  }

  moment(iso: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
  }

  time(time: string | number): string {
    return new Intl.DateTimeFormat(this.locale, { timeStyle: "short" }).format(new Date(time));
  }

  /** A subscription's period: "month", "3 months". */
  interval(unit: string, count: number): string {
    if (!/^(day|week|month|year)$/.test(unit)) return unit;
    const parts = new Intl.NumberFormat(this.locale, { style: "unit", unit, unitDisplay: "long" }).formatToParts(count);
    return parts.filter(({ type }) => count > 1 || type === "unit").map(({ value }) => value).join("");
  }
}

/** How many digits of an amount stand behind the point. */
export function fraction(currency: string): number {
  return WHOLE_CURRENCIES.test(currency) ? 0 : 2;
}

/** The price to show and to charge: in the wanted currency, else in one of the visitor's regions, else the first. */
export function priceOf({ prices }: Pick<Product, "prices">, wanted: string | null): ProductPrice | undefined {
  const regions = navigator.languages.map((language) => new Intl.Locale(language).region ?? "");
  const liked = [wanted?.toLowerCase(), ...regions.map((region) => (EURO_REGIONS.includes(region) ? "eur" : REGIONS[region]))];
  for (const currency of liked) {
    const price = prices.find(({ priceCurrency }) => priceCurrency === currency);
    if (price) return price;
  }
  return prices[0];
}

export function isFree(price: ProductPrice | undefined): boolean {
  return price?.amountType === "fixed" && price.priceAmount === 0;
}
