//! Where in a JSON text a decoder has stopped. To keep track of the place while decoding costs each good answer half as
//! much again, so it is found afterwards, and only for a bad one.

use std::fmt::{self, Display, Formatter};

/// A place in a JSON text, as in `items[0].name`; the whole text is `.`.
#[derive(Default)]
pub(crate) struct Place<'t>(Vec<Step<'t>>);

/// One step into an object, to no member of it yet at its begin, or into an array.
enum Step<'t> {
    Member(Option<&'t str>),
    Element(usize),
}

impl<'t> Place<'t> {
    /// The value at whose begin or end this error arose. Up to there the text is well-formed, as after any error of data.
    pub(crate) fn of(error: &serde_json::Error, text: &'t str) -> Self {
        let lines_before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let end = lines_before.map(str::len).sum::<usize>() + error.column();
        let mut place = Self::default();
        let mut rest = text.get(..end).unwrap_or(text);
        while let Some(at) = rest.find(['{', '}', '[', ']', ',', '"']) {
            let (mark, after) = (rest.as_bytes()[at], &rest[at + 1..]);
            rest = if mark == b'"' { place.pass_string(after) } else { after };
            place.pass(mark);
        }
        place
    }

    fn pass(&mut self, mark: u8) {
        match (mark, self.0.last_mut()) {
            (b'{', _) => self.0.push(Step::Member(None)),
            (b'[', _) => self.0.push(Step::Element(0)),
            (b'}' | b']', _) => drop(self.0.pop()),
            (b',', Some(Step::Member(name))) => *name = None,
            (b',', Some(Step::Element(index))) => *index += 1,
            _ => {}
        }
    }

    /// Goes to the end of a string, which is a member's name if the member has none yet.
    fn pass_string(&mut self, text: &'t str) -> &'t str {
        let mut escaped = false;
        let end = text.find(|character| {
            let ends = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        });
        let (string, rest) = end.map_or((text, ""), |end| (&text[..end], &text[end + 1..]));
        if let Some(Step::Member(name @ None)) = self.0.last_mut() {
            *name = Some(string);
        }
        rest
    }
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut begun = false;
        for step in &self.0 {
            match step {
                Step::Member(Some(name)) if begun => write!(f, ".{name}")?,
                Step::Member(Some(name)) => f.write_str(name)?,
                Step::Member(None) => continue,
                Step::Element(index) => write!(f, "[{index}]")?,
            }
            begun = true;
        }
        if begun { Ok(()) } else { f.write_str(".") }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, de::DeserializeOwned};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct Thing {
        name: String,
        parts: Vec<Thing>,
        sizes: Option<BTreeMap<String, u8>>,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Small,
    }

    /// The place, and the one that a decoder finds which keeps track of it.
    fn places<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> [String; 2] {
        let error = serde_json::from_str::<T>(text).expect_err(text);
        assert!(error.is_data(), "{error}");
        let tracked = serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_str(text));
        [Place::of(&error, text).to_string(), tracked.expect_err(text).path().to_string()]
    }

    #[test]
    fn the_place_is_the_one_of_a_decoder_that_keeps_track() {
        for (text, place) in [
            ("[]", "."),
            ("7", "."),
            ("{}", "."),
            (r#"{"name": 7}"#, "name"),
            (r#"{"name": {"a": 1}}"#, "name"),
            (r#"{"name": "a, \"b\" [c] {d} \\", "parts": 7}"#, "parts"),
            (r#"{"name": "ä", "parts": [{"name": "b", "parts": []}, {"name": "c"}]}"#, "parts[1]"),
            (r#"{"other": [[1, 2], {"x": {}}], "name": "a", "parts": [{"name": null}]}"#, "parts[0].name"),
            (r#"{"name": "a", "parts": [], "sizes": {"x": 1, "y": 256}}"#, "sizes.y"),
            (r#"{"name": "a", "parts": [], "sizes": {"x": [], "y": 2}}"#, "sizes.x"),
            (r#"{"name": "a", "parts": [], "kind": "large"}"#, "kind"),
            ("{\n  \"name\": \"a\",\n  \"parts\": [\n    true\n  ]\n}", "parts[0]"),
        ] {
            assert_eq!(places::<Thing>(text), [place; 2], "{text}");
        }
    }
}
