use jiff::Timestamp;
use polar::{Downloadable, SecretUrl};
use url::Url;

/// The address of a file. Anyone who has it can use it, so it must appear only in the answer.
#[derive(Clone, Debug)]
pub enum Link {
    /// A link that Polar signed, to its own address or to the file store.
    AtPolar {
        /// The address.
        url: SecretUrl,
        /// When it stops working.
        expires_at: Timestamp,
    },
    /// The merchant's own address, which does not expire.
    Elsewhere(Url),
}

impl Link {
    pub(crate) fn at_polar(file: &Downloadable) -> Self {
        let download = &file.file.download;
        Self::AtPolar { url: download.url.clone(), expires_at: download.expires_at }
    }

    /// The address itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::AtPolar { url, .. } => url.expose(),
            Self::Elsewhere(url) => url.as_str(),
        }
    }

    /// When the address stops working.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::AtPolar { expires_at, .. } => Some(*expires_at),
            Self::Elsewhere(_) => None,
        }
    }
}
