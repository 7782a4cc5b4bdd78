//! The catalog: what the shop sells. It serves visitors who are nobody yet, and knows of no session and no purchase.

mod caching;
mod document;
mod filter;
mod links;
mod product;
mod products;
mod state;

pub use state::Shop;

http_api::routes! {
    Shop, http_api::gzip:
    products::list => [Polar],
    products::get => [NotFound("unknown, archived, or not public"), Polar],
    links::get => [Polar],
    document::health => [],
    document::openapi => [],
}
