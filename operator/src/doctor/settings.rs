use std::num::NonZeroU32;

use mail::Sender;
use polar::Server;
use startup::{SettingError, Settings};
use store::{TABLES, TableDescription};
use url::Url;
use uuid::Uuid;

use super::chain::Finding;
use crate::shop::Shop;

type Check = fn(&Settings) -> Result<(), SettingError>;

/// The settings of every shop.
const CHECKS: &[Check] = &[
    |it| it.required::<Server>("POLAR_SERVER").map(drop),
    |it| it.optional::<Url>("POLAR_API_URL").map(drop),
    |it| origins(it).map(drop),
    |it| it.or_default::<bool>("ALLOW_BEARER", "false").map(drop),
    |it| it.or_default::<bool>("RESOLVE_LINKS", "false").map(drop),
    |it| it.optional::<NonZeroU32>("DOWNLOAD_LIMIT").map(drop),
    |it| it.optional::<NonZeroU32>("DOWNLOAD_DAYS").map(drop),
    |it| it.seconds("DOWNLOAD_GRACE_SECONDS", 0).map(drop),
    |it| it.seconds("CLAIM_WINDOW_SECONDS", 0).map(drop),
    |it| it.seconds("ORDER_SESSION_IDLE_SECONDS", 0).map(drop),
    |it| it.seconds("ORDER_SESSION_ABSOLUTE_SECONDS", 0).map(drop),
    |it| it.seconds("ACCOUNT_SESSION_IDLE_SECONDS", 0).map(drop),
    |it| it.seconds("ACCOUNT_SESSION_ABSOLUTE_SECONDS", 0).map(drop),
    |it| it.optional::<NonZeroU32>("POLAR_CALLS_PER_SESSION").map(drop),
    |it| it.optional::<NonZeroU32>("POLAR_CALLS_PER_NETWORK").map(drop),
    |it| it.list::<Uuid>("CHECKOUT_DISCOUNT_IDS").map(drop),
    |it| it.optional::<Url>("SIGN_IN_URL").map(drop),
    |it| it.required::<String>("AWS_REGION").map(drop),
    |it| one_of(it, "POLAR_ACCESS_TOKEN", "POLAR_ACCESS_TOKEN_PARAMETER"),
    |it| one_of(it, "POLAR_WEBHOOK_SECRET", "POLAR_WEBHOOK_SECRET_PARAMETER"),
];

/// The additional settings of a shop on AWS.
const CHECKS_ON_AWS: &[Check] =
    &[|it| it.required::<Url>("QUEUE_URL").map(drop), |it| it.required::<Sender>("MAIL_FROM").map(drop)];

/// Whether every setting is present and valid, by the same rules as when a function starts.
pub(super) fn check(shop: &Shop) -> Finding {
    let settings = &shop.settings;
    let on_aws = if shop.is_local() { &[][..] } else { CHECKS_ON_AWS };
    let checks = CHECKS.iter().chain(on_aws).map(|check| check(settings));
    let tables = TABLES.iter().map(|table| settings.required::<String>(table_setting(table)).map(drop));
    let mistakes: Vec<_> = checks.chain(tables).filter_map(Result::err).map(|error| error.to_string()).collect();
    if mistakes.is_empty() {
        return Finding::ok("all settings are present and valid");
    }
    let advice = if shop.is_local() {
        "correct it in the environment of `cargo run`, and restart the shop"
    } else {
        "correct the stack's parameters, and deploy"
    };
    Finding::broken(mistakes.join("; "), advice)
}

/// The setting with a table's name.
pub(super) fn table_setting(table: &TableDescription) -> &'static str {
    match table.name {
        "catalog" => "CATALOG_TABLE",
        "sessions" => "SESSIONS_TABLE",
        "checkouts" => "CHECKOUTS_TABLE",
        "logins" => "LOGINS_TABLE",
        "limits" => "LIMITS_TABLE",
        "downloads" => "DOWNLOADS_TABLE",
        other => unreachable!("the setting of the table {other}"),
    }
}

/// The origins of the shop's pages, in the form that browsers send.
pub(super) fn origins(settings: &Settings) -> Result<Vec<Url>, SettingError> {
    const NAME: &str = "STOREFRONT_ORIGINS";
    let origins: Vec<Url> = settings.list(NAME)?;
    if origins.is_empty() {
        return Err(SettingError::Missing(NAME));
    }
    let is_origin = |url: &Url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    if origins.iter().all(is_origin) {
        return Ok(origins);
    }
    let reason = "write an origin like https://shop.example, without a path".to_owned();
    Err(SettingError::Invalid { name: NAME, reason })
}

fn one_of(settings: &Settings, value: &'static str, parameter: &'static str) -> Result<(), SettingError> {
    match settings.optional::<String>(value)? {
        Some(_) => Ok(()),
        None => settings.required::<String>(parameter).map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_its_setting() {
        for table in &TABLES {
            assert_eq!(table_setting(table), format!("{}_TABLE", table.name.to_uppercase()));
        }
    }
}
