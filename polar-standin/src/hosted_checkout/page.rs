//! Fills the pages in.

use serde_json::{Value, json};

use super::frame::Frame;
use super::template::filled;
use crate::ledger::Checkout;
use crate::mail::{COUNTRIES, MAIL_DOMAIN};
use crate::shop::{Amount, Interval, Product};
use crate::state::State;

const PAGE: &str = include_str!("page.html");
const MESSAGE: &str = include_str!("message.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The page of an open or confirmed checkout.
pub(super) fn checkout(state: &State, checkout: &Checkout, frame: Option<&Frame>) -> String {
    let product = state.shop.product(checkout.product_id);
    let cover = product.and_then(|product| product.covers.first()).and_then(|id| state.shop.file(*id));
    let cover = cover.map(|file| state.media_shape(file)["public_url"].clone());
    let cover = cover.as_ref().and_then(Value::as_str).map_or_else(String::new, |url| {
        format!("<img class=\"cover\" src=\"{}\" alt=\"\" width=\"960\" height=\"640\">", escaped(url))
    });
    let interval = product
        .and_then(|product| product.recurring)
        .map_or_else(String::new, |interval| format!(" <small>every {}</small>", Interval::name(interval)));
    let benefits = product.into_iter().flat_map(|product| &product.benefits);
    let benefits = benefits.filter_map(|id| state.shop.benefit(*id));
    let benefits: Vec<String> = benefits.map(|benefit| format!("<li>{}</li>", escaped(&benefit.description))).collect();
    let countries: Vec<String> = COUNTRIES
        .iter()
        .map(|code| format!("<option value=\"{code}\"{}>{code}</option>", if *code == "DE" { " selected" } else { "" }))
        .collect();
    filled(
        PAGE,
        &[
            ("style", STYLE),
            ("script", SCRIPT),
            ("shop", &escaped(&state.shop.organization.name)),
            ("product", &escaped(product.map_or("", |product| &product.name))),
            ("price", &price(state.totals(checkout).net, &checkout.currency)),
            ("sign", &sign(&checkout.currency)),
            ("interval", &interval),
            ("cover", &cover),
            ("benefits", &benefits.concat()),
            ("countries", &countries.concat()),
            ("mail_domain", MAIL_DOMAIN),
            ("back", &back(Some(checkout), frame)),
            ("embed", &frame.map_or_else(String::new, Frame::html)),
            // A script element ends at the first `</`, whatever is around it.
            ("data", &data(state, checkout, product).to_string().replace('<', "\\u003c")),
        ],
    )
}

/// A page that only says something.
#[derive(Default)]
pub(super) struct Message<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) checkout: Option<&'a Checkout>,
    pub(super) frame: Option<&'a Frame>,
    /// Looks again every second.
    pub(super) is_waiting: bool,
}

impl<'a> Message<'a> {
    pub(super) fn of(checkout: &'a Checkout, frame: Option<&'a Frame>) -> Self {
        Self { checkout: Some(checkout), frame, ..Self::default() }
    }

    pub(super) fn html(&self, state: &State) -> String {
        filled(
            MESSAGE,
            &[
                ("style", STYLE),
                ("shop", &escaped(&state.shop.organization.name)),
                ("title", &escaped(self.title)),
                ("text", &escaped(self.text)),
                ("refresh", if self.is_waiting { "<meta http-equiv=\"refresh\" content=\"1\">" } else { "" }),
                ("back", &back(self.checkout, self.frame)),
                ("embed", &self.frame.map_or_else(String::new, Frame::html)),
            ],
        )
    }
}

/// What the script needs to know.
fn data(state: &State, checkout: &Checkout, product: Option<&Product>) -> Value {
    let totals = state.totals(checkout);
    let price = product.and_then(|product| product.price_in(&checkout.currency));
    let custom = match price.map(|price| price.amount) {
        Some(Amount::Custom { minimum, maximum, .. }) => json!({"minimum": minimum, "maximum": maximum}),
        _ => Value::Null,
    };
    let discount = checkout.discount_id.and_then(|id| state.shop.discount(id));
    json!({
        "client_secret": checkout.client_secret,
        "status": checkout.status.name(),
        "currency": checkout.currency,
        "amount": checkout.amount,
        "net_amount": totals.net,
        "custom": custom,
        "discount_basis_points": discount.map_or(0, |discount| discount.basis_points),
        "takes_codes": checkout.allow_discount_codes && !totals.is_free_product_price,
        "ends_here": checkout.success_url.is_none(),
        "success_url": state.client_checkout_shape(checkout)["success_url"],
        "customer_email": checkout.customer_email,
        "customer_name": checkout.customer_name,
        "is_known": checkout.customer_id.is_some(),
        "mail_domain": MAIL_DOMAIN,
    })
}

/// The way back to the shop; none in a frame, because the shop would open in it (Polar's `Checkout.tsx` has none there either).
fn back(checkout: Option<&Checkout>, frame: Option<&Frame>) -> String {
    checkout
        .filter(|_| frame.is_none())
        .and_then(|checkout| checkout.return_url.as_deref())
        .map_or_else(String::new, |url| {
            format!("<p class=\"back\"><a href=\"{}\">Back to the shop</a></p>", escaped(url))
        })
}

fn price(hundredths: i64, currency: &str) -> String {
    if hundredths == 0 {
        return "Free".to_owned();
    }
    format!("{}{}.{:02}", sign(currency), hundredths / 100, hundredths % 100)
}

fn sign(currency: &str) -> String {
    match currency {
        "usd" => "$".to_owned(),
        "eur" => "€".to_owned(),
        other => format!("{} ", other.to_uppercase()),
    }
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, sign| {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(sign),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("<b> \"&\""), "&lt;b&gt; &quot;&amp;&quot;");
    }

    #[test]
    fn both_pages_name_only_what_is_filled_in() {
        for (template, names) in [
            (
                PAGE,
                "style script shop product price sign interval cover benefits countries mail_domain back embed data",
            ),
            (MESSAGE, "style shop title text refresh back embed"),
        ] {
            let used = template.split("{{").skip(1).filter_map(|part| part.split_once("}}")).map(|(name, _)| name);
            for name in used {
                assert!(names.split(' ').any(|known| known == name), "{name}");
            }
        }
    }
}
