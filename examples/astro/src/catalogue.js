import { micromark } from "micromark";

export const { SHOP_URL } = import.meta.env;

/** Every product, as the shop sells it while the site is built. */
export async function allProducts() {
  const products = [];
  for (let page = 1, maxPage = 1; page <= maxPage; page++) {
    const answer = await fetch(`${SHOP_URL}/api/products?limit=100&page=${page}`);
    if (!answer.ok) throw new Error(`The shop answered ${answer.status}: ${await answer.text()}`);
    const { items, pagination } = await answer.json();
    products.push(...items);
    maxPage = pagination.maxPage;
  }
  return products;
}

/** The description as HTML: micromark leaves out raw HTML and dangerous links. */
export const descriptionOf = ({ description }) => micromark(description ?? "");

/** The description's first paragraph, as a text. */
export const summaryOf = ({ description }) => (description ?? "").split(/\n\s*\n/)[0].replace(/[*_`#>]/g, "").trim();

export const coverOf = ({ medias }) => medias.find(({ mimeType }) => mimeType.startsWith("image/"))?.publicUrl;

/** The price in the product's first currency, in words. */
export function priceOf({ prices: [price], isRecurring, recurringInterval, recurringIntervalCount: count }) {
  if (price?.amountType === "custom") return "Name your price";
  if (price?.amountType !== "fixed") return "Price at checkout";
  if (price.priceAmount === 0) return "Free";
  const digits = fraction(price.priceCurrency);
  const options = { style: "currency", currency: price.priceCurrency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  const amount = new Intl.NumberFormat("en", options).format(price.priceAmount / 10 ** digits);
  if (!isRecurring) return amount;
  return count === 1 ? `${amount} per ${recurringInterval}` : `${amount} every ${count} ${recurringInterval}s`;
}

/** What search engines show about a product beside its link: https://schema.org/Product */
export function structuredData(product) {
  const [price] = product.prices;
  const offer = price?.amountType === "fixed" && {
    "@type": "Offer",
    price: price.priceAmount / 10 ** fraction(price.priceCurrency),
    priceCurrency: price.priceCurrency.toUpperCase(),
    availability: "https://schema.org/InStock",
  };
  const data = {
    "@context": "https://schema.org",
    "@type": "Product",
    name: product.name,
    description: summaryOf(product),
    image: coverOf(product),
    offers: offer || undefined,
  };
  // A text with `</script>` must not end the element that it stands in.
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

// Polar counts money in hundredths, except in currencies that have no smaller unit.
function fraction(currency) {
  return /^(bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|vnd|vuv|xaf|xof|xpf)$/.test(currency) ? 0 : 2;
}
