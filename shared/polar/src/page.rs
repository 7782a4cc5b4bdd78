//! Lists, which Polar hands out page by page.

use serde::Deserialize;

/// One page of a list.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Page<T> {
    /// The items of this page; empty beyond the last one.
    pub items: Vec<T>,
    /// How long the whole list is.
    pub pagination: Pagination,
}

impl<T> Page<T> {
    /// Whether a first page is the whole list.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.items.len() as u64 >= self.pagination.total_count
    }
}

/// The length of a list.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub struct Pagination {
    /// Items on all pages.
    pub total_count: u64,
    /// Number of the last page, by the limit that Polar applied; 0 for an empty list.
    pub max_page: u32,
}
