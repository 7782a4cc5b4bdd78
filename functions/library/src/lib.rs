//! The library: what a buyer has bought. It shows, and hands out no file.

mod library;
mod license_keys;
mod orders;
mod portal;
mod purchase;
mod state;

pub use state::Shop;

http_api::routes! {
    Shop:
    library::list,
    library::get,
    orders::list,
    orders::invoice,
    license_keys::list,
    portal::create,
}
