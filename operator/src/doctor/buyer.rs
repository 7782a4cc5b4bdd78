use std::collections::BTreeMap;

use jiff::Timestamp;
use polar::{
    BenefitId, BenefitType, Client, CustomerId, CustomerSession, Downloadable, ListDownloadables, Product, ProductId,
};
use purchases::{Purchase, Purchases, Status};
use reqwest::{Method, StatusCode, header};
use startup::{Clients, causes};
use store::{PortalToken, Scope, Session, SessionToken, Sessions};
use uuid::Uuid;

use super::{
    chain::{Chain, Finding, Link, Look},
    polar::counted,
    products::is_download,
};
use crate::{customers, shop::Shop};

/// A buyer whose download does not work.
#[derive(Clone, Debug)]
pub(crate) struct Buyer {
    /// The e-mail address or the id at Polar.
    pub(crate) customer: String,
    pub(crate) product: ProductId,
}

/// The links that depend on customer and product.
const LAST_LINKS: [Link; 5] = [Link::Grant, Link::CustomerSession, Link::Downloadables, Link::Quota, Link::Download];

/// Checks from a customer to a file of a product, as the shop does for a download, without counting a download.
pub(super) async fn look(chain: &mut Chain, shop: &Shop, clients: Option<&Clients>, buyer: &Buyer) {
    let Some(clients) = clients else {
        chain.skip(&[Link::Customer, Link::Product], Link::AccessToken);
        return chain.skip(&LAST_LINKS, Link::AccessToken);
    };
    let polar = &clients.polar;
    let customer = chain.find(Link::Customer, &[Link::Scopes], find_customer(polar, buyer)).await;
    let product = chain.find(Link::Product, &[Link::Scopes], find_product(polar, buyer)).await;
    let (customer, product) = match (customer, product) {
        (Some(customer), Some(product)) => (customer, product),
        (None, _) => return chain.skip(&LAST_LINKS, Link::Customer),
        (_, None) => return chain.skip(&LAST_LINKS, Link::Product),
    };
    chain.look(Link::Grant, &[], check_grant(polar, customer, &product)).await;
    let Some(session) = chain.find(Link::CustomerSession, &[], open_session(polar, customer)).await else {
        return chain.skip(&LAST_LINKS[2..], Link::CustomerSession);
    };
    let files = chain.find(Link::Downloadables, &[Link::Grant], list_files(polar, &session, &product)).await;
    let needs = [Link::Downloadables, Link::Tables];
    // Boxed: DynamoDB's SDK makes large futures.
    chain.look(Link::Quota, &needs, Box::pin(check_quota(shop, clients, &session, &product))).await;
    match files {
        Some(files) => chain.look(Link::Download, &[], open_links(shop, polar, &session, &files)).await,
        None => chain.skip(&[Link::Download], Link::Downloadables),
    }
}

async fn find_customer(polar: &Client, buyer: &Buyer) -> Look<(CustomerId, Finding)> {
    let Some(customer) = customers::find(polar, &buyer.customer).await? else {
        let advice =
            "ask the buyer for the e-mail address on the receipt, and check at Polar whether there is a paid order";
        return Err(Finding::broken("Polar has no such customer", advice));
    };
    Ok((customer.id, Finding::ok(format!("Polar has this customer, with the id {}", customer.id))))
}

async fn find_product(polar: &Client, buyer: &Buyer) -> Look<(Product, Finding)> {
    let Some(product) = polar.products().find(buyer.product).await? else {
        return Err(Finding::broken("Polar has no such product", "copy the product's id from its page at Polar"));
    };
    let benefits = product.benefits.iter().filter(|benefit| is_download(benefit)).count();
    if benefits == 0 {
        let says = format!("{:?} has no benefit with a download", product.name);
        return Err(Finding::broken(
            says,
            "add a benefit with the file to the product at Polar; earlier buyers get it too",
        ));
    }
    let says = format!("{:?} has {} with a download", product.name, counted(benefits, "benefit"));
    Ok((product, Finding::ok(says)))
}

fn benefits_of(product: &Product) -> impl Iterator<Item = BenefitId> {
    product.benefits.iter().filter(|benefit| is_download(benefit)).map(|benefit| benefit.id)
}

async fn check_grant(polar: &Client, customer: CustomerId, product: &Product) -> Look {
    let Some(state) = polar.customers().state(customer).await? else {
        return Err(Finding::broken(
            "Polar no longer has this customer",
            "the customer was just deleted; run the doctor again to confirm",
        ));
    };
    let is_granted = |id: &BenefitId| state.granted_benefits.iter().any(|granted| granted.benefit_id == *id);
    match benefits_of(product).find(|id| !is_granted(id)) {
        None => Ok(Finding::ok("Polar grants the customer the benefits of the product")),
        Some(_) => {
            let says = format!("Polar does not grant the customer the benefits of {:?}", product.name);
            Err(Finding::broken(
                says,
                "look at the customer's orders at Polar: the product may not be bought or paid yet, be refunded, or its subscription may have ended",
            ))
        }
    }
}

async fn open_session(polar: &Client, customer: CustomerId) -> Look<(CustomerSession, Finding)> {
    let Some(session) = polar.customer_sessions().create(customer).await? else {
        return Err(Finding::broken(
            "Polar creates no session for this customer",
            "the customer was just deleted; run the doctor again to confirm",
        ));
    };
    Ok((session, Finding::ok("the shop can open a customer session at Polar")))
}

async fn list_files(
    polar: &Client,
    session: &CustomerSession,
    product: &Product,
) -> Look<(Vec<Downloadable>, Finding)> {
    let list = ListDownloadables { benefit_ids: benefits_of(product).collect(), ..ListDownloadables::default() };
    let files = polar.portal(&session.token).all_downloadables(&list).await?;
    let benefits = product.benefits.iter().filter(|benefit| benefit.kind == BenefitType::Downloadables);
    let mut wanted = benefits.flat_map(|benefit| benefit.files().into_iter().map(|file| (benefit.id, file)));
    let is_listed = |(benefit, file)| files.iter().any(|listed| listed.benefit_id == benefit && listed.file.id == file);
    if let Some((_, file)) = wanted.find(|wanted| !is_listed(*wanted)) {
        let says = format!("Polar does not list the file {file} for this customer");
        return Err(Finding::broken(
            says,
            "look at the file in the benefit at Polar: it may be disabled, flagged as malicious, or not fully uploaded",
        ));
    }
    let says = format!("Polar lists {} for this customer", counted(files.len(), "file"));
    Ok((files, Finding::ok(says)))
}

/// Asks as the download function does, with a session that is not stored.
async fn check_quota(shop: &Shop, clients: &Clients, session: &CustomerSession, product: &Product) -> Look {
    let (now, customer) = (Timestamp::now(), Uuid::from(session.customer_id));
    let portal_token = PortalToken { secret: session.token.expose().into(), expires_at: session.expires_at };
    let as_buyer = Session {
        token: SessionToken::generate(customer),
        customer_id: customer,
        scope: Scope::Account,
        client: None,
        created_at: now,
        renewed_at: now,
        expires_at: session.expires_at,
        absolute_expires_at: session.expires_at,
        portal_token: Some(portal_token),
    };
    let sessions = Sessions::new(clients.dynamodb.clone(), shop.settings.required::<String>("SESSIONS_TABLE")?);
    let purchases = Purchases::from_settings(&shop.settings, clients, sessions)?.list(&as_buyer, now).await;
    let purchases = purchases.map_err(|error| Finding::broken(causes(&error), "fix the checks above first"))?;
    let of_product = purchases.into_iter().filter(|purchase| purchase.product_id == Some(product.id));
    // A file that was bought twice can be downloaded from either purchase.
    let mut best: BTreeMap<Uuid, Purchase> = BTreeMap::new();
    for purchase in of_product {
        let known = best.entry(purchase.id.file_id).or_insert_with(|| purchase.clone());
        if known.status != Status::Available {
            *known = purchase;
        }
    }
    match best.values().find(|purchase| purchase.status != Status::Available) {
        Some(purchase) => Err(why_not(purchase, shop, customer)),
        None if best.is_empty() => {
            let says = format!("the customer's library contains no file of {:?}", product.name);
            Err(Finding::broken(says, "look at the customer's orders at Polar"))
        }
        None => Ok(Finding::ok(best.values().map(left).collect::<Vec<_>>().join("; "))),
    }
}

fn left(purchase: &Purchase) -> String {
    match purchase.remaining() {
        Some(left) => format!("{:?}: {left} downloads left", purchase.file_name()),
        None => format!("{:?}: no download limit", purchase.file_name()),
    }
}

fn why_not(purchase: &Purchase, shop: &Shop, customer: Uuid) -> Finding {
    let name = purchase.file_name();
    match (purchase.status, purchase.access_expires_at) {
        (Status::Pending, _) => Finding::broken(
            format!("{name:?} was bought, but Polar has not granted it yet"),
            "wait a few minutes; if it is still not granted, look at the order at Polar",
        ),
        (_, Some(end)) if end <= Timestamp::now() => {
            let says = format!("the access period of {name:?} ended at {end}");
            Finding::broken(says, "raise download_days in the metadata of the benefit or product at Polar")
        }
        _ if purchase.remaining() == Some(0) => {
            let says = format!("all {} downloads of {name:?} are used up", purchase.used);
            let file = purchase.id.file_id;
            Finding::broken(says, format!("run `storefront quota grant {customer} {file} 1{}`", shop.flag()))
        }
        _ => Finding::broken(format!("access to {name:?} was revoked"), "look at the order and its grants at Polar"),
    }
}

/// Fetches the first byte of each file, without counting a download.
async fn open_links(shop: &Shop, polar: &Client, session: &CustomerSession, files: &[Downloadable]) -> Look {
    for listed in files {
        let name = &listed.file.name;
        let again = "upload the file to the benefit at Polar again, or contact Polar's support";
        let Some(stored) = polar.portal(&session.token).resolve(&listed.file.download).await? else {
            return Err(Finding::broken(format!("Polar has no file behind its link to {name:?}"), again));
        };
        let first_byte = shop.request(Method::GET, stored.url.expose()).header(header::RANGE, "bytes=0-0").send().await;
        match first_byte.map(|answer| answer.status()) {
            Ok(StatusCode::OK | StatusCode::PARTIAL_CONTENT) => {}
            Ok(status) => return Err(Finding::broken(format!("the file store answers {status} for {name:?}"), again)),
            Err(error) => {
                let says = format!("the file store of {name:?} does not answer: {}", causes(&error.without_url()));
                return Err(Finding::broken(says, "try again later"));
            }
        }
    }
    Ok(Finding::ok(format!("received the first byte of {}", counted(files.len(), "file"))))
}
