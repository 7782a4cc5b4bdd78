//! What Polar says about a checkout.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CheckoutId, ClientSecret, Currency, CustomerId, CustomerToken, DiscountId, Metadata, OrganizationId, Product,
    ProductId, SecretUrl, SubscriptionId, open_enum::open_enum,
};

/// A checkout. The buyer's view of it lacks metadata and the external id. Amounts are in the currency's minor unit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Checkout {
    /// Its id.
    pub id: CheckoutId,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// How far it is. Only `Succeeded` means paid.
    pub status: CheckoutStatus,
    /// What the buyer's own calls name it by.
    pub client_secret: ClientSecret,
    /// The payment page. It contains the secret.
    pub url: SecretUrl,
    /// When it ends, 24 hours after it began.
    pub expires_at: Timestamp,
    /// Where the buyer goes afterwards, with the id in its place.
    pub success_url: Option<String>,
    /// Where the page's back button leads.
    pub return_url: Option<String>,
    /// The origin of the page that embeds the form.
    pub embed_origin: Option<String>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Before discount and tax.
    pub amount: i64,
    /// What the discount takes off.
    pub discount_amount: i64,
    /// After the discount, before tax.
    pub net_amount: i64,
    /// Unknown until there is an address.
    pub tax_amount: Option<i64>,
    /// What is paid.
    pub total_amount: i64,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The product chosen so far.
    pub product_id: Option<ProductId>,
    /// The product itself, without its metadata.
    pub product: Option<Product>,
    /// What may be chosen.
    #[serde(default)]
    pub products: Vec<Product>,
    /// The discount in use.
    pub discount_id: Option<DiscountId>,
    /// The discount itself.
    pub discount: Option<CheckoutDiscount>,
    /// Whether the buyer may enter a code.
    pub allow_discount_codes: bool,
    /// Whether the buyer has to give payment details; if not, an e-mail address confirms it.
    pub is_payment_form_required: bool,
    /// The buyer; unknown until confirmed, unless set at the beginning.
    pub customer_id: Option<CustomerId>,
    /// Our id of the buyer as it was asked for; the customer found by e-mail may have another.
    pub external_customer_id: Option<String>,
    /// The buyer's e-mail address.
    pub customer_email: Option<String>,
    /// The buyer's name.
    pub customer_name: Option<String>,
    /// The address on the invoice.
    pub customer_billing_address: Option<Address>,
    /// The subscription that it upgrades.
    pub subscription_id: Option<SubscriptionId>,
    /// The merchant's pairs.
    #[serde(default)]
    pub metadata: Metadata,
    /// In the answer to a confirmation only, and not for a returning customer who typed an e-mail address.
    #[serde(default)]
    pub customer_session_token: Option<CustomerToken>,
}

/// The discount of a checkout.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CheckoutDiscount {
    /// Its id.
    pub id: DiscountId,
    /// Its name for the buyer.
    pub name: String,
    /// What it takes off.
    #[serde(rename = "type")]
    pub kind: DiscountType,
    /// What the buyer types.
    pub code: Option<String>,
    /// The share of a `percentage` in hundredths of a per cent.
    pub basis_points: Option<i64>,
    /// The amount of a `fixed` one, in minor units.
    pub amount: Option<i64>,
}

open_enum! {
    /// What a discount takes off.
    pub enum DiscountType {
        /// An amount.
        Fixed = "fixed",
        /// A share of the price.
        Percentage = "percentage",
        ..Unknown
    }
}

open_enum! {
    /// How far a checkout is.
    pub enum CheckoutStatus {
        /// The buyer may still change it; after a failed payment again.
        Open = "open",
        /// Its time is over.
        Expired = "expired",
        /// Handed in; the payment is under way.
        Confirmed = "confirmed",
        /// Paid. The order and its benefits follow within seconds.
        Succeeded = "succeeded",
        /// Named by Polar, though a failed payment leads back to `Open`.
        Failed = "failed",
        ..Unknown
    }
}

/// A postal address. A country is all that Polar insists on.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Address {
    /// Two letters, ISO 3166-1.
    pub country: String,
    /// Street and number.
    pub line1: Option<String>,
    /// What the first line has no room for.
    pub line2: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
}
