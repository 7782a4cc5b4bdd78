//! Which bytes a `Range` header asks for.

/// The part of a file to send.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// No range, or one that is not understood: all of it (RFC 9110, 14.2).
    Whole,
    /// These bytes.
    Part(std::ops::Range<usize>),
    /// A range beyond the end.
    Impossible,
}

/// The part of `length` bytes that `header` asks for; only single ranges are served.
pub(crate) fn wanted(header: &str, length: usize) -> Range {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Range::Whole;
    };
    let last = last.trim();
    let (start, end) = match (first.trim().parse::<usize>(), last.parse::<usize>()) {
        (Ok(start), Ok(last)) => (start, last.saturating_add(1)),
        (Ok(start), Err(_)) if last.is_empty() => (start, length),
        (Err(_), Ok(tail)) if first.trim().is_empty() && tail > 0 => (length.saturating_sub(tail), length),
        _ => return Range::Whole,
    };
    if start >= length {
        return Range::Impossible;
    }
    if end <= start {
        return Range::Whole;
    }
    Range::Part(start..end.min(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        for (header, expected) in [
            ("bytes=0-9", Range::Part(0..10)),
            ("bytes=30-", Range::Part(30..35)),
            ("bytes=-5", Range::Part(30..35)),
            ("bytes=0-999", Range::Part(0..35)),
            ("bytes=999999-", Range::Impossible),
            ("bytes=5-2", Range::Whole),
            ("bytes=0-1,3-4", Range::Whole),
            ("lines=0-1", Range::Whole),
        ] {
            assert_eq!(wanted(header, 35), expected, "{header}");
        }
    }
}
