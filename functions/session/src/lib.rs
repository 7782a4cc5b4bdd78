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
    Shop: claim::create, session::get, session::delete, devices::list, devices::delete_all, devices::delete, login::create, verify::create
}
