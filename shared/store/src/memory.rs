use jiff::Timestamp;

use crate::{Error, item::Item};

/// What a row remembers of what Polar last said. It is sealed, because an open checkout's address is a secret of the buyer's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) sealed: Option<Vec<u8>>,
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) questions: u32,
}

impl Memory {
    pub(crate) fn read(item: &Item) -> Result<Self, Error> {
        Ok(Self {
            sealed: item.optional("payment", Item::bytes)?.map(<[u8]>::to_vec),
            asked_at: item.optional("asked_at", Item::time)?,
            questions: item.optional("questions", Item::number)?.unwrap_or_default(),
        })
    }
}
