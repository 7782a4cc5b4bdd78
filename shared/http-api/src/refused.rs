use serde::Serialize;
use utoipa::ToSchema;

/// A value of the request that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refused {
    /// The name of the field, such as `products[0]` or `page`; empty for the body as a whole.
    #[schema(example = "products[0]")]
    pub field: String,
    /// What is wrong with the value, or what to send instead.
    #[schema(example = "This product is not for sale.")]
    pub message: String,
}

impl Refused {
    /// Refuses a value, with a message for the sender.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl From<polar::FieldError> for Refused {
    fn from(error: polar::FieldError) -> Self {
        let blames_currency = error.message == NOT_IN_THIS_CURRENCY;
        let field = if blames_currency { "currency".to_owned() } else { camel_case(&error.field) };
        Self { field, message: error.message }
    }
}

/// With this message Polar blames `products[0]`, although only another currency helps.
const NOT_IN_THIS_CURRENCY: &str = "Product is not available in the specified currency.";

/// Turns Polar's `customer_email` into our `customerEmail`.
fn camel_case(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        name + &letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polars_field_names_become_ours() {
        for (polars, ours) in [
            ("products[0]", "products[0]"),
            ("customer_email", "customerEmail"),
            ("metadata.my_key", "metadata.myKey"),
            ("", ""),
        ] {
            assert_eq!(camel_case(polars), ours);
        }
    }
}
