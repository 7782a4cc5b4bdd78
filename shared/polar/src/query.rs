//! The part of an address after the question mark.

use std::{collections::BTreeMap, fmt::Display};

use url::form_urlencoded::Serializer;

/// Query parameters, form-encoded. Polar wants a list as the parameter repeated; an empty value is an error there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Adds a parameter for each value.
    pub(crate) fn each<T: Display>(mut self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.0.extend(values.into_iter().map(|value| (name.to_owned(), value.to_string())));
        self
    }

    /// Adds `metadata[key]=value` for each pair.
    pub(crate) fn metadata(mut self, pairs: &BTreeMap<String, String>) -> Self {
        self.0.extend(pairs.iter().map(|(key, value)| (format!("metadata[{key}]"), value.clone())));
        self
    }

    /// The encoded form, or nothing when there is no parameter.
    pub(crate) fn encoded(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| Serializer::new(String::new()).extend_pairs(&self.0).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_parameter_repeated() {
        let query = Query::default().each("id", ["a", "b"]).each("page", Some(2)).each("limit", None::<u32>);
        assert_eq!(query.encoded().unwrap(), "id=a&id=b&page=2");
    }

    #[test]
    fn reserved_characters_are_encoded() {
        let query = Query::default().each("email", ["jane.doe+shop@x.net"]).each("query", ["a & ü"]);
        assert_eq!(query.encoded().unwrap(), "email=jane.doe%2Bshop%40x.net&query=a+%26+%C3%BC");
    }

    #[test]
    fn metadata_is_filtered_by_key() {
        let pairs = BTreeMap::from([("section".to_owned(), "docs".to_owned())]);
        assert_eq!(Query::default().metadata(&pairs).encoded().unwrap(), "metadata%5Bsection%5D=docs");
    }

    #[test]
    fn no_parameter_is_no_query() {
        assert_eq!(Query::default().encoded(), None);
    }
}
