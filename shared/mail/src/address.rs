use url::Host;

/// The address with its domain in Punycode, as SES requires; `None` if it is not an address.
pub(crate) fn ascii(address: &str) -> Option<String> {
    let (name, domain) = address.rsplit_once('@')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic() && !r#""(),:;<>@[\]"#.contains(c));
    let domain = Host::parse(domain).ok().filter(|host| matches!(host, Host::Domain(_)))?;
    is_name.then(|| format!("{name}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_plain_name_and_a_domain() {
        for (address, expected) in [
            ("ada@shop.example", "ada@shop.example"),
            ("Ada.Lovelace+files@shop.example", "Ada.Lovelace+files@shop.example"),
            ("o'neil@localhost", "o'neil@localhost"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ] {
            assert_eq!(ascii(address).as_deref(), Some(expected), "{address}");
        }
        for none in [
            "",
            "ada",
            "@shop.example",
            "ada@",
            "ada@shop example",
            "ada@shop.example, eve@shop.example",
            "ada@shop.example>\r\nBcc: eve@shop.example",
            "eve@shop.example,ada@shop.example",
            "Ada <ada@shop.example>",
            "a da@shop.example",
            "ädä@shop.example",
            "ada@192.0.2.1",
        ] {
            assert_eq!(ascii(none), None, "{none}");
        }
    }
}
