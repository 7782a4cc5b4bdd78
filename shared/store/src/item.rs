use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Error, Orders};

/// One row of a table, read attribute by attribute.
pub(crate) struct Item(pub(crate) HashMap<String, AttributeValue>);

impl Item {
    pub(crate) fn text(&self, attribute: &'static str) -> Result<&str, Error> {
        self.get(attribute).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(corrupt(attribute))
    }

    pub(crate) fn uuid(&self, attribute: &'static str) -> Result<Uuid, Error> {
        self.text(attribute)?.parse().map_err(|_| corrupt(attribute))
    }

    pub(crate) fn number<N: std::str::FromStr>(&self, attribute: &'static str) -> Result<N, Error> {
        let text = self.get(attribute).and_then(|value| value.as_n().ok());
        text.and_then(|text| text.parse().ok()).ok_or(corrupt(attribute))
    }

    pub(crate) fn time(&self, attribute: &'static str) -> Result<Timestamp, Error> {
        Timestamp::from_millisecond(self.number(attribute)?).map_err(|_| corrupt(attribute))
    }

    pub(crate) fn bool(&self, attribute: &'static str) -> Result<bool, Error> {
        self.get(attribute).and_then(|value| value.as_bool().ok()).copied().ok_or(corrupt(attribute))
    }

    pub(crate) fn bytes(&self, attribute: &'static str) -> Result<&[u8], Error> {
        self.get(attribute).and_then(|value| value.as_b().ok()).map(AsRef::as_ref).ok_or(corrupt(attribute))
    }

    /// Reads checkouts with the times until which they give access.
    pub(crate) fn orders(&self, attribute: &'static str) -> Result<Orders, Error> {
        let map = self.get(attribute).and_then(|value| value.as_m().ok()).ok_or(corrupt(attribute))?;
        let read = |(id, end): (&String, &AttributeValue)| {
            let end = Timestamp::from_millisecond(end.as_n().ok()?.parse().ok()?).ok()?;
            Some((id.parse().ok()?, end))
        };
        map.iter().map(read).collect::<Option<_>>().ok_or(corrupt(attribute))
    }

    /// Reads a list of texts.
    pub(crate) fn texts(&self, attribute: &'static str) -> Result<Vec<&str>, Error> {
        let list = self.get(attribute).and_then(|value| value.as_l().ok()).ok_or(corrupt(attribute))?;
        let texts = list.iter().map(|value| value.as_s().ok().map(String::as_str));
        texts.collect::<Option<_>>().ok_or(corrupt(attribute))
    }

    /// Reads an optional attribute; if it is present, it must be valid.
    pub(crate) fn optional<'a, T>(
        &'a self,
        attribute: &'static str,
        read: impl FnOnce(&'a Self, &'static str) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.get(attribute).map(|_| read(self, attribute)).transpose()
    }

    fn get(&self, attribute: &'static str) -> Option<&AttributeValue> {
        self.0.get(attribute)
    }
}

fn corrupt(attribute: &'static str) -> Error {
    Error::CorruptItem { attribute }
}

/// The key of a row in a table with the one key `id`.
pub(crate) fn key(id: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("id".to_owned(), text(id))])
}

pub(crate) fn text(value: &(impl ToString + ?Sized)) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(crate) fn number(value: &(impl ToString + ?Sized)) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A moment, in milliseconds since 1970.
pub(crate) fn time(value: Timestamp) -> AttributeValue {
    number(&value.as_millisecond())
}

/// A time for DynamoDB's time to live: in whole seconds, rounded up so that no row is deleted early.
pub(crate) fn purge_time(value: Timestamp) -> AttributeValue {
    number(&(value.as_second() + 1))
}

pub(crate) fn orders(value: &Orders) -> AttributeValue {
    AttributeValue::M(value.iter().map(|(id, end)| (id.to_string(), time(*end))).collect())
}

pub(crate) fn texts(values: impl IntoIterator<Item = String>) -> AttributeValue {
    AttributeValue::L(values.into_iter().map(AttributeValue::S).collect())
}

pub(crate) fn bytes(value: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}
