//! One file per resource: its calls, what they send, what they answer.

mod benefit_grants;
mod benefits;
mod checkout_links;
mod checkouts;
mod customer_sessions;
mod customer_states;
mod customers;
mod file_ids;
mod files;
mod license_keys;
mod orders;
mod portal;
mod prices;
mod products;
mod subscriptions;
mod webhook_endpoints;

pub use benefit_grants::*;
pub use benefits::*;
pub use checkout_links::*;
pub use checkouts::*;
pub use customer_sessions::*;
pub use customer_states::*;
pub use customers::*;
pub use files::*;
pub use license_keys::*;
pub use orders::*;
pub use portal::*;
pub use prices::*;
pub use products::*;
pub use subscriptions::*;
pub use webhook_endpoints::*;
