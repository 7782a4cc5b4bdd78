use http_api::ApiError;
use purchases::Wanted;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What to download: a file, or a product with a single file.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WantedFile {
    /// A product that was bought.
    pub(crate) product_id: Option<Uuid>,
    /// The file. Required if the product has several.
    pub(crate) file_id: Option<Uuid>,
    /// The order to count the download against. Default: the oldest order with a download left.
    pub(crate) order_id: Option<Uuid>,
}

impl WantedFile {
    /// Refuses what names neither.
    pub(crate) fn read(self) -> Result<Wanted, ApiError> {
        if self.product_id.is_none() && self.file_id.is_none() {
            return Err(ApiError::rejected("productId", "Send a productId or a fileId."));
        }
        Ok(Wanted {
            product_id: self.product_id.map(Into::into),
            file_id: self.file_id,
            order_id: self.order_id.map(Into::into),
        })
    }
}
