use std::fmt;

/// A mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The receiver's address.
    pub to: String,
    /// The subject, which a lock screen may show.
    pub subject: String,
    /// The content as plain text.
    pub text: String,
    /// The content as an HTML page.
    pub html: String,
}

/// Prints nothing, because mails are private.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}
