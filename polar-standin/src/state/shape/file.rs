use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::extend;
use crate::clock::{after, written};
use crate::ledger::Downloadable;
use crate::links::{LINK_SECONDS, download_token};
use crate::shop::{File, derived_id};
use crate::state::State;
use crate::tokens::{hex, sha256};

/// Bytes of one more unit of size.
const STEP: f64 = 1024.0;

impl State {
    /// The organization's view (recording 612).
    pub(crate) fn file_shape(&self, file: &File) -> Value {
        extend(self.file_facts(file), json!({"created_at": written(file.created_at), "flagged_malicious_at": null}))
    }

    /// A cover, with its public address (recording 163).
    pub(crate) fn media_shape(&self, file: &File) -> Value {
        extend(
            self.file_facts(file),
            json!({"created_at": written(file.created_at), "public_url": self.cover_url(file)}),
        )
    }

    /// One row of the customer's downloads, its link signed anew each time (recordings 500, 535).
    pub(crate) fn downloadable_shape(&self, row: &Downloadable, file: &File) -> Value {
        let now = self.now();
        let token = download_token(row.id, now);
        let download = json!({
            "url": format!("{}/v1/customer-portal/downloadables/{token}", self.url),
            "headers": {},
            "expires_at": written(after(now, LINK_SECONDS)),
        });
        json!({"id": row.id, "benefit_id": row.benefit_id,
            "file": extend(self.file_facts(file), json!({"download": download}))})
    }

    /// A file with a store link at once, whoever asks (recording 613).
    pub(crate) fn file_download_shape(&self, file: &File) -> Value {
        let now = self.now();
        let download = json!({"url": self.file_url(file, now), "headers": {},
            "expires_at": written(after(now, LINK_SECONDS))});
        extend(self.file_facts(file), json!({"download": download}))
    }

    fn file_facts(&self, file: &File) -> Value {
        let digest = sha256(&file.bytes);
        json!({
            "id": file.id,
            "organization_id": self.shop.organization.id,
            "name": file.name,
            "path": file.path(self.shop.organization.id),
            "mime_type": file.mime_type,
            "size": file.bytes.len(),
            "storage_version": derived_id(file.id, 0x57),
            "checksum_etag": etag(file),
            "checksum_sha256_base64": STANDARD.encode(&digest),
            "checksum_sha256_hex": hex(&digest),
            "last_modified_at": format!("{:.0}", file.created_at),
            "version": file.version,
            "service": file.service.name(),
            "is_uploaded": true,
            "size_readable": readable(file.bytes.len()),
        })
    }
}

/// The store's tag of a file, quotation marks included.
pub(crate) fn etag(file: &File) -> String {
    format!("\"{}-1\"", &hex(&sha256(&file.bytes))[..32])
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn readable(bytes: usize) -> String {
    let units = ["B", "KB", "MB", "GB"];
    let (mut size, mut unit) = (bytes as f64, 0);
    while size >= STEP && unit + 1 < units.len() {
        size /= STEP;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}
