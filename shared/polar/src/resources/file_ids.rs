use serde_json::{Map, Value};

use crate::FileId;

/// The file ids in a list of a benefit's or grant's properties.
pub(crate) fn file_ids(properties: &Map<String, Value>, key: &str) -> Vec<FileId> {
    let ids = properties.get(key).and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(|id| id.as_str()?.parse().ok()).collect()
}
