//! How a stand-in is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::Shop;

/// What a [`Standin`](crate::Standin) starts with; the default is an empty shop on a free loopback port.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// What it sells, and who bought what before.
    pub shop: Shop,
    /// When the steps after a confirmed checkout happen.
    pub pace: Pace,
    /// Where customers, checkouts and orders survive a restart; `None` forgets them.
    pub state_file: Option<PathBuf>,
    /// How long a confirm keeps its checkout locked, so that a parallel one is answered 409 `CheckoutLocked`.
    pub confirm_takes: Duration,
    /// Whose limits of calls hold; by default none.
    pub rate_limits: RateLimits,
}

/// How often callers may call. Counts and blocks run on the stand-in's own clock and end with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RateLimits {
    /// As often as they like.
    #[default]
    Off,
    /// As at Polar's sandbox: 100 calls a minute.
    Sandbox,
    /// As at Polar itself: 500 calls a minute.
    Production,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            shop: Shop::empty(),
            pace: Pace::default(),
            state_file: None,
            confirm_takes: Duration::ZERO,
            rate_limits: RateLimits::Off,
        }
    }
}

/// When a confirmed checkout becomes an order, and the order gives its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Only when asked: [`settle`](crate::Standin::settle) and [`settle_step`](crate::Standin::settle_step).
    Manual,
    /// By itself, after these delays.
    Timed {
        /// From the confirm to the order and status `succeeded`.
        confirmed_to_succeeded: Duration,
        /// From the order to its benefit grants.
        succeeded_to_granted: Duration,
    },
}

impl Default for Pace {
    /// About what the recordings show (286b, 2f1).
    fn default() -> Self {
        Self::Timed {
            confirmed_to_succeeded: Duration::from_millis(400),
            succeeded_to_granted: Duration::from_millis(400),
        }
    }
}
