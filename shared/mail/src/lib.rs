#![doc = include_str!("../README.md")]

mod address;
mod error;
mod mail;
mod mailer;
mod outbox;
mod persist;
mod sender;
mod ses;

pub use error::Error;
pub use mail::Mail;
pub use mailer::Mailer;
pub use outbox::{Outbox, SentMail};
pub use sender::{NoSender, Sender};
pub use ses::Ses;
