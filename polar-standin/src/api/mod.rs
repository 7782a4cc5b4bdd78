//! Polar's HTTP API: its routes, its JSON, and how it refuses.

mod body;
mod caller;
mod fields;
pub(crate) mod gate;
mod metadata;
mod query;
mod routes;

pub(crate) use query::Query;
#[cfg(test)]
pub(crate) use routes::table;
pub(crate) use routes::{first_allowed_only, router};
