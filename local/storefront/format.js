// Amounts, sizes and dates in words and figures that a buyer reads.

// The page is in English, so figures and dates are too: in the visitor's own kind of English where there is one.
const LOCALE = navigator.languages.find((language) => /^en\b/i.test(language)) ?? "en-GB";

const EURO_REGIONS = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(" ");
const CURRENCY_OF_REGION = {
  ...Object.fromEntries(EURO_REGIONS.map((region) => [region, "eur"])),
  AU: "aud", BR: "brl", CA: "cad", CH: "chf", CZ: "czk", DK: "dkk", GB: "gbp", IN: "inr", JP: "jpy", KR: "krw",
  MX: "mxn", NO: "nok", NZ: "nzd", PL: "pln", SE: "sek", SG: "sgd", US: "usd",
};

// Polar's amounts are hundredths in every currency but these. What a browser shows of a currency is another matter: no cents of a forint, say.
const WHOLE_CURRENCIES = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));

/** An amount in Polar's minor units, such as 1900 and `eur`, as "€19". */
export function formatMoney(amount, currency) {
  const digits = WHOLE_CURRENCIES.has(currency.toLowerCase()) ? 0 : 2;
  const format = new Intl.NumberFormat(LOCALE, {
    style: "currency", currency: currency.toUpperCase(), minimumFractionDigits: digits, maximumFractionDigits: digits, trailingZeroDisplay: "stripIfInteger",
  });
  return format.format(amount / 10 ** digits);
}

/** What a product costs: `{amount, note, trial, others}`, all ready to show; `note` and `trial` may be empty. */
export function describePrice(product) {
  const [price, ...others] = visitorFirst(product.prices);
  if (!price) return { amount: "Price at checkout", note: "", trial: "", others: [] };
  return { ...describe(price, product), trial: trial(product), others: others.map((other) => inWords(other, product)) };
}

/** Whether a product costs nothing at all. */
export function isFree(product) {
  return product.prices.length > 0 && product.prices.every((price) => price.amountType === "fixed" && price.priceAmount === 0);
}

function visitorFirst(prices) {
  const regions = navigator.languages.map((language) => new Intl.Locale(language).region);
  const wanted = regions.map((region) => CURRENCY_OF_REGION[region]).filter(Boolean);
  const rank = ({ priceCurrency }) => (wanted.indexOf(priceCurrency) + 1) || Infinity;
  const best = [...prices].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))[0];
  return best ? [best, ...prices.filter((price) => price !== best && price.priceCurrency !== best.priceCurrency)] : [];
}

function describe(price, product) {
  const every = product.isRecurring ? interval(product.recurringInterval, product.recurringIntervalCount) : "";
  if (price.amountType === "fixed") {
    if (price.priceAmount === 0) return { amount: "Free", note: "" };
    return { amount: formatMoney(price.priceAmount, price.priceCurrency), note: every && `/ ${every}` };
  }
  if (price.amountType === "custom") {
    const note = every ? `Pay what you want / ${every}` : "Pay what you want";
    if (!price.minimumAmount) return { amount: "Name your price", note };
    return { amount: `From ${formatMoney(price.minimumAmount, price.priceCurrency)}`, note };
  }
  return { amount: "Price at checkout", note: every && `Billed every ${every}` };
}

function inWords(price, product) {
  const { amount, note } = describe(price, product);
  return note.startsWith("/") ? `${amount} ${note}` : amount;
}

function trial({ trialInterval, trialIntervalCount }) {
  return trialInterval ? `First ${interval(trialInterval, trialIntervalCount)} free` : "";
}

function interval(unit, count) {
  return count > 1 ? `${count} ${unit}s` : unit;
}

/** A size in bytes as "12.4 MB"; empty for an unknown one. */
export function formatSize(bytes) {
  if (bytes === null || bytes === undefined) return "";
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const options = { style: "unit", unit: units[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(LOCALE, options).format(bytes / 1000 ** power);
}

/** An ISO time as "21 November 2026". */
export function formatDate(iso) {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "long" }).format(new Date(iso));
}

/** An ISO time as "21 November 2026 at 14:32". */
export function formatMoment(iso) {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

/** A time, ISO or in milliseconds, as "14:32". */
export function formatTime(time) {
  return new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" }).format(new Date(time));
}

/** "1 product", "4 products". */
export function plural(count, noun) {
  return `${new Intl.NumberFormat(LOCALE).format(count)} ${noun}${count === 1 ? "" : "s"}`;
}
