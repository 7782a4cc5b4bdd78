use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// Why an operation on DynamoDB failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others were changing the same rows at the same moment; nothing was written.
    #[error("other requests were changing the same DynamoDB rows")]
    Conflict,
    /// The table or the account is over its request rate; nothing was written.
    #[error("DynamoDB is throttling requests")]
    Throttled(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// DynamoDB did not answer, or the service, the table or our permissions are missing.
    #[error("DynamoDB is unavailable or refused the request")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored row lacks an attribute, or has one of another type: written by other software or by hand.
    #[error("a DynamoDB row has no valid attribute {attribute:?}")]
    CorruptItem {
        /// The attribute's name.
        attribute: &'static str,
    },
}

const THROTTLES: [&str; 3] = ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"];

impl<E> From<SdkError<E, HttpResponse>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match error.code() {
            Some(code) if THROTTLES.contains(&code) => Self::Throttled(error.into()),
            _ => Self::Unavailable(error.into()),
        }
    }
}

/// The result of a conditional write; `None` if its condition was not met.
pub(crate) fn if_condition_held<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<Option<T>, Error>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match result {
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        result => Ok(Some(result?)),
    }
}
