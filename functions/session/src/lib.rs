//! Sessions: from a paid checkout to a browser that belongs to a buyer. It hands out no files, and trusts nothing that stands in an address.

mod claim;
mod session;
mod state;

pub use state::Shop;

http_api::routes! { Shop: claim::create, session::get, session::delete }
