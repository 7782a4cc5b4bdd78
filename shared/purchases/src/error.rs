use uuid::Uuid;

/// Why a buyer's request is refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Polar no longer knows the session's customer.
    #[error("the customer no longer exists at Polar")]
    CustomerGone,
    /// The customer has no such purchase, or Polar revoked it.
    #[error("the customer has no such purchase")]
    NotEntitled,
    /// The session's orders do not include this. Other orders of the customer are not looked up.
    #[error("the session's order has no such purchase")]
    OrderScope,
    /// The customer has no such order.
    #[error("the customer has no such order")]
    UnknownOrder,
    /// Polar generates no invoice for an order in this state.
    #[error("Polar generates no invoice for the order")]
    NoInvoice,
    /// Polar generates no invoice without the buyer's billing name and address.
    #[error("the order has no billing name and address")]
    BillingDetailsMissing,
    /// The purchase is granted, but Polar no longer has its file.
    #[error("the file is gone")]
    FileGone,
    /// The purchase exists, but Polar has not granted its files yet.
    #[error("the purchase is not granted yet")]
    Pending,
    /// The access period of the purchase is over.
    #[error("the access period is over")]
    AccessExpired,
    /// The product has several files, and none was chosen.
    #[error("the purchase has several files")]
    FileRequired(Vec<Choice>),
    /// All downloads are used up.
    #[error("all {0} downloads are used up")]
    LimitReached(u32),
    /// The catalog gave no usable answer.
    #[error("the catalog gave no usable answer")]
    Products(#[from] products::Error),
    /// Polar gave no usable answer.
    #[error("Polar gave no usable answer")]
    Polar(#[from] polar::Error),
    /// Our tables gave no usable answer.
    #[error("DynamoDB gave no usable answer")]
    Store(#[from] store::Error),
}

/// One of several files to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The id to choose the file with.
    pub file_id: Uuid,
    /// The file's name.
    pub name: String,
    /// The file's size in bytes, if it is known.
    pub size: Option<u64>,
}
