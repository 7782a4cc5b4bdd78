//! The records on disk: one JSON file, replaced as a whole.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::Context as _;

use crate::ledger::Ledger;

/// Reads the records; `None` if there is no file yet.
///
/// # Errors
/// If the file cannot be read or is damaged. It is left as it is.
pub(crate) fn load(path: &Path) -> anyhow::Result<Option<Ledger>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read the state file {}", path.display())),
    };
    let ledger = serde_json::from_slice(&text).with_context(|| {
        format!("the state file {} is damaged; it was left as it is: mend or delete it", path.display())
    })?;
    Ok(Some(ledger))
}

/// Writes the records to a new file and puts it in the place of the old one.
pub(crate) fn save(path: &Path, ledger: &Ledger) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension("new");
    let mut file = fs::File::create(&fresh)?;
    file.write_all(&serde_json::to_vec(ledger)?)?;
    file.sync_data()?;
    fs::rename(&fresh, path)?;
    Ok(())
}
