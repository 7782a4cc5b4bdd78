use crate::Job;

/// A job in a queue within this process.
pub(crate) struct Message {
    pub(crate) job: Job,
    /// How often it was handed out.
    pub(crate) receives: u32,
}

impl Message {
    pub(crate) fn new(job: Job) -> Self {
        Self { job, receives: 0 }
    }
}
