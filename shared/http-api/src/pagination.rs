use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

/// The length of a list that is returned page by page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// The number of items on all pages.
    pub total_count: usize,
    /// The number of the last page; 0 for an empty list.
    pub max_page: usize,
}

/// The number of a page, from 1 to the largest signed 32-bit number.
pub type PageNumber = Count<{ i32::MAX as u32 }>;

/// The number of items per page, from 1 to 100.
pub type PageSize = Count<100>;

/// A whole number from 1 to `LARGEST`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Count<const LARGEST: u32>(u32);

/// The number is out of bounds.
#[derive(Debug, thiserror::Error)]
#[error("must be a number from 1 to {0}")]
pub struct OutOfBounds(u32);

impl<const LARGEST: u32> Count<LARGEST> {
    /// The smallest.
    pub const ONE: Self = Self(1);

    /// The number.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl<const LARGEST: u32> From<Count<LARGEST>> for u32 {
    fn from(count: Count<LARGEST>) -> Self {
        count.0
    }
}

impl<const LARGEST: u32> TryFrom<u32> for Count<LARGEST> {
    type Error = OutOfBounds;

    fn try_from(number: u32) -> Result<Self, OutOfBounds> {
        (1..=LARGEST).contains(&number).then_some(Self(number)).ok_or(OutOfBounds(LARGEST))
    }
}

impl<const LARGEST: u32> FromStr for Count<LARGEST> {
    type Err = OutOfBounds;

    fn from_str(text: &str) -> Result<Self, OutOfBounds> {
        text.parse::<u32>().map_err(|_| OutOfBounds(LARGEST))?.try_into()
    }
}

impl<const LARGEST: u32> ToSchema for Count<LARGEST> {}

impl<const LARGEST: u32> PartialSchema for Count<LARGEST> {
    fn schema() -> RefOr<Schema> {
        let integer = ObjectBuilder::new().schema_type(Type::Integer);
        let integer = integer.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)));
        integer.minimum(Some(1)).maximum(Some(LARGEST)).into()
    }
}

impl Pagination {
    /// The pagination of a list of this length, with `limit` items per page.
    #[must_use]
    pub fn of(total_count: usize, limit: usize) -> Self {
        Self { total_count, max_page: total_count.div_ceil(limit.max(1)) }
    }
}

/// The items of one page, counted from 1.
pub fn page_of<T>(items: impl IntoIterator<Item = T>, page: PageNumber, limit: usize) -> impl Iterator<Item = T> {
    items.into_iter().skip((page.get() - 1).saturating_mul(limit)).take(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_two_ends() {
        for (text, count) in [
            ("0", None),
            ("1", Some(1)),
            ("100", Some(100)),
            ("101", None),
            ("", None),
            ("-1", None),
            ("4294967296", None),
        ] {
            assert_eq!(text.parse::<PageSize>().ok().map(Count::get), count, "{text}");
        }
        assert!("2147483647".parse::<PageNumber>().is_ok() && "2147483648".parse::<PageNumber>().is_err());
    }
}
