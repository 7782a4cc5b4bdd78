use axum::http::StatusCode;

use crate::{SentMail, World};

impl World {
    /// Takes what functions have mailed so far.
    #[must_use]
    pub fn take_mails(&self) -> Vec<SentMail> {
        self.ses.take_mails()
    }

    /// Lets SES refuse one mail more before it takes any.
    ///
    /// # Panics
    /// When the number is no HTTP status.
    pub fn refuse_a_mail(&self, status: u16, code: &'static str) {
        self.ses.refuse_a_mail(StatusCode::from_u16(status).expect("an HTTP status"), code);
    }
}
