//! The checkout function: creates checkouts at Polar and reports how they are going. It does not take payments (Polar
//! does) and does not open sessions (the session function does).

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
        IdempotencyKeyReused("it was used with another body, in another browser or for another account"),
        Rejected("a product is not for sale, listed twice or has no price in the currency, or another value is invalid"),
        RateLimited,
        Polar,
    ],
    status::get => [
        Unauthenticated("the browser key is missing"),
        NotFound("unknown, or started in another browser"),
        RateLimited,
        Polar,
    ],
    update::update => [
        Unauthenticated("the browser key is missing"),
        NotFound("unknown, or started in another browser"),
        CheckoutNotOpen("it was paid, has ended, or is being processed; with `Retry-After`, it may be open again after that time"),
        CheckoutExpired,
        Rejected("a product that was not offered or that this customer cannot buy again, an unknown or used-up discount code, or another invalid value"),
        RateLimited,
        Polar,
    ],
}
