use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use http_api::{ApiError, ClientIp, ClientName, Code, Json, Now, Path, Query, Refuses, SignedIn};
use jiff::Timestamp;
use purchases::{Content, Download, Offer};
use serde::{Deserialize, Serialize};
use store::Session;
use tracing::info;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{Shop, history::Attempted, wanted::WantedFile};

/// Which purchase a download is counted against.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Counted {
    /// The order to count the download against. Default: the oldest order with a download left.
    order_id: Option<Uuid>,
}

/// A link to a file. Anyone who has the link can use it until it expires.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DownloadLink {
    /// Navigate to this address to download the file. Scripts of other sites cannot fetch it.
    #[schema(format = Uri)]
    download_url: String,
    /// When the link stops working; `null` for a file hosted by the merchant.
    expires_at: Option<Timestamp>,
    file_name: String,
    file_id: Uuid,
    /// In bytes.
    size: Option<u64>,
    mime_type: Option<String>,
    /// SHA-256 of the whole file, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    checksum_sha256: Option<String>,
    version: Option<String>,
    /// Downloads left after this one; `null` for no limit.
    remaining_downloads: Option<u32>,
}

impl From<&Download> for DownloadLink {
    fn from(download: &Download) -> Self {
        let file = match &download.purchase.content {
            Content::File(file) => Some(file),
            Content::Url | Content::Withheld => None,
        };
        Self {
            download_url: download.link.expose().to_owned(),
            expires_at: download.link.expires_at(),
            file_name: download.purchase.file_name().to_owned(),
            file_id: download.purchase.id.file_id,
            size: file.map(|file| file.size),
            mime_type: file.map(|file| file.mime_type.clone()),
            checksum_sha256: file.and_then(|file| file.checksum_sha256.clone()),
            version: download.purchase.version().map(str::to_owned),
            remaining_downloads: download.purchase.remaining(),
        }
    }
}

/// Creates a link to a file that this buyer may download.
///
/// Each link counts as one download of the file. Repeating the request within the grace period does not count again.
#[utoipa::path(post, path = "/api/customer/download", operation_id = "createDownloadLink", security(("cookie" = []), ("bearer" = [])), tag = "download", request_body = WantedFile,
    responses(
        (status = 200, body = DownloadLink, description = "The link"),
    ))]
pub(crate) async fn create(
    State(shop): State<Shop>,
    Now(now): Now,
    buyer: Buyer,
    Json(wanted): Json<WantedFile>,
) -> Result<Json<DownloadLink>, ApiError> {
    let download = take(&shop, &buyer, wanted, now).await?;
    Ok(Json(DownloadLink::from(&download)))
}

/// Redirects to the file, for plain links.
///
/// Counts as one download, like `POST /api/customer/download`. With `Accept: application/json`, or with a bearer token, it returns the same
/// response as that.
#[utoipa::path(get, path = "/api/customer/download/{fileId}", operation_id = "followDownloadLink", security(("cookie" = []), ("bearer" = [])), tag = "download",
    params(("fileId" = Uuid, Path, description = "The `fileId` of a row of the library"), Counted),
    responses(
        (status = 200, body = DownloadLink, description = "The link, with `Accept: application/json` or a bearer token"),
        (status = 302, description = "Redirect to the file", headers(("Location" = String, description = "The link"))),
    ))]
pub(crate) async fn follow(
    State(shop): State<Shop>,
    Now(now): Now,
    buyer: Buyer,
    method: Method,
    headers: HeaderMap,
    Path(file_id): Path<Uuid>,
    Query(counted): Query<Counted>,
) -> Result<Response, ApiError> {
    // It counts as a download.
    buyer.signed_in.demand_intent(&method, &headers, &shop.access.origins)?;
    let wanted = WantedFile { product_id: None, file_id: Some(file_id), order_id: counted.order_id };
    let download = take(&shop, &buyer, wanted, now).await?;

    // Some HTTP clients send the bearer token along when they follow a redirect, and the file store refuses such a request.
    if wants_json(&headers) || headers.contains_key(header::AUTHORIZATION) {
        return Ok(Json(DownloadLink::from(&download)).into_response());
    }
    let mut location =
        HeaderValue::try_from(download.link.expose()).map_err(|error| ApiError::Internal(error.into()))?;
    location.set_sensitive(true);
    Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
}

/// Who downloads, with their IP address and browser.
pub(crate) struct Buyer {
    signed_in: SignedIn,
    ip: ClientIp,
    client: ClientName,
}

impl Refuses for Buyer {
    fn refusals() -> Vec<Code> {
        SignedIn::refusals()
    }
}

impl FromRequestParts<Shop> for Buyer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, ApiError> {
        let signed_in = SignedIn::from_request_parts(parts, shop).await?;
        let Ok(ip) = ClientIp::from_request_parts(parts, shop).await;
        let Ok(client) = ClientName::from_request_parts(parts, shop).await;
        Ok(Self { signed_in, ip, client })
    }
}

/// Requests to Polar for one download: orders, grants and files.
const QUESTIONS: u32 = 3;

/// Takes the download and records the attempt, successful or not.
async fn take(shop: &Shop, buyer: &Buyer, wanted: WantedFile, now: Timestamp) -> Result<Download, ApiError> {
    let (session, offer) = find_offer(shop, buyer, wanted, now).await?;
    let attempt = Attempted::begin(shop, session, buyer.client.0.clone(), wanted, now);
    let (foreseen, taken) = match offer {
        Ok(offer) => {
            // Nearly every offer is taken, so the history is written at the same time as the counter. If the instance is killed in
            // between, a row may wrongly say `issued`; that is harmless, because only the counter decides.
            let foreseen = attempt.issued(offer.purchase());
            let take = Box::pin(shop.purchases.take(session, offer, now));
            let (taken, ()) = tokio::join!(take, attempt.record(&foreseen));
            (Some(foreseen), taken)
        }
        Err(error) => (None, Err(error)),
    };
    let happened = attempt.outcome(&taken);
    if foreseen.as_ref() != Some(&happened) {
        attempt.record(&happened).await;
    }
    let download = taken?;
    let file_id = download.purchase.id.file_id;
    info!(session.id = %session.id(), file.id = %file_id, repeated = download.repeated, "issued download link");
    Ok(download)
}

/// The offer by the first of the browser's sessions that shows the purchase, or else the refusal by the first session.
async fn find_offer<'a>(
    shop: &Shop,
    buyer: &'a Buyer,
    wanted: WantedFile,
    now: Timestamp,
) -> Result<(&'a Session, Result<Offer, purchases::Error>), ApiError> {
    let wanted = wanted.read()?;
    let mut refused = None;
    for session in buyer.signed_in.sessions() {
        shop.access.spend(QUESTIONS, Some(session), buyer.ip, now).await?;
        match shop.purchases.offer(session, wanted, now).await {
            Err(error @ (purchases::Error::NotEntitled | purchases::Error::OrderScope)) => {
                refused.get_or_insert((session, error));
            }
            offer => return Ok((session, offer)),
        }
    }
    let (session, error) = refused.expect("a browser that is signed in has a session");
    Ok((session, Err(error)))
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|range| range.split(';').next().is_some_and(|range| range.trim() == "application/json"))
}
