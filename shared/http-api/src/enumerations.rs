//! Polar's enumerations as the routes give them. Polar may add values at any time; one that this version does not name is `unknown`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

const UNKNOWN: &str = "unknown";

macro_rules! enumerations {
    ($(#[doc = $doc:literal] $name:ident;)+) => {$(
        #[doc = $doc]
        #[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
        #[serde(transparent)]
        pub struct $name(polar::$name);

        impl From<&polar::$name> for $name {
            fn from(value: &polar::$name) -> Self {
                Self(value.clone())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.name().unwrap_or(UNKNOWN))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                enumeration($doc.trim(), polar::$name::NAMES.iter().copied().chain([UNKNOWN]))
            }
        }
    )+};
}

/// Describes a text that is one of these values.
pub fn enumeration(words: &str, values: impl IntoIterator<Item = impl Into<Value>>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values)).description(Some(words)).into()
}

enumerations! {
    /// How far a checkout is. A declined card leaves it `open`; only `succeeded` means paid.
    CheckoutStatus;
    /// What became of an order.
    OrderStatus;
    /// Whether a licence key holds. One that is `revoked` was taken back with its purchase; the merchant has `disabled` others.
    LicenseKeyStatus;
    /// How the amount of a price comes about. `fixed`: it is the same for everybody. `custom`: the buyer decides.
    AmountType;
    /// What kind of thing a benefit is. Only `downloadables` gives files.
    BenefitType;
    /// A unit of time of subscriptions and trials.
    Interval;
    /// What a discount takes off: a `percentage` or a `fixed` amount.
    DiscountType;
}

/// What is asked for is on its way.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pending {
    /// Ask again after `Retry-After`.
    Pending,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_that_is_not_named_is_unknown() {
        for (polars, ours) in [("open", "open"), ("paused", UNKNOWN)] {
            let status: CheckoutStatus = serde_json::from_value(json!(polars)).unwrap();
            assert_eq!(json!(status), json!(ours));
        }
    }
}
