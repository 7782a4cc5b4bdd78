use axum::extract::State;
use http_api::{ApiError, Json, PageSize, Query, SignedIn, enumeration};
use jiff::Timestamp;
use purchases::{Download, Error, Purchase};
use serde::{Deserialize, Serialize};
use startup::causes;
use store::{Attempt, HistoryCursor, HistoryOf, Outcome, Session};
use tracing::warn;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use uuid::Uuid;

use crate::{Shop, wanted::WantedFile};

const DEFAULT_LIMIT: usize = 50;

/// Which part of the history to show.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Where the page starts: `next` of the previous page.
    #[param(pattern = "^[0-9]{13}-[0-9a-f]{32}$")]
    from: Option<String>,
    /// Attempts per page: 50 by default, at most 100.
    #[param(inline)]
    limit: Option<PageSize>,
}

/// A page of the history, the newest attempt first.
#[derive(Serialize, ToSchema)]
pub(crate) struct DownloadHistory {
    items: Vec<DownloadAttempt>,
    /// The value of `from` for the next page; `null` on the last page.
    #[schema(pattern = "^[0-9]{13}-[0-9a-f]{32}$")]
    next: Option<String>,
}

/// One attempt to download, successful or not.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DownloadAttempt {
    at: Timestamp,
    result: DownloadResult,
    product_id: Option<Uuid>,
    order_id: Option<Uuid>,
    file_id: Option<Uuid>,
    file_name: Option<String>,
    version: Option<String>,
    /// The id of the session, as in the shop's logs.
    session: String,
    #[schema(example = "Firefox on Windows")]
    client: String,
}

/// The result of an attempt.
#[derive(Serialize)]
#[serde(transparent)]
struct DownloadResult(Outcome);

impl ToSchema for DownloadResult {}

impl PartialSchema for DownloadResult {
    fn schema() -> RefOr<Schema> {
        let words = "The result of an attempt. `issued`: a download was counted. `repeated`: not counted, because it was within the grace \
            period. `failed`: the shop or Polar had an error. `order_refunded`, `order_partially_refunded` and `access_revoked` are not \
            attempts but changes that Polar made to the purchase. All others mean that the download was refused.";
        enumeration(words, Outcome::ALL.iter().map(Outcome::to_string))
    }
}

impl From<Attempt> for DownloadAttempt {
    fn from(attempt: Attempt) -> Self {
        Self {
            at: attempt.at,
            result: DownloadResult(attempt.result),
            product_id: attempt.product_id,
            order_id: attempt.order_id,
            file_id: attempt.file_id,
            file_name: attempt.file_name,
            version: attempt.version,
            session: attempt.session_id,
            client: attempt.client,
        }
    }
}

/// Lists the buyer's downloads and refused attempts of the last 400 days.
///
/// A session with the scope `order` sees only its own attempts.
#[utoipa::path(get, path = "/api/customer/downloads", operation_id = "listDownloads", security(("cookie" = []), ("bearer" = [])), tag = "download", params(Part),
    responses(
        (status = 200, body = DownloadHistory, description = "A page of the history, the newest attempt first"),
    ))]
pub(crate) async fn list(
    State(shop): State<Shop>,
    SignedIn { session, .. }: SignedIn,
    Query(part): Query<Part>,
) -> Result<Json<DownloadHistory>, ApiError> {
    let limit = part.limit.map_or(DEFAULT_LIMIT, PageSize::get);
    let no_page = || ApiError::invalid("from", "Use the value of `next` from a page of this list.");
    let from = part.from.map(|from| HistoryCursor::parse(&from).ok_or_else(no_page)).transpose()?;
    let page = shop.history.list(session.customer_id, session.scope.history(), from.as_ref(), limit).await?;
    Ok(Json(DownloadHistory {
        items: page.attempts.into_iter().map(DownloadAttempt::from).collect(),
        next: page.next.map(|next| next.to_string()),
    }))
}

const fn refusal(error: &Error) -> Outcome {
    match error {
        Error::CustomerGone => Outcome::CustomerGone,
        Error::NotEntitled => Outcome::NotEntitled,
        Error::OrderScope => Outcome::OrderScope,
        Error::FileGone => Outcome::FileNotFound,
        Error::Pending => Outcome::DownloadPending,
        Error::AccessExpired => Outcome::AccessExpired,
        Error::FileRequired(_) => Outcome::FileRequired,
        Error::LimitReached(_) => Outcome::DownloadLimitReached,
        Error::Products(_) | Error::Polar(_) | Error::Store(_) => Outcome::Failed,
        // Of invoices.
        Error::UnknownOrder | Error::NoInvoice | Error::BillingDetailsMissing => Outcome::Unknown,
    }
}

/// An attempt in progress. Its row has one key, so the real result replaces the expected one.
pub(crate) struct Attempted<'a> {
    shop: &'a Shop,
    session: &'a Session,
    key: Uuid,
    /// What is known at the start.
    wanted: Attempt,
}

impl<'a> Attempted<'a> {
    pub(crate) fn begin(
        shop: &'a Shop,
        session: &'a Session,
        client: String,
        wanted: WantedFile,
        now: Timestamp,
    ) -> Self {
        let wanted = Attempt {
            at: now,
            result: Outcome::Issued,
            session_id: session.id(),
            client,
            product_id: wanted.product_id,
            order_id: wanted.order_id,
            file_id: wanted.file_id,
            file_name: None,
            version: None,
        };
        Self { shop, session, key: Uuid::new_v4(), wanted }
    }

    /// The attempt as a counted download of this purchase.
    pub(crate) fn issued(&self, purchase: &Purchase) -> Attempt {
        self.of(purchase, Outcome::Issued)
    }

    /// The attempt as it ended.
    pub(crate) fn outcome(&self, taken: &Result<Download, Error>) -> Attempt {
        match taken {
            Ok(download) if download.repeated => self.of(&download.purchase, Outcome::Repeated),
            Ok(download) => self.issued(&download.purchase),
            Err(error) => Attempt { result: refusal(error), ..self.wanted.clone() },
        }
    }

    fn of(&self, purchase: &Purchase, result: Outcome) -> Attempt {
        Attempt {
            result,
            product_id: purchase.product_id.map(Uuid::from).or(self.wanted.product_id),
            order_id: Some(purchase.id.order_id.into()),
            file_id: Some(purchase.id.file_id),
            file_name: Some(purchase.file_name().to_owned()),
            version: purchase.version().map(str::to_owned),
            ..self.wanted.clone()
        }
    }

    /// Records the attempt. A failure to do so is only logged, because the history must never stop a download.
    ///
    /// A download also goes into the account's history, whichever session took it; a refusal only into that of its own session.
    pub(crate) async fn record(&self, attempt: &Attempt) {
        let own = self.session.scope.history();
        self.record_in(own, attempt).await;
        if own != HistoryOf::Account && attempt.result.is_download() {
            self.record_in(HistoryOf::Account, attempt).await;
        }
    }

    async fn record_in(&self, view: HistoryOf, attempt: &Attempt) {
        let recorded = self.shop.history.record_once(self.session.customer_id, view, self.key, attempt).await;
        if let Err(error) = recorded {
            let cause = causes(&ApiError::from(error));
            warn!(cause, session.id = %self.session.id(), "could not record the download");
        }
    }
}
