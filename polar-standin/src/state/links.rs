//! Where the files of this shop are, for those who may have them.

use jiff::Timestamp;

use crate::ledger::Order;
use crate::links::{INVOICES, LINK_SECONDS, PRIVATE, PUBLIC, encoded_path, sign};
use crate::shop::File;
use crate::state::State;

/// How long an invoice's address works, in seconds.
const INVOICE_SECONDS: i64 = 600;

impl State {
    /// The address of a file for the next hour.
    pub(crate) fn file_url(&self, file: &File, now: Timestamp) -> String {
        let path = format!("{PRIVATE}/{}", encoded_path(&file.path(self.shop.organization.id)));
        format!("{}{}", self.url, sign(&path, &file.name, &file.mime_type, LINK_SECONDS, now))
    }

    /// The address of a cover, for everybody.
    pub(crate) fn cover_url(&self, file: &File) -> String {
        format!("{}{PUBLIC}/{}", self.url, encoded_path(&file.path(self.shop.organization.id)))
    }

    /// The address of an order's invoice for the next ten minutes.
    pub(crate) fn invoice_url(&self, order: &Order, now: Timestamp) -> String {
        let name = format!("invoice-{}.pdf", order.invoice_number);
        let path = format!("{INVOICES}/{}", order.id);
        format!("{}{}", self.url, sign(&path, &name, "application/pdf", INVOICE_SECONDS, now))
    }
}
