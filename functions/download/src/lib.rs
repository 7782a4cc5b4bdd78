//! Downloads: expiring links to bought files, counted exactly. It never touches a file's bytes.

mod history;
mod link;
mod state;

pub use state::Shop;

http_api::routes! { Shop: link::create, link::follow, history::list }
