use serde::Deserialize;

/// A refusal, in the words of either kind of service.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Refusal {
    Json {
        #[serde(rename = "__type")]
        code: String,
    },
    Query {
        #[serde(rename = "Error")]
        error: QueryError,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct QueryError {
    code: String,
}

impl Refusal {
    /// AWS's name for it.
    pub(crate) fn code(self) -> String {
        match self {
            Self::Json { code } | Self::Query { error: QueryError { code } } => code,
        }
    }
}

/// A refusal's code without the namespace in front of it and the address behind it that some services add.
pub(crate) fn bare(code: &str) -> &str {
    let code = code.rsplit('#').next().unwrap_or(code);
    code.split(':').next().unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_known_by_its_bare_code() {
        for code in [
            "ThrottlingException",
            "com.amazon.coral.availability#ThrottlingException",
            "ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral.availability/",
        ] {
            assert_eq!(bare(code), "ThrottlingException");
        }
    }
}
