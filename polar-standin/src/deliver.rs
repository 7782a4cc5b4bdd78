//! Attempts, in the order of the events for each endpoint.

use std::time::Duration;

use tokio::task::JoinSet;
use uuid::Uuid;

use crate::state::State;
use crate::world::World;

/// Tries once everything that is due now; gives the number of attempts.
pub(crate) async fn deliver_due(world: &World) -> usize {
    let _turn = world.turn().await;
    let mut endpoints = JoinSet::new();
    for events in world.read(State::due_events) {
        endpoints.spawn(deliver_in_order(world.clone(), events));
    }
    endpoints.join_all().await.into_iter().sum()
}

/// Delivers whenever something becomes due, for ever.
pub(crate) async fn keep_delivering(world: World) {
    loop {
        deliver_due(&world).await;
        match world.read(State::next_delivery) {
            Some(wait) => {
                let _ = tokio::time::timeout(Duration::try_from(wait).unwrap_or_default(), world.changed()).await;
            }
            None => world.changed().await,
        }
    }
}

async fn deliver_in_order(world: World, events: Vec<Uuid>) -> usize {
    let mut attempts = 0;
    for id in events {
        // An endpoint may have been switched off or removed by the events before.
        let Some((delivery, now)) = world.read(|state| Some((state.pending_delivery(id)?, state.now()))) else {
            continue;
        };
        let outcome = world.courier().send(&delivery, now).await;
        world.change(|state| state.record_attempt(id, outcome));
        attempts += 1;
    }
    attempts
}
