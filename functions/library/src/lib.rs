//! The library: what a buyer has bought. It shows, and hands out no file.

mod library;
mod license_keys;
mod orders;
mod portal;
mod purchase;
mod state;

pub use state::Shop;

http_api::routes! {
    Shop, http_api::gzip:
    library::list => [RateLimited, Polar],
    library::get => [NotFound("no such row, or not this buyer's"), RateLimited, Polar],
    orders::list => [OrderScope, RateLimited, Polar],
    orders::invoice => [
        OrderScope,
        OriginNotAllowed,
        LookAhead("`HEAD`, a prefetch, or a request for a byte or two: no invoice is made for it"),
        NotFound("no such order, or not this buyer's"),
        Rejected("no invoice for this order, or not without billing name and address"),
        RateLimited,
        Polar,
    ],
    license_keys::list => [RateLimited, Polar],
    portal::create => [OrderScope, RateLimited, Polar],
}
