import type { Abortable, Problem, Product } from "polar-storefront";
import { useActionState } from "react";
import { Notice } from "./Notice";
import { priceOf } from "./price";
import { shop, useAnswer } from "./shop";

// A page of the list has at most 100 products; a larger shop needs a button for the next one.
const firstPage = (options: Abortable) => shop.products({ limit: 100, ...options });

export function Products() {
  const [products, askAgain] = useAnswer(firstPage);
  if (!products) return <p>Loading…</p>;
  if (products.error) return <Notice problem={products.error} retry={askAgain} />;
  return <ul className="cards">{products.data.items.map((product) => <Card key={product.id} product={product} />)}</ul>;
}

function Card({ product }: { product: Product }) {
  // The buyer is charged in the currency that the card shows.
  const currency = product.prices[0]?.priceCurrency;
  const [problem, buy, isOpening] = useActionState<Problem | null>(async () => (await shop.buy(product.id, { currency })).error, null);
  const cover = product.medias.find(({ mimeType }) => mimeType.startsWith("image/"));
  return (
    <li>
      {cover && <img src={cover.publicUrl} alt="" loading="lazy" />}
      <h3>{product.name}</h3>
      <ul>{product.benefits.map(({ id, description }) => <li key={id}>{description}</li>)}</ul>
      <form action={buy}>
        <strong>{priceOf(product)}</strong>
        <button disabled={isOpening} aria-label={`Buy ${product.name}`}>Buy</button>
      </form>
      {problem && <Notice problem={problem} />}
    </li>
  );
}
