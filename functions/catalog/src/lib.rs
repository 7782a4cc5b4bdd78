//! The catalog function: products, checkout links, and the scripts for pages. It serves visitors who are not signed in,
//! and never reads sessions or purchases.

mod caching;
mod document;
mod file;
mod filter;
mod links;
mod modules;
mod product;
mod products;
mod state;

pub use state::Shop;

http_api::routes! {
    Shop, http_api::gzip:
    products::list => [Polar],
    products::get => [NotFound("unknown, archived, or not public"), Polar],
    links::get => [Polar],
    modules::client => [],
    modules::elements => [],
    modules::part => [],
    document::health => [],
    document::openapi => [],
}
