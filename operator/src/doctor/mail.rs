use std::iter::successors;

use aws_json::{AwsJson, Error};
use polar::Server;
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::chain::{Chain, Finding, Link, Look};
use crate::shop::Shop;

/// Looks at who sends the sign-in mails.
pub(super) async fn look(chain: &mut Chain, shop: &Shop) {
    if shop.is_local() {
        let here = || async { Ok(Finding::ok("in this process: mails go into the outbox")) };
        chain.look(Link::MailSender, &[], here()).await;
        return chain.look(Link::MailAccount, &[], here()).await;
    }
    chain.look(Link::MailSender, &[], check_sender(shop)).await;
    chain.look(Link::MailAccount, &[], check_account(shop)).await;
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Identity {
    verified_for_sending_status: bool,
}

async fn check_sender(shop: &Shop) -> Look {
    let (sender, aws): (String, _) = (shop.settings.required("MAIL_FROM")?, shop.aws()?);
    let address = sender.rsplit('<').next().unwrap_or_default().trim_end_matches('>').trim();
    let domain = address.rsplit('@').next().unwrap_or_default();
    // An address may be an identity of its own; else its domain is, or one above that.
    let above = successors(Some(domain), |domain| Some(domain.split_once('.')?.1).filter(|above| above.contains('.')));
    for identity in std::iter::once(address).chain(above) {
        match find_identity(&aws, identity).await? {
            Some(Identity { verified_for_sending_status: true }) => {
                return Ok(Finding::ok(format!("SES may send as {identity}")));
            }
            Some(_) => {
                let says = format!("the identity {identity} is not verified at SES, so no sign-in mail goes out");
                return Ok(Finding::broken(
                    says,
                    "click the link in SES's mail, or set the DNS records that SES shows",
                ));
            }
            None => {}
        }
    }
    let advice = format!("aws sesv2 create-email-identity --email-identity {domain}");
    Ok(Finding::broken(format!("SES knows neither {address} nor {domain}, so no sign-in mail goes out"), advice))
}

async fn find_identity(aws: &AwsJson, identity: &str) -> Result<Option<Identity>, Error> {
    let encoded: String = byte_serialize(identity.as_bytes()).collect();
    match aws.get("ses", "email", &format!("/v2/email/identities/{encoded}")).await {
        Err(Error::Refused { code, .. }) if code == "NotFoundException" => Ok(None),
        found => found.map(Some),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    production_access_enabled: bool,
    sending_enabled: bool,
}

async fn check_account(shop: &Shop) -> Look {
    let account: Account = shop.aws()?.get("ses", "email", "/v2/email/account").await?;
    if !account.sending_enabled {
        let advice = "look into the SES console: complaints or bounces have stopped it";
        return Ok(Finding::broken("SES has stopped this account from sending", advice));
    }
    if !account.production_access_enabled {
        let says = "SES is in its sandbox: it sends only to addresses that were verified";
        let advice = "request production access in the SES console";
        // A shop that only tries things out may stay there.
        let is_trial = shop.settings.required::<Server>("POLAR_SERVER")? == Server::Sandbox;
        return Ok(if is_trial { Finding::warning(says, advice) } else { Finding::broken(says, advice) });
    }
    Ok(Finding::ok("SES sends to anyone"))
}
