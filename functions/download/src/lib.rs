//! Downloads: expiring links to bought files, counted exactly. It never touches a file's bytes.

mod history;
mod link;
mod state;
mod wanted;

pub use state::Shop;

http_api::routes! {
    Shop:
    link::create => [
        NotEntitled,
        OrderScope,
        FileNotFound("bought, and Polar has it no more"),
        DownloadPending,
        AccessExpired,
        Rejected,
        FileRequired("with the files to choose from"),
        DownloadLimitReached,
        RateLimited,
        Polar,
    ],
    link::follow => [
        NotEntitled,
        OrderScope,
        OriginNotAllowed,
        LookAhead("`HEAD`, a prefetch, or a request for a byte or two: it takes no download"),
        FileNotFound("bought, and Polar has it no more"),
        DownloadPending,
        AccessExpired,
        DownloadLimitReached,
        RateLimited,
        Polar,
    ],
    history::list => [],
}
