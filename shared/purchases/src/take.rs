use std::{collections::HashMap, iter};

use jiff::Timestamp;
use polar::{CustomerToken, Downloadable, OrderId, ProductId, SecretUrl};
use store::{Quota, Scope, Session, Taken};
use url::Url;
use uuid::Uuid;

use crate::{Choice, Content, Error, Purchase, Purchases, Status};

/// What a buyer wants to download; what is left out does not matter to the buyer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// A file of this product.
    pub product_id: Option<ProductId>,
    /// This file.
    pub file_id: Option<Uuid>,
    /// As bought with this order.
    pub order_id: Option<OrderId>,
}

impl Wanted {
    fn matches(&self, purchase: &Purchase) -> bool {
        self.product_id.is_none_or(|id| purchase.product_id == Some(id))
            && self.file_id.is_none_or(|id| purchase.id.file_id == id)
            && self.order_id.is_none_or(|id| purchase.id.order_id == id)
    }
}

/// The address of a file. Whoever holds it can use it: it belongs into the answer and nowhere else.
#[derive(Clone, Debug)]
pub enum Link {
    /// A link that Polar signed, to its own address or to that of the store behind it.
    AtPolar {
        /// The address.
        url: SecretUrl,
        /// When it stops working.
        expires_at: Timestamp,
    },
    /// The merchant's own address, which does not expire.
    Elsewhere(Url),
}

impl Link {
    pub(crate) fn at_polar(file: &Downloadable) -> Self {
        let download = &file.file.download;
        Self::AtPolar { url: download.url.clone(), expires_at: download.expires_at }
    }

    /// The address itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::AtPolar { url, .. } => url.expose(),
            Self::Elsewhere(url) => url.as_str(),
        }
    }

    /// When the address stops working.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::AtPolar { expires_at, .. } => Some(*expires_at),
            Self::Elsewhere(_) => None,
        }
    }
}

/// A download that was taken.
#[derive(Clone, Debug)]
pub struct Download {
    /// The purchase, counted.
    pub purchase: Purchase,
    /// Where the file is.
    pub link: Link,
    /// Whether it was free, as the repeat of a download within its grace time.
    pub repeated: bool,
}

/// A file that Polar lets a buyer have now, by every purchase that gives it; its counters were not asked yet.
pub struct Offer {
    first: Candidate,
    others: Vec<Candidate>,
    /// The token that Polar answered to.
    token: CustomerToken,
}

impl Offer {
    /// The purchase that the download is counted on, unless it is used up.
    #[must_use]
    pub fn purchase(&self) -> &Purchase {
        &self.first.0
    }
}

impl Purchases {
    /// Asks Polar for what a buyer wants; nothing is counted yet.
    pub async fn offer(&self, session: &Session, wanted: Wanted, now: Timestamp) -> Result<Offer, Error> {
        let bought = Box::pin(self.shelf(session, now)).await?;
        let (first, others) = choose(bought.purchases(&HashMap::new(), now), wanted, session.scope, now)?;
        Ok(Offer { first, others, token: bought.token })
    }

    /// Takes one download of what Polar offers.
    ///
    /// A file that was bought more than once is taken from the oldest purchase with a download left.
    pub async fn take(&self, session: &Session, offer: Offer, now: Timestamp) -> Result<Download, Error> {
        let mut limit = 0;
        for (purchase, link) in iter::once(offer.first).chain(offer.others) {
            // Before the unit is taken: what goes wrong here costs nothing.
            let link = if self.resolve_links { self.resolve(link, &offer.token, now).await? } else { link };
            let quota = Quota { limit: purchase.limit, grace: self.grace };
            let taken = self.downloads.take(session.customer_id, purchase.id.counter(), quota, now).await?;
            let (counter, repeated) = match taken {
                Taken::Counted(counter) => (counter, false),
                Taken::Repeated(counter) => (counter, true),
                Taken::LimitReached(counter) => {
                    limit += counter.used;
                    continue;
                }
            };
            return Ok(Download { purchase: purchase.count(Some(&counter), now), link, repeated });
        }
        Err(Error::LimitReached(limit))
    }

    /// Follows a link of Polar's to the store, whose own addresses live no longer than an hour in all.
    async fn resolve(&self, link: Link, token: &CustomerToken, now: Timestamp) -> Result<Link, Error> {
        let Link::AtPolar { url, expires_at } = link else { return Ok(link) };
        let stored = self.polar.portal(token).resolve(&polar::Download { url, expires_at }).await?;
        let stored = stored.ok_or(Error::FileGone)?;
        Ok(Link::AtPolar { url: stored.url, expires_at: now + stored.lifetime })
    }
}

type Candidate = (Purchase, Link);

/// The purchases that can give what is wanted: the oldest, and the others.
fn choose(
    purchases: Vec<Purchase>,
    wanted: Wanted,
    scope: Scope,
    now: Timestamp,
) -> Result<(Candidate, Vec<Candidate>), Error> {
    let matching: Vec<_> = purchases.into_iter().rev().filter(|purchase| wanted.matches(purchase)).collect();
    let Some(first) = matching.first() else {
        return Err(if scope == Scope::Account { Error::NotEntitled } else { Error::OrderScope });
    };
    if matching.iter().any(|purchase| purchase.id.file_id != first.id.file_id) {
        return Err(Error::FileRequired(choices(&matching)));
    }
    let pending = matching.iter().any(|purchase| purchase.status == Status::Pending);
    let granted: Vec<_> = matching
        .into_iter()
        .filter_map(|purchase| {
            let link = purchase.link.clone()?;
            Some((purchase, link))
        })
        .collect();
    match granted.is_empty() {
        true if pending => return Err(Error::Pending),
        true => return Err(Error::NotEntitled),
        false => {}
    }
    let mut open = granted.into_iter().filter(|(purchase, _)| !purchase.access_is_over(now));
    let oldest = open.next().ok_or(Error::AccessExpired)?;
    Ok((oldest, open.collect()))
}

fn choices(purchases: &[Purchase]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    // The newest purchase's order of files, as in the library.
    for purchase in purchases.iter().rev() {
        let size = match &purchase.content {
            Content::File(file) => Some(file.size),
            Content::Url | Content::Withheld => None,
        };
        let choice = Choice { file_id: purchase.id.file_id, name: purchase.file_name().to_owned(), size };
        if choices.iter().all(|known| known.file_id != choice.file_id) {
            choices.push(choice);
        }
    }
    choices
}
