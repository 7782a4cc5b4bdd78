use queue::Queue;
use startup::KeptSecret;

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) secret: KeptSecret,
    pub(crate) queue: Queue,
}

impl Shop {
    /// Accepts events that are signed with this secret, and puts them into this queue.
    #[must_use]
    pub fn new(secret: KeptSecret, queue: Queue) -> Self {
        Self { secret, queue }
    }
}
