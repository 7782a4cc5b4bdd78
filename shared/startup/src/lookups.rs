//! Lookups of host names.

use std::{
    collections::HashMap,
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{
    FutureExt,
    future::{Shared, WeakShared},
};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

type Lookup = Pin<Box<dyn Future<Output = Result<Arc<[SocketAddr]>, Arc<io::Error>>> + Send>>;

/// Resolves host names through the system; concurrent lookups of the same name share one answer.
///
/// The first download of an instance opens three connections to Polar at once, which would otherwise start three threads with a lookup each.
pub(crate) struct Lookups {
    look_up: fn(String) -> Lookup,
    running: Mutex<HashMap<String, WeakShared<Lookup>>>,
}

impl Default for Lookups {
    fn default() -> Self {
        Self::by(|name| {
            Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await.map_err(Arc::new)?.collect()) })
        })
    }
}

impl Lookups {
    fn by(look_up: fn(String) -> Lookup) -> Self {
        Self { look_up, running: Mutex::default() }
    }

    fn join(&self, name: &str) -> Shared<Lookup> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lookup) = running.get(name).and_then(WeakShared::upgrade).filter(|lookup| lookup.peek().is_none()) {
            return lookup;
        }
        let lookup = (self.look_up)(name.to_owned()).shared();
        running.extend(lookup.downgrade().map(|lookup| (name.to_owned(), lookup)));
        lookup
    }
}

impl Resolve for Lookups {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.join(name.as_str());
        Box::pin(async move {
            let addresses = lookup.await?.to_vec();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::Ipv4Addr,
        sync::atomic::{AtomicU16, Ordering},
    };

    use futures_util::future::join_all;

    use super::*;

    static LOOKUPS: AtomicU16 = AtomicU16::new(0);

    /// Answers with the number of the lookup, once others had their turn.
    fn numbered(_: String) -> Lookup {
        Box::pin(async {
            let number = LOOKUPS.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok([SocketAddr::from((Ipv4Addr::LOCALHOST, number))].into())
        })
    }

    #[tokio::test]
    async fn a_name_is_looked_up_once_for_all_who_ask_meanwhile() {
        let lookups = Lookups::by(numbered);
        let ask = |name: &'static str| lookups.join(name).map(|found| found.expect("an address")[0].port());
        assert_eq!(join_all(["polar", "polar", "aws", "polar"].map(ask)).await, [0, 0, 1, 0]);
        assert_eq!(join_all(["polar", "polar"].map(ask)).await, [2, 2]);
    }
}
