use http_api::OrderStatus;
use jiff::Timestamp;
use purchases::{Content, Status};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One bought file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Purchase {
    /// The ids of the order and the file, joined by an underscore.
    #[schema(pattern = "^[0-9a-f-]{36}_[0-9a-f-]{36}$")]
    id: String,
    product_id: Option<Uuid>,
    product_name: String,
    /// The name of the benefit that the file belongs to.
    name: String,
    /// The `fileId` for `POST /api/customer/download`.
    file_id: Uuid,
    /// The file's name; `null` until Polar has granted it.
    file: Option<String>,
    file_name: String,
    r#type: PurchaseType,
    /// In bytes.
    size: Option<u64>,
    mime_type: Option<String>,
    version: Option<String>,
    /// SHA-256 of the whole file, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    checksum_sha256: Option<String>,
    status: PurchaseStatus,
    /// Downloads bought; `null` for no limit.
    download_bought: Option<u32>,
    download_used: u32,
    /// Downloads that were cancelled by a refund.
    download_canceled: u32,
    /// Downloads left; `null` for no limit.
    remaining_downloads: Option<u32>,
    access_expires_at: Option<Timestamp>,
    last_downloaded_at: Option<Timestamp>,
    customer_id: Uuid,
    order_id: Uuid,
    /// Same as `orderId`, because an order at Polar has one item.
    order_item_id: Uuid,
    order: Order,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// The order that a file was bought with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: Uuid,
    status: OrderStatus,
    created_at: Timestamp,
}

/// Where a file is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum PurchaseType {
    /// At Polar.
    File,
    /// Hosted by the merchant.
    Url,
}

/// Whether a file can be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PurchaseStatus {
    /// It can be downloaded.
    Available,
    /// It is still being prepared.
    Pending,
    /// It can no longer be downloaded: the limit is used up, the access period is over, or access was revoked.
    Expired,
}

impl From<Status> for PurchaseStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Available => Self::Available,
            Status::Pending => Self::Pending,
            Status::Expired => Self::Expired,
        }
    }
}

impl Purchase {
    pub(crate) fn new(purchase: &purchases::Purchase, customer_id: Uuid) -> Self {
        let file = match &purchase.content {
            Content::File(file) => Some(file),
            Content::Url | Content::Withheld => None,
        };
        let order_id = Uuid::from(purchase.id.order_id);
        Self {
            id: purchase.id.to_string(),
            product_id: purchase.product_id.map(Uuid::from),
            product_name: purchase.product_name.clone(),
            name: purchase.name.clone(),
            file_id: purchase.id.file_id,
            file: file.map(|file| file.name.clone()),
            file_name: purchase.file_name().to_owned(),
            r#type: if purchase.content == Content::Url { PurchaseType::Url } else { PurchaseType::File },
            size: file.map(|file| file.size),
            mime_type: file.map(|file| file.mime_type.clone()),
            version: purchase.version().map(str::to_owned),
            checksum_sha256: file.and_then(|file| file.checksum_sha256.clone()),
            status: purchase.status.into(),
            download_bought: purchase.limit.map(u32::from),
            download_used: purchase.used,
            download_canceled: purchase.canceled,
            remaining_downloads: purchase.remaining(),
            access_expires_at: purchase.access_expires_at,
            last_downloaded_at: purchase.last_downloaded_at,
            customer_id,
            order_id,
            order_item_id: order_id,
            order: Order { id: order_id, status: (&purchase.order_status).into(), created_at: purchase.ordered_at },
            created_at: purchase.granted_at.unwrap_or(purchase.ordered_at),
            updated_at: purchase.updated_at,
        }
    }
}
