//! Polar's enumerations as the routes return them. Polar may add values at any time; values that this version does not know become `unknown`.

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

/// The schema of a string that is one of these values.
pub fn enumeration(words: &str, values: impl IntoIterator<Item = impl Into<Value>>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values)).description(Some(words)).into()
}

enumerations! {
    /// The state of a checkout. It stays `open` when a card is declined; only `succeeded` means paid.
    CheckoutStatus;
    /// The state of an order.
    OrderStatus;
    /// The state of a licence key. `revoked`: access was revoked together with its purchase. `disabled`: the merchant disabled it.
    LicenseKeyStatus;
    /// How the amount of a price is set. `fixed`: the same for every buyer. `custom`: the buyer chooses it.
    AmountType;
    /// The type of a benefit. Only `downloadables` contains files.
    BenefitType;
    /// A unit of time for subscriptions and trials.
    Interval;
    /// Whether a discount is a `percentage` or a `fixed` amount.
    DiscountType;
}

/// The result is not ready yet.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pending {
    /// Repeat the request after `Retry-After`.
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
