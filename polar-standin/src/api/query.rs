//! Query parameters, read and refused as Polar's framework does.

use http::Uri;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use crate::answer::Refusal;

/// Most items that one page holds; a larger `limit` is lowered to it without an error (recording 106).
const LARGEST_PAGE: u64 = 100;

/// The name that the framework gives to "a list of uuids" in its complaints (recording 116).
const UUID_LIST: &str =
    "json-or-python[json=list[uuid],python=chain[is-instance[Sequence],function-wrap[sequence_validator()]]]";

/// The parameters of one request, and what is wrong with them.
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    flaws: Vec<Value>,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    number: u64,
    limit: u64,
}

/// One `sorting` key.
pub(crate) struct Sorting {
    pub(crate) key: String,
    pub(crate) descending: bool,
}

impl Query {
    pub(crate) fn of(uri: &Uri) -> Self {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        Self { pairs, flaws: Vec::new() }
    }

    /// Refuses the request if any parameter read so far was wrong.
    pub(crate) fn check(&mut self) -> Result<(), Refusal> {
        let flaws = std::mem::take(&mut self.flaws);
        if flaws.is_empty() { Ok(()) } else { Err(Refusal::Invalid(flaws)) }
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let given = self.text(name)?;
        match given.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "t" | "y" => Some(true),
            "false" | "0" | "no" | "off" | "f" | "n" => Some(false),
            _ => {
                let message = "Input should be a valid boolean, unable to interpret input";
                self.flaws
                    .push(json!({"type": "bool_parsing", "loc": ["query", name], "msg": message, "input": given}));
                None
            }
        }
    }

    /// Repeated uuids; present but empty is an error, not "no filter" (recording 131).
    pub(crate) fn ids(&mut self, name: &str) -> Option<Vec<Uuid>> {
        let given = self.texts(name);
        if given.is_empty() {
            return None;
        }
        let parsed: Result<Vec<Uuid>, _> = given.iter().map(|text| text.parse::<Uuid>()).collect();
        parsed.map_err(|_| self.refuse_ids(name, &given)).ok()
    }

    /// Repeated values out of a closed list.
    pub(crate) fn choices(&mut self, name: &str, allowed: &[&str]) -> Option<Vec<String>> {
        let given = self.texts(name);
        for (place, value) in given.iter().enumerate().filter(|(_, value)| !allowed.contains(&value.as_str())) {
            let expected = one_of(allowed);
            self.flaws.push(json!({"type": "enum", "loc": ["query", name, place],
                "msg": format!("Input should be {expected}"), "input": value, "ctx": {"expected": expected}}));
        }
        if given.is_empty() { None } else { Some(given) }
    }

    /// The same where a single value would do too: each mistake is reported for both forms (recording 603).
    pub(crate) fn choices_or_one(&mut self, name: &str, kind: &str, allowed: &[&str]) -> Option<Vec<String>> {
        let before = self.flaws.len();
        let given = self.choices(name, allowed)?;
        if self.flaws.len() > before {
            let one = format!("str-enum[{kind}]");
            let list = format!(
                "json-or-python[json=list[{one}],python=chain[is-instance[Sequence],function-wrap[sequence_validator()]]]"
            );
            for flaw in &mut self.flaws[before..] {
                let place = flaw["loc"][2].take();
                flaw["loc"] = json!(["query", name, list, place]);
            }
            let expected = one_of(allowed);
            let flaw = json!({"type": "enum", "loc": ["query", name, one],
                "msg": format!("Input should be {expected}"), "input": given, "ctx": {"expected": expected}});
            self.flaws.insert(before, flaw);
        }
        Some(given)
    }

    /// The `sorting` keys, `default` when there are none.
    pub(crate) fn sorting(&mut self, keys: &[&str], default: &str) -> Vec<Sorting> {
        let both: Vec<String> = keys.iter().flat_map(|key| [(*key).to_owned(), format!("-{key}")]).collect();
        let allowed: Vec<&str> = both.iter().map(String::as_str).collect();
        let given = self.choices("sorting", &allowed).unwrap_or_else(|| vec![default.to_owned()]);
        given
            .iter()
            .map(|text| Sorting { key: text.trim_start_matches('-').to_owned(), descending: text.starts_with('-') })
            .collect()
    }

    /// `metadata[key]=value` filters.
    pub(crate) fn metadata(&self) -> Vec<(String, String)> {
        let inside =
            |key: &str| key.strip_prefix("metadata[").and_then(|rest| rest.strip_suffix(']')).map(str::to_owned);
        self.pairs.iter().filter_map(|(key, value)| Some((inside(key)?, value.clone()))).collect()
    }

    pub(crate) fn page(&mut self) -> Page {
        let number = self.positive("page").unwrap_or(1);
        let limit = self.positive("limit").unwrap_or(10).min(LARGEST_PAGE);
        Page { number, limit }
    }

    fn positive(&mut self, name: &str) -> Option<u64> {
        let given = self.text(name)?;
        let Ok(number) = given.parse::<i64>() else {
            let message = "Input should be a valid integer, unable to parse string as an integer";
            self.flaws.push(json!({"type": "int_parsing", "loc": ["query", name], "msg": message, "input": given}));
            return None;
        };
        if number <= 0 {
            self.flaws.push(json!({"type": "greater_than", "loc": ["query", name],
                "msg": "Input should be greater than 0", "input": given, "ctx": {"gt": 0}}));
        }
        u64::try_from(number).ok()
    }

    fn refuse_ids(&mut self, name: &str, given: &[String]) {
        self.flaws.push(json!({"type": "uuid_type", "loc": ["query", name, "uuid"],
            "msg": "UUID input should be a string, bytes or UUID object", "input": given}));
        for (place, text) in given.iter().enumerate() {
            if text.parse::<Uuid>().is_err() {
                self.flaws.push(bad_uuid(&[json!("query"), json!(name), json!(UUID_LIST), json!(place)], text));
            }
        }
    }
}

impl Page {
    /// `{"items", "pagination"}` of the wanted part; a page beyond the end is empty (recording 104).
    pub(crate) fn of<T>(self, all: &[T], shape: impl Fn(&T) -> Value) -> Value {
        let skipped = usize::try_from((self.number - 1).saturating_mul(self.limit)).unwrap_or(usize::MAX);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let items: Vec<Value> = all.iter().skip(skipped).take(limit).map(shape).collect();
        json!({"items": items, "pagination": {"total_count": all.len(), "max_page": all.len().div_ceil(limit)}})
    }
}

/// A uuid in the path; anything else is 422, not 404 (recording 144).
pub(crate) fn path_id(text: &str) -> Result<Uuid, Refusal> {
    text.parse().map_err(|_| Refusal::Invalid(vec![bad_uuid(&[json!("path"), json!("id")], text)]))
}

/// The complaint about `text` not being a uuid.
pub(crate) fn bad_uuid(place: &[Value], text: &str) -> Value {
    let reason = uuid_flaw(text);
    json!({"type": "uuid_parsing", "loc": place, "msg": format!("Input should be a valid UUID, {reason}"),
        "input": text, "ctx": {"error": reason}})
}

/// What is wrong with `text` as a uuid, in the words of Polar's framework (recordings 116, 122, 131).
pub(crate) fn uuid_flaw(text: &str) -> String {
    let is_foreign = |(place, sign): &(usize, char)| !(sign.is_ascii_hexdigit() || *sign == '-') || *place >= 36;
    match text.chars().enumerate().find(is_foreign) {
        Some((place, sign)) => format!("invalid character: found `{sign}` at {}", place + 1),
        None => format!("invalid length: expected length 32 for simple format, found {}", text.chars().count()),
    }
}

/// `'a', 'b' or 'c'`.
pub(crate) fn one_of(allowed: &[&str]) -> String {
    let quoted: Vec<String> = allowed.iter().map(|text| format!("'{text}'")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.join(""),
    }
}

/// Whether `metadata` has all of `wanted`.
pub(crate) fn has_metadata(metadata: &serde_json::Map<String, Value>, wanted: &[(String, String)]) -> bool {
    wanted.iter().all(|(key, value)| match metadata.get(key) {
        Some(Value::String(text)) => text == value,
        Some(other) => value.parse::<Value>().is_ok_and(|value| value == *other),
        None => false,
    })
}

/// Sorts by several keys, the first one deciding.
pub(crate) fn sort<T>(items: &mut [T], sorting: &[Sorting], key: impl Fn(&T, &str) -> SortKey) {
    items.sort_by(|left, right| {
        sorting
            .iter()
            .map(|by| {
                let order = key(left, &by.key).cmp(&key(right, &by.key));
                if by.descending { order.reverse() } else { order }
            })
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
}

/// What items are compared by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortKey {
    Text(String),
    Number(i64),
    Time(jiff::Timestamp),
}
