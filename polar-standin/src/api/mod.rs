//! Polar's HTTP API: its routes, its JSON, and how it refuses.

pub(crate) mod answer;
mod body;
mod caller;
mod currencies;
mod fields;
pub(crate) mod gate;
mod limits;
pub(crate) mod mail;
mod metadata;
mod query;
mod routes;
mod shape;

pub(crate) use limits::Limiter;
pub(crate) use query::Query;
pub(crate) use routes::{first_allowed_only, router};
pub(crate) use shape::{etag, member_shape};
