//! The session function: opens sessions for paid checkouts and sign-in codes, lists and ends them. It serves no files, and
//! trusts nothing that comes from the address of a page.

mod claim;
mod devices;
mod login;
mod session;
mod state;
mod verify;
mod visitor;

pub use state::Shop;

http_api::routes! {
    Shop:
    claim::create => [
        Unauthenticated("the browser key is missing"),
        NotFound("unknown, or started in another browser"),
        AlreadyClaimed("it opened a session that has ended"),
        CheckoutExpired,
        PaymentFailed,
        ClaimWindowOver,
        Rejected("this shop does not accept the transport or a `browserKey`"),
        RateLimited,
        Polar,
    ],
    session::get => [],
    session::delete => [],
    devices::list => [],
    devices::delete_all => [],
    devices::delete => [NotFound("it has ended, or belongs to another customer")],
    login::create => [Rejected("this is not an e-mail address, or this shop does not accept the transport or a `browserKey`"), RateLimited],
    verify::create => [
        Unauthenticated("the browser key is missing"),
        LoginCodeInvalid("wrong, expired, already used, or requested in another browser"),
        Rejected("this shop does not accept the transport or a `browserKey`"),
    ],
}
