//! Identifiers: one type each, so that a product's id cannot be passed for a customer's.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// Identifies a product.
    ProductId,
    /// Identifies one price of a product.
    PriceId,
    /// Identifies a benefit: what a product gives.
    BenefitId,
    /// Identifies one buyer's copy of a benefit.
    BenefitGrantId,
    /// Identifies a file: a download or a picture.
    FileId,
    /// Identifies one row of a customer's downloadables; it differs from the file's own id.
    DownloadableId,
    /// Identifies a checkout.
    CheckoutId,
    /// Identifies a checkout link, from which each visit makes a new checkout.
    CheckoutLinkId,
    /// Identifies an order.
    OrderId,
    /// Identifies a subscription.
    SubscriptionId,
    /// Identifies a customer.
    CustomerId,
    /// Identifies a customer session.
    CustomerSessionId,
    /// Identifies a member: a person who belongs to a customer.
    MemberId,
    /// Identifies the merchant's organization.
    OrganizationId,
    /// Identifies a discount.
    DiscountId,
    /// Identifies a licence key.
    LicenseKeyId,
    /// Identifies one activation of a licence key.
    LicenseKeyActivationId,
    /// Identifies an address that Polar sends its webhooks to.
    WebhookEndpointId,
}

#[cfg(test)]
mod tests {
    use super::ProductId;

    #[test]
    fn an_id_reads_and_writes_its_canonical_form() {
        let text = "a60255b5-916d-4ecc-8527-145d27382176";
        let id: ProductId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
    }

    #[test]
    fn a_text_that_is_no_uuid_is_no_id() {
        assert!("not-a-uuid".parse::<ProductId>().is_err());
    }
}
