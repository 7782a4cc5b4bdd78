use queue::Queue;
use startup::KeptSecret;

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) secret: KeptSecret,
    pub(crate) queue: Queue,
}

impl Shop {
    /// Believes what is signed with this secret, and puts it into this queue.
    #[must_use]
    pub fn new(secret: KeptSecret, queue: Queue) -> Self {
        Self { secret, queue }
    }
}
