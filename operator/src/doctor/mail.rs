use std::iter::successors;

use aws_json::{AwsJson, Error};
use polar::Server;
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::chain::{Chain, Finding, Link, Look};
use crate::shop::Shop;

/// Checks the sender of the sign-in mails.
pub(super) async fn look(chain: &mut Chain, shop: &Shop) {
    if shop.is_local() {
        let here = || async { Ok(Finding::ok("runs in this process: mails go into the outbox")) };
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
    // The identity may be the address, its domain, or a parent domain.
    let above = successors(Some(domain), |domain| Some(domain.split_once('.')?.1).filter(|above| above.contains('.')));
    for identity in std::iter::once(address).chain(above) {
        match find_identity(&aws, identity).await? {
            Some(Identity { verified_for_sending_status: true }) => {
                return Ok(Finding::ok(format!("SES has verified {identity}")));
            }
            Some(_) => {
                let says = format!("SES has not verified {identity}, so no sign-in mails are sent");
                return Ok(Finding::broken(
                    says,
                    "click the link in the mail from SES, or add the DNS records shown in the SES console",
                ));
            }
            None => {}
        }
    }
    let advice = format!("run `aws sesv2 create-email-identity --email-identity {domain}`, and verify the identity");
    Ok(Finding::broken(format!("SES has no identity for {address} or {domain}, so no sign-in mails are sent"), advice))
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
        let advice = "look in the SES console for the reason; usually it is too many bounces or complaints";
        return Ok(Finding::broken("SES does not allow this account to send mail", advice));
    }
    if !account.production_access_enabled {
        let says = "the SES account is in the sandbox, so it sends to verified addresses only";
        let advice = "request production access in the SES console";
        // A trial shop may stay in the sandbox.
        let is_trial = shop.settings.required::<Server>("POLAR_SERVER")? == Server::Sandbox;
        return Ok(if is_trial { Finding::warning(says, advice) } else { Finding::broken(says, advice) });
    }
    Ok(Finding::ok("SES sends to any address"))
}
