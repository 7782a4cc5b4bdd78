use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

/// An amount that the buyer chooses, in the currency's minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "Number")]
pub(crate) struct Amount(i64);

/// The largest amount that a card can be charged (Stripe, "Minimum and maximum charge amounts").
const LARGEST: i64 = 99_999_999;

impl TryFrom<Number> for Amount {
    type Error = &'static str;

    /// In JSON, `1500.0` is the whole number 1500 (JSON Schema 2020-12, 4.2.3).
    fn try_from(number: Number) -> Result<Self, &'static str> {
        let whole = number.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=99_999_999.0).contains(number));
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within the bounds")]
        whole.map(|number| Self(number as i64)).ok_or("no whole number within the bounds")
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

impl ToSchema for Amount {}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let integer = ObjectBuilder::new().schema_type(Type::Integer);
        let integer = integer.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)));
        integer
            .minimum(Some(0))
            .maximum(Some(LARGEST))
            .description(Some("The amount of a pay-what-you-want price, in the currency's minor unit"))
            .examples([1500])
            .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_amount_is_a_whole_number_within_bounds() {
        for (number, amount) in [
            (json!(0), Some(0)),
            (json!(1500.0), Some(1500)),
            (json!(99_999_999), Some(99_999_999)),
            (json!(100_000_000), None),
            (json!(-1), None),
            (json!(1.5), None),
            (json!(1e300), None),
            (json!("1500"), None),
        ] {
            let read = serde_json::from_value::<Amount>(number.clone()).ok().map(i64::from);
            assert_eq!(read, amount, "{number}");
        }
    }
}
