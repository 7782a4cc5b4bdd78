use askama::Template;
use mail::{Mail, Sender};
use queue::LoginCode;
use startup::{SettingError, Settings};
use url::Url;

/// Writes the mails with sign-in codes.
#[derive(Clone, Debug)]
pub(crate) struct LoginMail {
    shop: String,
    page: Url,
}

#[derive(Template)]
#[template(path = "login_code.html")]
struct Html<'a> {
    subject: &'a str,
    shop: &'a str,
    code: &'a str,
    link: &'a str,
    asker: &'a str,
}

#[derive(Template)]
#[template(path = "login_code.txt")]
struct Text<'a> {
    shop: &'a str,
    code: &'a str,
    link: &'a str,
    asker: &'a str,
}

impl LoginMail {
    /// Reads `STOREFRONT_ORIGINS` and `SIGN_IN_URL`, the page where codes are entered. Its default is `#sign-in` of the main page.
    pub(crate) fn from_settings(settings: &Settings, sender: &Sender) -> Result<Self, SettingError> {
        let origins: Vec<Url> = settings.list("STOREFRONT_ORIGINS")?;
        let main = origins.into_iter().next().ok_or(SettingError::Missing("STOREFRONT_ORIGINS"))?;
        let page = match settings.optional::<Url>("SIGN_IN_URL")? {
            Some(page) => page,
            None => with_fragment(&main, "sign-in"),
        };
        let host = page.host_str().ok_or_else(no_page)?;
        let shop = sender.name().unwrap_or(main.host_str().unwrap_or(host)).to_owned();
        Ok(Self { shop, page })
    }

    /// The mail with a code to an address.
    pub(crate) fn with(&self, login: &LoginCode, to: String) -> Result<Mail, askama::Error> {
        let code = login.code.as_str();
        let (link, asker) = (self.link(code), asker(login));
        let (shop, link, asker) = (self.shop.as_str(), link.as_str(), asker.as_str());
        // Without the code, because lock screens show subjects.
        let subject = format!("Your sign-in code for {shop}");
        let text = Text { shop, code, link, asker }.render()?;
        let html = Html { subject: &subject, shop, code, link, asker }.render()?;
        Ok(Mail { to, subject, text, html })
    }

    /// The code is in the fragment, which browsers do not send to servers, so it is in no log.
    fn link(&self, code: &str) -> Url {
        let fragment = match self.page.fragment() {
            Some(fragment) => format!("{fragment}?code={code}"),
            None => format!("code={code}"),
        };
        with_fragment(&self.page, &fragment)
    }
}

/// Describes who asked for the code, so that a receiver who did not ask can tell.
fn asker(login: &LoginCode) -> String {
    let client = login.client.as_deref().unwrap_or("a browser");
    let place = login.ip.map(|ip| format!(" at the network address {ip}")).unwrap_or_default();
    format!("{client}{place}")
}

fn with_fragment(page: &Url, fragment: &str) -> Url {
    let mut page = page.clone();
    page.set_fragment(Some(fragment));
    page
}

fn no_page() -> SettingError {
    let reason = "use an address such as https://shop.example/#sign-in".to_owned();
    SettingError::Invalid { name: "SIGN_IN_URL", reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "K7QF-2M9X";

    fn login_mail(from: &str, sign_in_url: &str) -> Result<LoginMail, SettingError> {
        let settings =
            [("STOREFRONT_ORIGINS", "https://shop.example,https://www.shop.example"), ("SIGN_IN_URL", sign_in_url)];
        LoginMail::from_settings(&Settings::from_iter(settings), &from.parse().unwrap())
    }

    fn login() -> LoginCode {
        LoginCode {
            browser_key_hash: String::new(),
            login_id: uuid::Uuid::nil(),
            email: "Ada@shop.example".to_owned(),
            code: CODE.to_owned(),
            expires_at: jiff::Timestamp::MAX,
            client: Some("Firefox on Windows".to_owned()),
            ip: Some(std::net::IpAddr::from([203, 0, 113, 7])),
        }
    }

    fn mail(from: &str) -> Mail {
        login_mail(from, "").unwrap().with(&login(), "ada@shop.example".to_owned()).unwrap()
    }

    #[test]
    fn the_mail_says_who_asked_and_that_the_code_lets_them_in() {
        let mail = mail("shop@shop.example");
        for text in [&mail.text, &mail.html] {
            assert!(text.contains("Firefox on Windows at the network address 203.0.113.7"), "{text}");
            assert!(text.contains("sign in the person who asked for it"), "{text}");
        }
        let older = LoginCode { client: None, ip: None, ..login() };
        let mail = login_mail("shop@shop.example", "").unwrap().with(&older, "a@shop.example".to_owned()).unwrap();
        assert!(mail.text.contains("Requested from a browser."), "{}", mail.text);
    }

    #[test]
    fn the_code_stands_in_both_texts_and_never_in_the_subject() {
        let mail = mail("Meshwork Goods <shop@shop.example>");
        assert_eq!(mail.subject, "Your sign-in code for Meshwork Goods");
        for text in [&mail.text, &mail.html] {
            assert!(text.contains(&format!("https://shop.example/#sign-in?code={CODE}")), "{text}");
            let without_link = text.replace(&format!("code={CODE}"), "");
            assert_eq!(without_link.matches(CODE).count(), 1, "{text}");
            for promise in ["10 minutes", "browser where you asked for it", "ignore this e-mail"] {
                assert!(text.replace('\n', " ").contains(promise), "{promise}");
            }
        }
    }

    #[test]
    fn the_html_loads_nothing_and_escapes_the_shops_name() {
        let mail = mail("Nuts & Bolts' <shop@shop.example>");
        assert!(mail.text.contains("Nuts & Bolts'"), "{}", mail.text);
        assert!(mail.html.contains("Nuts &#38; Bolts&#39;"), "{}", mail.html);
        assert_eq!(mail.html.matches("http").count(), 1, "the link is the only address");
        for loads in ["<img", "<link", "<script", "url("] {
            assert!(!mail.html.contains(loads), "{loads}");
        }
    }

    #[test]
    fn without_a_name_the_shop_is_called_by_its_host() {
        assert_eq!(mail("mailer@ses.example").subject, "Your sign-in code for shop.example");
    }

    #[test]
    fn the_code_goes_into_the_links_fragment() {
        for (page, link) in [
            ("", "https://shop.example/#sign-in?code=K7QF-2M9X"),
            ("https://shop.example/account#/login", "https://shop.example/account#/login?code=K7QF-2M9X"),
            ("https://shop.example/login?lang=de", "https://shop.example/login?lang=de#code=K7QF-2M9X"),
        ] {
            assert_eq!(login_mail("a@shop.example", page).unwrap().link(CODE).as_str(), link);
        }
        for bad in ["shop.example/login", "localhost:3000/login", "/login"] {
            let error = login_mail("a@shop.example", bad).unwrap_err().to_string();
            assert!(error.starts_with("the setting SIGN_IN_URL is not valid"), "{error}");
        }
    }
}
