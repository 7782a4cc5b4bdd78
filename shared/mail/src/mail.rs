use std::fmt;

/// A mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The receiver's address.
    pub to: String,
    /// What it is about: a lock screen may show it.
    pub subject: String,
    /// All of it, for those who read plain text.
    pub text: String,
    /// The same as a whole page of HTML.
    pub html: String,
}

/// Says nothing: a mail is between sender and receiver.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}
