#![doc = include_str!("../README.md")]

mod address;
mod mailer;
mod outbox;
mod persist;
mod sender;
mod ses;

pub use mailer::{Error, Mail, Mailer};
pub use outbox::{Outbox, SentMail};
pub use sender::{NoSender, Sender};
pub use ses::Ses;
