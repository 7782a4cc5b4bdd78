//! The performance goals, as ratios within one run, so that they do not depend on the machine's speed.

use serde::Serialize;

use crate::{
    compare::{Comparison, Entry, FLOOR, PEER},
    extent::COMPARED,
};

/// One goal, and how far it is reached.
#[derive(Debug, Serialize)]
pub(crate) struct Goal {
    /// What it is about.
    pub(crate) what: String,
    /// What was measured.
    pub(crate) measured: f64,
    /// What it must be.
    pub(crate) wanted: Bound,
    /// Whether it is.
    pub(crate) reached: bool,
}

/// Which side of a number is good.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Goal {
    fn new(what: impl Into<String>, measured: f64, wanted: Bound) -> Self {
        let reached = match wanted {
            Bound::AtMost(most) => measured <= most,
            Bound::AtLeast(least) => measured >= least,
        };
        Self { what: what.into(), measured, wanted, reached }
    }
}

/// The functions that answer HTTP requests.
const HTTP_FUNCTIONS: [&str; 6] = ["catalog", "checkout", "session", "library", "download", "webhook"];

/// Every goal that can be told from these measurements.
pub(crate) fn goals(comparison: &Comparison) -> Vec<Goal> {
    let find = |name: &str| comparison.programs.iter().find(|entry| entry.name == name);
    let functions: Vec<_> = comparison.programs.iter().filter(|entry| ![FLOOR, PEER].contains(&&*entry.name)).collect();
    let mut goals = Vec::new();
    if let Some(floor) = find(FLOOR) {
        for entry in functions.iter().filter(|entry| HTTP_FUNCTIONS.contains(&&*entry.name)) {
            let ratio = entry.near.init / floor.near.init;
            goals.push(Goal::new(format!("{}: init ÷ the floor's", entry.name), ratio, Bound::AtMost(1.5)));
        }
    }
    if let (Some(ours), Some(peer)) = (find(COMPARED), find(PEER)) {
        goals.extend(beside_peer(ours, peer));
    }
    if let Some(remote) = find(COMPARED).and_then(|entry| entry.remote.as_ref())
        && let Some(chain) = &comparison.chain
    {
        goals.push(Goal::new(
            "warm download ÷ (1 Polar + 2 DynamoDB)",
            remote.warm_p50 / chain.warm,
            Bound::AtMost(1.03),
        ));
        goals.push(Goal::new(
            "cold first download ÷ its longest chain",
            remote.first / chain.cold,
            Bound::AtMost(1.05),
        ));
    }
    for entry in functions {
        #[expect(clippy::cast_precision_loss, reason = "far below 2 to the 52nd")]
        let zip = entry.size.zip as f64 / 1e6;
        goals.push(Goal::new(format!("{}: zip in MB", entry.name), zip, Bound::AtMost(3.0)));
    }
    for (route, polar, most) in [("GET /api/products", 0, 1), ("GET /api/session", 0, 1)] {
        if let Some(calls) = comparison.routes.iter().find(|calls| calls.route == route) {
            let count = |calls: usize| f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
            let (to_polar, to_aws) = (calls.polar.values().sum(), calls.aws.values().sum());
            goals.push(Goal::new(format!("{route}: calls to Polar"), count(to_polar), Bound::AtMost(count(polar))));
            goals.push(Goal::new(format!("{route}: calls to DynamoDB"), count(to_aws), Bound::AtMost(count(most))));
        }
    }
    goals
}

fn beside_peer(ours: &Entry, peer: &Entry) -> [Goal; 6] {
    let (ours, peer) = (&ours.near, &peer.near);
    [
        Goal::new("Node's init ÷ ours", peer.init / ours.init, Bound::AtLeast(60.0)),
        Goal::new("Node's first invocation ÷ ours", peer.first / ours.first, Bound::AtLeast(20.0)),
        Goal::new("Node's warm p50 ÷ ours", peer.warm_p50 / ours.warm_p50, Bound::AtLeast(2.5)),
        Goal::new("Node's warm p99 ÷ ours", peer.warm_p99 / ours.warm_p99, Bound::AtLeast(7.0)),
        Goal::new("Node's warm CPU ÷ ours", peer.warm_cpu / ours.warm_cpu, Bound::AtLeast(5.0)),
        Goal::new("Node's peak memory ÷ ours", peer.peak_memory / ours.peak_memory, Bound::AtLeast(25.0)),
    ]
}
