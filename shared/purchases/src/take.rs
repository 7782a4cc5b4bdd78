use std::iter;

use jiff::Timestamp;
use polar::{CustomerToken, OrderId, ProductId};
use store::{Quota, Scope, Session, Taken};
use uuid::Uuid;

use crate::{Choice, Content, Error, Link, Purchase, Purchases, Status};

/// What a buyer wants to download. `None` means any.
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

/// A download that was taken.
#[derive(Clone, Debug)]
pub struct Download {
    /// The purchase, counted.
    pub purchase: Purchase,
    /// Where the file is.
    pub link: Link,
    /// Whether it was not counted, as a repeat within the grace period.
    pub repeated: bool,
}

/// A file that Polar grants the buyer, with every purchase that includes it. Its counters are not read yet.
pub struct Offer {
    first: Candidate,
    others: Vec<Candidate>,
    /// The customer token that the requests used.
    token: CustomerToken,
}

impl Offer {
    /// The purchase that the download is counted against, unless it is used up.
    #[must_use]
    pub fn purchase(&self) -> &Purchase {
        &self.first.0
    }
}

impl Purchases {
    /// Finds what a buyer wants at Polar; nothing is counted yet.
    pub async fn offer(&self, session: &Session, wanted: Wanted, now: Timestamp) -> Result<Offer, Error> {
        let bought = Box::pin(self.library(session, now)).await?;
        let (first, others) = choose(bought.rows(now), wanted, &session.scope, now)?;
        Ok(Offer { first, others, token: bought.token })
    }

    /// Takes one download of an offer.
    ///
    /// If the file was bought more than once, the download is counted against the oldest purchase with a download left.
    pub async fn take(&self, session: &Session, offer: Offer, now: Timestamp) -> Result<Download, Error> {
        let mut limit = 0;
        for (purchase, link) in iter::once(offer.first).chain(offer.others) {
            // Before the download is counted, so that a failure here counts nothing.
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

    /// Follows Polar's link to the file store, whose own addresses work for at most an hour.
    async fn resolve(&self, link: Link, token: &CustomerToken, now: Timestamp) -> Result<Link, Error> {
        let Link::AtPolar { url, expires_at } = link else { return Ok(link) };
        let stored = self.polar.portal(token).resolve(&polar::Download { url, expires_at }).await?;
        let stored = stored.ok_or(Error::FileGone)?;
        Ok(Link::AtPolar { url: stored.url, expires_at: now + stored.lifetime })
    }
}

type Candidate = (Purchase, Link);

/// The purchases that include the wanted file: the oldest, and the others.
fn choose(
    purchases: Vec<Purchase>,
    wanted: Wanted,
    scope: &Scope,
    now: Timestamp,
) -> Result<(Candidate, Vec<Candidate>), Error> {
    let matching = purchases.into_iter().rev().filter(|purchase| wanted.matches(purchase));
    let (gone, matching): (Vec<_>, Vec<_>) = matching.partition(Purchase::is_gone);
    let Some(first) = matching.first() else {
        return Err(match scope {
            _ if !gone.is_empty() => Error::FileGone,
            Scope::Account => Error::NotEntitled,
            Scope::Orders(_) => Error::OrderScope,
        });
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
        true if !gone.is_empty() => return Err(Error::FileGone),
        true => return Err(Error::NotEntitled),
        false => {}
    }
    let mut open = granted.into_iter().filter(|(purchase, _)| !purchase.access_is_over(now));
    let oldest = open.next().ok_or(Error::AccessExpired)?;
    Ok((oldest, open.collect()))
}

fn choices(purchases: &[Purchase]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    // In the order of files of the newest purchase, as in the library.
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

#[cfg(test)]
mod tests {
    use store::Orders;

    use super::*;
    use crate::buyer::{ALBUM, Buyer, MANUAL, buyer};

    /// Long after all grants.
    const LATER: &str = "2026-11-21T12:00:00Z";
    const ARCHIVED: &str = "fec1c026-6103-4585-b848-12782f9a73f3";
    const EMPTY: &str = "2f0-portal-downloadables-right-after-succeeded";

    fn product(id: &str) -> Wanted {
        Wanted { product_id: id.parse().ok(), ..Wanted::default() }
    }

    fn file(id: &str) -> Wanted {
        Wanted { file_id: id.parse().ok(), ..Wanted::default() }
    }

    fn chosen(buyer: Buyer, wanted: Wanted, scope: &Scope, now: &str) -> Result<Purchase, Error> {
        let now = now.parse().expect("a time");
        choose(buyer.library().rows(now), wanted, scope, now).map(|((purchase, _), _)| purchase)
    }

    #[test]
    fn a_granted_file_that_polar_does_not_list_is_pending_at_first_and_gone_later() {
        let order = Scope::Orders(Orders::new());
        let album_file = Wanted { product_id: ALBUM.parse().ok(), ..file(ARCHIVED) };
        for scope in [&Scope::Account, &order] {
            for wanted in [product(MANUAL), file(ARCHIVED), album_file] {
                let refusal = |now| chosen(Buyer { files: EMPTY, ..buyer() }, wanted, scope, now).unwrap_err();
                let at_once = refusal("2026-11-21T11:03:02Z");
                assert!(matches!(at_once, Error::Pending), "{wanted:?} {at_once}");
                let later = refusal(LATER);
                assert!(matches!(later, Error::FileGone), "{wanted:?} {later}");
            }
        }
    }

    #[test]
    fn what_nobody_granted_is_not_called_gone() {
        let stranger = product("00000000-0000-4000-8000-000000000001");
        let refusal = chosen(Buyer { files: EMPTY, ..buyer() }, stranger, &Scope::Account, LATER).unwrap_err();
        assert!(matches!(refusal, Error::NotEntitled), "{refusal}");
        let order = Scope::Orders(Orders::new());
        let refusal = chosen(Buyer { files: EMPTY, ..buyer() }, stranger, &order, LATER).unwrap_err();
        assert!(matches!(refusal, Error::OrderScope), "{refusal}");
    }

    #[test]
    fn a_grant_whose_file_is_gone_weighs_more_than_one_that_was_taken_back() {
        let mut buyer = Buyer { files: EMPTY, ..buyer() };
        // The older order of the manual is here one that nothing was granted for.
        buyer.orders["items"][1]["id"] = serde_json::json!(Uuid::from_u128(1));
        let refusal = chosen(buyer, product(MANUAL), &Scope::Account, LATER).unwrap_err();
        assert!(matches!(refusal, Error::FileGone), "{refusal}");
    }

    #[test]
    fn a_file_that_is_gone_is_no_choice_beside_the_one_that_is_left() {
        let archived = || Buyer { files: "641-portal-downloadables-after-archive", ..buyer() };
        let left = chosen(archived(), product(ALBUM), &Scope::Account, LATER).expect("the other file");
        assert_eq!(left.file_name(), "album-track-01.txt");
        let refusal = chosen(archived(), file(ARCHIVED), &Scope::Account, LATER).unwrap_err();
        assert!(matches!(refusal, Error::FileGone), "{refusal}");
    }
}
