pub(crate) type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a service did not do what was asked.
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
    /// The service did not answer as it should.
    #[error("{service} does not answer")]
    Unavailable {
        /// The service's name.
        service: &'static str,
        /// What happened on the way.
        #[source]
        source: Source,
    },
}
