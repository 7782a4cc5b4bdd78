//! The download function: issues expiring links to bought files and counts them. It never transfers the files themselves.

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
        FileNotFound("bought, but no longer at Polar"),
        DownloadPending,
        AccessExpired,
        Rejected,
        FileRequired("the response lists the files to choose from"),
        DownloadLimitReached,
        RateLimited,
        Polar,
    ],
    link::follow => [
        NotEntitled,
        OrderScope,
        OriginNotAllowed,
        LookAhead("`HEAD`, a prefetch, or a request for one or two bytes does not count as a download"),
        FileNotFound("bought, but no longer at Polar"),
        DownloadPending,
        AccessExpired,
        DownloadLimitReached,
        RateLimited,
        Polar,
    ],
    history::list => [],
}
