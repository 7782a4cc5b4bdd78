//! The library function: lists what a buyer has bought, with orders, invoices and licence keys. It issues no download links.

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
    library::get => [NotFound("there is no such row, or it belongs to another buyer"), RateLimited, Polar],
    orders::list => [OrderScope, RateLimited, Polar],
    orders::invoice => [
        OrderScope,
        OriginNotAllowed,
        LookAhead("`HEAD`, a prefetch, or a request for one or two bytes does not generate an invoice"),
        NotFound("there is no such order, or it belongs to another buyer"),
        NoInvoice,
        BillingDetailsMissing,
        RateLimited,
        Polar,
    ],
    license_keys::list => [RateLimited, Polar],
    portal::create => [OrderScope, RateLimited, Polar],
}
