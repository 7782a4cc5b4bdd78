//! Which e-mail addresses and countries are accepted.

use serde_json::{Value, json};

/// The only domain that takes mail. Polar asks DNS; the stand-in must work without a network.
pub(crate) const MAIL_DOMAIN: &str = "recordings-mail.net";

/// Domains that exist and declare that they take no mail, as in recording 223.
const NO_MAIL: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Why an address is refused.
pub(crate) struct Refused {
    pub(crate) message: String,
    pub(crate) context: Value,
}

/// The address with its domain in lower case.
pub(crate) fn accepted(address: &str) -> Result<String, Refused> {
    let malformed = |reason: &str| Refused {
        message: format!("value is not a valid email address: {reason}"),
        context: json!({"reason": reason}),
    };
    let Some((name, domain)) = address.rsplit_once('@') else {
        return Err(malformed("An email address must have an @-sign."));
    };
    if name.is_empty() {
        return Err(malformed("There must be something before the @-sign."));
    }
    if name.contains(|sign: char| sign.is_whitespace() || sign.is_control() || "@,;:<>()[]\\\"".contains(sign)) {
        return Err(malformed("The email address contains invalid characters before the @-sign."));
    }
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return Err(malformed("An email address cannot have a period in that place."));
    }
    let domain = domain.to_lowercase();
    if !domain.contains('.') || domain.contains(|sign: char| !sign.is_alphanumeric() && !".-".contains(sign)) {
        return Err(malformed("The part after the @-sign is not valid. It should have a period."));
    }
    if domain == MAIL_DOMAIN { Ok(format!("{name}@{domain}")) } else { Err(undeliverable(address, &domain)) }
}

fn undeliverable(address: &str, domain: &str) -> Refused {
    let problem = if NO_MAIL.contains(&domain) { "does not accept email" } else { "does not exist" };
    let reason = format!("The domain name {domain} {problem}.");
    Refused {
        message: format!("{address} is not a valid email address: {reason}"),
        context: json!({"email": address, "reason": reason}),
    }
}

/// Countries of a billing address (recording 279).
#[rustfmt::skip]
pub(crate) const COUNTRIES: &[&str] = &[
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA",
    "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV",
    "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CV",
    "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET",
    "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN",
    "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL",
    "IM", "IN", "IO", "IQ", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KR",
    "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD",
    "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW",
    "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA",
    "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS",
    "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT",
    "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF",
    "WS", "YE", "YT", "ZA", "ZM", "ZW",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_recordings_domain_takes_mail() {
        assert_eq!(accepted("Ada@Recordings-Mail.NET").ok().as_deref(), Some("Ada@recordings-mail.net"));
        for (address, part) in [
            ("jane@example.com", "does not accept email"),
            ("jane@no-such-domain-zzz.net", "does not exist"),
            ("nope", "must have an @-sign"),
            ("", "must have an @-sign"),
            ("@recordings-mail.net", "before the @-sign"),
            ("two words@recordings-mail.net", "invalid characters"),
        ] {
            let refused = accepted(address).err().map(|refused| refused.message).unwrap_or_default();
            assert!(refused.contains(part), "{address}: {refused}");
        }
    }
}
