//! Checkout: from a product to Polar's payment page. It takes no money and opens no session; Polar does the one, the session function the other.

mod amount;
mod begun;
mod buyer;
mod checkout;
mod create;
mod state;
mod status;
mod update;
mod wanted;

pub use state::Shop;

http_api::routes! {
    Shop:
    create::create => [
        IdempotencyKeyReused("with another body, in another browser or in another account"),
        Rejected("a product is not for sale, named twice or without a price in the currency, or another value is not possible"),
        RateLimited,
        Polar,
    ],
    status::get => [
        Unauthenticated("no browser key"),
        NotFound("unknown, or another browser's"),
        RateLimited,
        Polar,
    ],
    update::update => [
        Unauthenticated("no browser key"),
        NotFound("unknown, or another browser's"),
        CheckoutNotOpen("paid, ended, or being processed; with `Retry-After` it may be open again then"),
        CheckoutExpired,
        Rejected("a product that was not offered or that this customer cannot buy again, an unknown or used-up code, or another value that is not possible"),
        RateLimited,
        Polar,
    ],
}
