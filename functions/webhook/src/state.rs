use polar::WebhookSecret;
use queue::Queue;

/// What a warm instance keeps.
#[derive(Clone)]
pub struct Shop {
    pub(crate) secret: WebhookSecret,
    pub(crate) queue: Queue,
}

impl Shop {
    /// Believes what is signed with this secret, and puts it into this queue.
    #[must_use]
    pub fn new(secret: WebhookSecret, queue: Queue) -> Self {
        Self { secret, queue }
    }
}
