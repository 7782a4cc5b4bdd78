use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// Why DynamoDB could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others were changing the same rows at the same moment; nothing was written.
    #[error("others were changing the same rows of DynamoDB")]
    Conflict,
    /// The table or the account is over its request rate; nothing was written.
    #[error("DynamoDB refuses requests for a moment")]
    Throttled(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No answer, or one that says that the service, the table or our rights are missing.
    #[error("DynamoDB does not answer as it should")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored row lacks an attribute, or has one of another type: written by other software or by hand.
    #[error("a row of DynamoDB has no readable attribute {attribute:?}")]
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

/// The answer to a conditional write; `None` when its condition did not hold.
pub(crate) fn if_condition_held<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<Option<T>, Error>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match result {
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        result => Ok(Some(result?)),
    }
}
