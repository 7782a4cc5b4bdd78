//! The JSON forms of Polar's objects, field by field as recorded.

mod benefit;
mod checkout;
mod checkout_link;
mod customer;
mod discount;
mod file;
mod grant;
mod license_key;
mod order;
mod organization;
mod product;
mod refund;
mod session;
mod subscription;
mod webhook;

pub(crate) use customer::{member_shape, portal_customer_shape};
pub(crate) use file::etag;
pub(crate) use license_key::bare_activation_shape;
pub(crate) use session::user_shape;
pub(crate) use webhook::delivery_shape;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::written;

/// A time or null.
fn maybe(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| json!(written(at)))
}

/// Copies the fields of `more` over those of `base`.
fn extend(mut base: Value, more: Value) -> Value {
    if let (Value::Object(base), Value::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    base
}
