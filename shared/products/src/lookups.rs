use std::{collections::HashMap, sync::Arc, time::Instant};

use polar::{Product, ProductId};

use crate::freshness::FRESH;

/// How many look-ups at Polar visitors can cause within a minute.
///
/// Anybody can make up an id for each request, and each look-up counts against the 500 requests a minute that Polar
/// allows the whole shop. A new product needs them for a minute at most: its event takes it into the catalog within
/// seconds, and each instance reads that once a minute.
const MOST_LOOKUPS: usize = 10;

/// A running instance's cache of products that are not in the catalog.
#[derive(Default)]
pub(crate) struct Lookups {
    known: HashMap<ProductId, Lookup>,
    /// The look-ups that visitors caused.
    looked_up_at: Vec<Instant>,
}

/// Polar's answer about one of them.
pub(crate) struct Lookup {
    pub(crate) product: Option<Arc<Product>>,
    asked_at: Instant,
}

impl Lookups {
    /// Finds Polar's answer of the last minute, if there is one.
    pub(crate) fn find(&self, id: ProductId, now: Instant) -> Option<&Lookup> {
        self.known.get(&id).filter(|known| is_fresh(known.asked_at, now))
    }

    /// Counts one look-up by a visitor, if one is left.
    pub(crate) fn take_lookup(&mut self, now: Instant) -> bool {
        self.looked_up_at.retain(|looked_up_at| is_fresh(*looked_up_at, now));
        let is_left = self.looked_up_at.len() < MOST_LOOKUPS;
        if is_left {
            self.looked_up_at.push(now);
        }
        is_left
    }

    /// Stores Polar's answer.
    pub(crate) fn remember(&mut self, id: ProductId, product: Option<Arc<Product>>, now: Instant) {
        // Removing stale entries limits the memory to the look-ups of one minute.
        self.known.retain(|_, known| is_fresh(known.asked_at, now));
        self.known.insert(id, Lookup { product, asked_at: now });
    }
}

fn is_fresh(asked_at: Instant, now: Instant) -> bool {
    now.duration_since(asked_at) < FRESH
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_eleventh_lookup_of_a_minute_asks_nobody_and_the_next_minute_asks_again() {
        let (mut lookups, begun) = (Lookups::default(), Instant::now());
        let first = begun + Duration::from_secs(1);
        for lookup in 1..=10 {
            assert!(lookups.take_lookup(first), "{lookup}");
        }
        for (after, is_left) in [(1, false), (30, false), (60, false), (61, true)] {
            assert_eq!(lookups.take_lookup(begun + Duration::from_secs(after)), is_left, "{after} s");
        }
    }

    #[test]
    fn a_minute_is_counted_from_each_lookup_on() {
        let (mut lookups, begun) = (Lookups::default(), Instant::now());
        for second in 0..10 {
            assert!(lookups.take_lookup(begun + Duration::from_secs(second)), "{second} s");
        }
        for (second, is_left) in [(60, true), (60, false), (61, true), (61, false)] {
            assert_eq!(lookups.take_lookup(begun + Duration::from_secs(second)), is_left, "{second} s");
        }
    }

    #[test]
    fn what_polar_said_is_known_for_a_minute() {
        let (mut lookups, asked_at) = (Lookups::default(), Instant::now());
        let id = ProductId::from(Uuid::from_u128(1));
        assert!(lookups.find(id, asked_at).is_none());
        lookups.remember(id, None, asked_at);
        for (after, is_known) in [(0, true), (59, true), (60, false)] {
            let found = lookups.find(id, asked_at + Duration::from_secs(after));
            assert_eq!(found.is_some_and(|known| known.product.is_none()), is_known, "{after} s");
        }
    }
}
