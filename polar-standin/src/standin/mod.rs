//! A running stand-in, and what tests and the local shop do with it.

mod changes;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::connection::Switch;
use crate::deliver::keep_delivering;
use crate::faults::Fault;
use crate::ledger::OrganizationToken;
use crate::options::{Options, Pace};
use crate::requests::Request;
use crate::state::State;
use crate::tokens::{ACCESS_TOKEN, random_token};
use crate::world::World;
use crate::{server, state};

/// A stand-in that listens until it is dropped.
#[derive(Debug)]
pub struct Standin {
    world: World,
    url: String,
    server: JoinHandle<()>,
    deliverer: Option<JoinHandle<()>>,
    everything: Switch,
}

impl Standin {
    /// Starts to listen.
    ///
    /// # Errors
    /// If the address is taken, or the state file cannot be read; a damaged one is left as it is.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let kept = options.state_file.as_deref().map(state::load).transpose()?.flatten();
        let listener = TcpListener::bind(options.address)
            .await
            .with_context(|| format!("cannot listen on {}", options.address))?;
        let url = format!("http://{}", listener.local_addr()?);
        let clock = Arc::new(Clock::default());
        let began = state::begin(options.shop.clone(), kept, clock, url.clone())?;
        let delivers = options.pace != Pace::Manual;
        let world = World::new(began, options);
        // Saves what the shop began with, and puts steps that a stop interrupted back on their timers.
        world.change(|_| ());
        let everything = Switch::default();
        let server = tokio::spawn(server::serve(listener, world.clone(), everything.clone()));
        let deliverer = delivers.then(|| tokio::spawn(keep_delivering(world.clone())));
        Ok(Self { world, url, server, deliverer, everything })
    }

    /// Where it listens, like `http://127.0.0.1:1234`; the hosted checkout is below `/checkout/`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The base address of the API, `/v1` included.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/v1", self.url)
    }

    /// An organization token that may do everything.
    #[must_use]
    pub fn access_token(&self) -> &'static str {
        ACCESS_TOKEN
    }

    /// A new organization token that has only these scopes, like `products:read`.
    #[must_use]
    pub fn token_with_scopes(&self, scopes: &[&str]) -> String {
        let token = random_token("polar_oat_");
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.world.change(|state| state.ledger.tokens.push(OrganizationToken { token: token.clone(), scopes }));
        token
    }

    /// The latest 10,000 requests of the API, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.world.requests().iter().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.world.requests().clear();
    }

    /// Does all pending steps at once: orders, then grants. Gives how many there were.
    #[expect(clippy::unused_async, reason = "callers await it like the other steps of a purchase")]
    pub async fn settle(&self) -> usize {
        self.world.settle(false)
    }

    /// Does only the next pending step; false if there was none.
    #[expect(clippy::unused_async, reason = "callers await it like the other steps of a purchase")]
    pub async fn settle_step(&self) -> bool {
        self.world.settle(true) == 1
    }

    /// Moves its clock forward: links, tokens and checkouts expire, webhooks are tried again.
    pub fn advance(&self, by: Duration) {
        self.world.change(|state| state.clock.advance(by));
    }

    /// Its present.
    #[must_use]
    pub fn now(&self) -> jiff::Timestamp {
        self.world.read(State::now)
    }

    /// Scripts trouble; earlier faults of the same route come first.
    pub fn fault(&self, fault: Fault) {
        self.world.faults().push(fault);
    }

    /// Ends all scripted trouble.
    pub fn clear_faults(&self) {
        self.world.faults().clear();
    }

    /// Holds a checkout as if a confirm were under way: others get 409 until [`unlock_checkout`](Self::unlock_checkout).
    pub fn lock_checkout(&self, id: Uuid) {
        self.world.lock(id);
    }

    /// Lets go of a checkout.
    pub fn unlock_checkout(&self, id: Uuid) {
        self.world.unlock(id);
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.server.abort();
        self.deliverer.iter().for_each(JoinHandle::abort);
        self.everything.cut();
    }
}
