use std::{num::NonZeroU32, time::Duration};

use jiff::Timestamp;
use polar::{Benefit, Metadata, Product};
use serde_json::Value;
use tracing::warn;

const DAY: Duration = Duration::from_hours(24);

/// How often and how long a purchase may be downloaded; `None` for no limit.
///
/// Merchants set them at Polar, in the metadata of the benefit or else the product: `download_limit` and `download_days`, each a whole number
/// from 1, or `unlimited`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Downloads per file.
    pub limit: Option<NonZeroU32>,
    /// Days of access, counted from the grant.
    pub days: Option<NonZeroU32>,
}

impl Terms {
    /// The metadata keys about terms that are ignored because their values are invalid.
    #[must_use]
    pub fn mistakes(metadata: &Metadata) -> Vec<&'static str> {
        let is_mistake = |key: &&str| metadata.get(key).is_some_and(|value| read(value).is_none());
        ["download_limit", "download_days"].into_iter().filter(is_mistake).collect()
    }

    /// The terms of a benefit of a product. Invalid values are skipped with a warning, so that a merchant's typo does not lock buyers out.
    #[must_use]
    pub(crate) fn of(benefit: &Benefit, product: &Product, default: Self) -> Self {
        let read = |key| {
            let of_benefit = term(&benefit.metadata, key, "benefit", benefit.id);
            of_benefit.or_else(|| term(&product.metadata, key, "product", product.id))
        };
        Self {
            limit: read("download_limit").map_or(default.limit, Term::into),
            days: read("download_days").map_or(default.days, Term::into),
        }
    }

    /// The end of the access period.
    pub(crate) fn access_expires_at(self, granted_at: Timestamp) -> Option<Timestamp> {
        granted_at.checked_add(DAY.checked_mul(self.days?.get())?).ok()
    }
}

/// A value that the merchant set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    Unlimited,
    Number(NonZeroU32),
}

impl From<Term> for Option<NonZeroU32> {
    fn from(term: Term) -> Self {
        match term {
            Term::Unlimited => None,
            Term::Number(number) => Some(number),
        }
    }
}

/// A term in the metadata, if its value is valid. Polar's dashboard stores values as text; its API also accepts numbers.
fn term(metadata: &Metadata, key: &str, owner: &str, id: impl std::fmt::Display) -> Option<Term> {
    let term = read(metadata.get(key)?);
    if term.is_none() {
        warn!(key, owner, %id, "ignoring metadata that is no number from 1 on and not \"unlimited\"");
    }
    term
}

fn read(value: &Value) -> Option<Term> {
    match value {
        Value::String(text) if text.trim().eq_ignore_ascii_case("unlimited") => Some(Term::Unlimited),
        Value::String(text) => text.trim().parse().ok().map(Term::Number),
        value => {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            number.and_then(NonZeroU32::new).map(Term::Number)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn limit(value: Value) -> Option<Term> {
        term(&Metadata::from_iter([("download_limit", value)]), "download_limit", "benefit", 1)
    }

    #[test]
    fn numbers_are_read_as_the_dashboard_and_the_api_write_them() {
        for value in [json!(5), json!("5"), json!(" 5 ")] {
            assert_eq!(limit(value.clone()), NonZeroU32::new(5).map(Term::Number), "{value}");
        }
        assert_eq!(limit(json!("Unlimited")), Some(Term::Unlimited));
    }

    #[test]
    fn nonsense_counts_as_nothing() {
        for value in [
            json!(0),
            json!(-1),
            json!(1e30),
            json!(2.5),
            json!("five"),
            json!(""),
            json!(true),
            json!(4_294_967_296_u64),
        ] {
            assert_eq!(limit(value.clone()), None, "{value}");
            let metadata = Metadata::from_iter([("download_days", value)]);
            assert_eq!(Terms::mistakes(&metadata), ["download_days"]);
        }
    }

    #[test]
    fn the_access_period_is_counted_from_the_grant() {
        let granted_at = "2026-11-21T11:03:06Z".parse().unwrap();
        let terms = Terms { limit: None, days: NonZeroU32::new(30) };
        assert_eq!(terms.access_expires_at(granted_at), Some("2026-12-21T11:03:06Z".parse().unwrap()));
        let for_ages = Terms { limit: None, days: Some(NonZeroU32::MAX) };
        assert_eq!(for_ages.access_expires_at(granted_at), None, "beyond the calendar is without end");
    }
}
