//! Sessions: from a paid checkout, or from a code in the mailbox, to a browser that belongs to a buyer. It hands out no files, and trusts nothing that
//! stands in an address.

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
        Unauthenticated("no browser key"),
        NotFound("unknown, or another browser's"),
        AlreadyClaimed("it has opened a session, which has ended"),
        CheckoutExpired,
        PaymentFailed,
        ClaimWindowOver,
        Rejected("a transport or a `browserKey` that this shop does not take"),
        RateLimited,
        Polar,
    ],
    session::get => [],
    session::delete => [],
    devices::list => [],
    devices::delete_all => [],
    devices::delete => [NotFound("it has ended, or is not this customer's")],
    login::create => [Rejected("this is no address, or a transport or a `browserKey` that this shop does not take"), RateLimited],
    verify::create => [
        Unauthenticated("no browser key"),
        LoginCodeInvalid("wrong, expired, used up, or of another browser"),
        Rejected("a transport or a `browserKey` that this shop does not take"),
    ],
}
