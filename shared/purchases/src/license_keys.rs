use jiff::Timestamp;
use polar::{
    BenefitGrant, BenefitId, BenefitType, CustomerToken, ListPortalLicenseKeys, OrderId, PortalOrder, ProductId,
};
use store::{Scope, Session};

use crate::{
    Error, Purchases,
    bought::Bought,
    library::{came_with, without_renewals},
};

/// A licence key, with its product and order.
#[derive(Clone, Debug)]
pub struct LicenseKey {
    /// The key as Polar has it.
    pub key: polar::LicenseKey,
    /// The name of its benefit, if Polar still returns it.
    pub name: Option<String>,
    /// The product that it was bought with; for a revoked key, a product that includes such keys.
    pub product_id: Option<ProductId>,
    /// The product's name.
    pub product_name: Option<String>,
    /// The order that it was bought with; unknown for a revoked key.
    pub order_id: Option<OrderId>,
}

/// The answers of Polar's portal, fetched concurrently.
struct Answers {
    bought: Bought,
    keys: Vec<polar::LicenseKey>,
    token: CustomerToken,
}

const KEYS: &[BenefitType] = &[BenefitType::LicenseKeys];

impl Purchases {
    /// Lists the licence keys that a session may see, the newest first.
    ///
    /// Polar lists all keys of a customer; an order session gets only those that its orders granted.
    pub async fn license_keys(&self, session: &Session, now: Timestamp) -> Result<Vec<LicenseKey>, Error> {
        let scope = &session.scope;
        let answers = self.as_customer(session, now, |token| ask(&self.polar, token, scope)).await?;
        let Answers { bought, keys, token } = answers;
        // A key without a known order is shown without one.
        let bought = Box::pin(bought.complete(&self.polar.portal(&token), scope, KEYS, Vec::new)).await?;
        let Bought { orders, grants, .. } = bought;
        let orders = without_renewals(orders);
        let rows = keys.into_iter().filter_map(|key| {
            let grant = grants.iter().find(|grant| grant.license_key() == Some(key.id));
            (grant.is_some() || session.scope == Scope::Account).then(|| LicenseKey::new(key, grant, &orders))
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.key.created_at));
        Ok(rows)
    }
}

async fn ask(polar: &polar::Client, token: CustomerToken, scope: &Scope) -> polar::Result<Answers> {
    let portal = polar.portal(&token);
    let keys = ListPortalLicenseKeys::default();
    let (bought, keys) = tokio::try_join!(Bought::newest(&portal, scope, KEYS), portal.all_license_keys(&keys))?;
    Ok(Answers { bought, keys, token })
}

impl LicenseKey {
    fn new(key: polar::LicenseKey, grant: Option<&BenefitGrant>, orders: &[PortalOrder]) -> Self {
        let order = grant.and_then(|grant| orders.iter().find(|order| came_with(grant, order)));
        let product = match order {
            Some(order) => order.product.as_ref(),
            None => {
                orders.iter().filter_map(|order| order.product.as_ref()).find(|product| gives(product, key.benefit_id))
            }
        };
        let benefit = product.and_then(|product| product.benefits.iter().find(|benefit| benefit.id == key.benefit_id));
        let benefit = grant.map(|grant| &grant.benefit).or(benefit);
        Self {
            name: benefit.map(|benefit| benefit.description.clone()),
            product_id: product.map(|product| product.id),
            product_name: product.map(|product| product.name.clone()),
            order_id: order.map(|order| order.id),
            key,
        }
    }
}

fn gives(product: &polar::Product, benefit_id: BenefitId) -> bool {
    product.benefits.iter().any(|benefit| benefit.id == benefit_id)
}
