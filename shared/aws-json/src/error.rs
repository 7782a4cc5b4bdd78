pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service refused.
    #[error("{service} refused: {code}")]
    Refused {
        /// The service's name, as in `ssm`.
        service: &'static str,
        /// AWS's name for the refusal, as in `ParameterNotFound`.
        code: String,
    },
    /// The service gave no usable answer.
    #[error("{service} does not answer")]
    Unavailable {
        /// The service's name.
        service: &'static str,
        /// The cause.
        #[source]
        source: Source,
    },
}
