//! Small zip files without compression.

use crate::tokens::crc32;

/// File names are UTF-8.
const UTF8_NAMES: u16 = 0x0800;
/// 1 January 2026 in the format of DOS.
const DATE: u16 = ((2026 - 1980) << 9) | (1 << 5) | 1;
const VERSION: u16 = 20;

/// A zip file with these entries.
pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let offset = length(&body);
        body.extend(*b"PK\x03\x04");
        body.extend(about(name, bytes));
        body.extend(name.as_bytes());
        body.extend(*bytes);
        directory.extend(*b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(about(name, bytes));
        // No comment, first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = length(&body);
    let count = u16::try_from(entries.len()).unwrap_or(u16::MAX);
    body.extend(&directory);
    body.extend(*b"PK\x05\x06\0\0\0\0");
    body.extend(count.to_le_bytes());
    body.extend(count.to_le_bytes());
    body.extend(length(&directory).to_le_bytes());
    body.extend(start.to_le_bytes());
    body.extend([0; 2]);
    body
}

/// What both headers of an entry say.
fn about(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut about = Vec::new();
    for number in [VERSION, UTF8_NAMES, 0, 0, DATE] {
        about.extend(number.to_le_bytes());
    }
    for number in [crc32(bytes), length(bytes), length(bytes)] {
        about.extend(number.to_le_bytes());
    }
    about.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    about.extend([0; 2]);
    about
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
