//! Checkout: from a product to Polar's payment page. It takes no money and opens no session; Polar does the one, the session function the other.

mod begun;
mod buyer;
mod checkout;
mod create;
mod state;
mod status;
mod update;
mod wanted;

pub use state::Shop;

http_api::routes! { Shop: create::create, status::get, update::update }
