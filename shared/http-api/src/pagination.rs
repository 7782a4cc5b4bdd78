use serde::Serialize;
use utoipa::ToSchema;

/// The length of a list that is handed out page by page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// Items on all pages.
    pub total_count: usize,
    /// The number of the last page; 0 for an empty list.
    pub max_page: usize,
}

impl Pagination {
    /// The pages that a list of this length takes, with so many items on each.
    #[must_use]
    pub fn of(total_count: usize, limit: usize) -> Self {
        Self { total_count, max_page: total_count.div_ceil(limit.max(1)) }
    }
}

/// The items of one page, counted from 1.
pub fn page_of<T>(items: impl IntoIterator<Item = T>, page: usize, limit: usize) -> impl Iterator<Item = T> {
    items.into_iter().skip((page - 1).saturating_mul(limit)).take(limit)
}
