use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        CancellationReason, TransactWriteItem,
        builders::{ConditionCheckBuilder, DeleteBuilder, PutBuilder, UpdateBuilder},
    },
};

use crate::Error;

/// If several transactions change the same rows at once, DynamoDB cancels all but one of them, and possibly every one.
const ATTEMPTS: u32 = 4;

/// Writes all or nothing; `false` if the condition of one of the writes was not met.
///
/// # Errors
/// [`Error::Conflict`] when others kept writing to the same rows and none of them has won yet.
pub(crate) async fn write_together(client: &Client, writes: &[TransactWriteItem]) -> Result<bool, Error> {
    for attempt in 1..=ATTEMPTS {
        let transaction = client.transact_write_items().set_transact_items(Some(writes.to_vec()));
        let Err(error) = transaction.send().await else { return Ok(true) };
        match cancellation(error.as_service_error()) {
            Some("ConditionalCheckFailed") => return Ok(false),
            Some("TransactionConflict") => tokio::time::sleep(Duration::from_millis(20) * attempt).await,
            _ => return Err(error.into()),
        }
    }
    Err(Error::Conflict)
}

/// A write of a whole row.
pub(crate) fn put(write: PutBuilder) -> TransactWriteItem {
    TransactWriteItem::builder().put(write.build().expect("it has a table and a row")).build()
}

/// A change of a row.
pub(crate) fn update(write: UpdateBuilder) -> TransactWriteItem {
    TransactWriteItem::builder().update(write.build().expect("it has a table, a key and an expression")).build()
}

/// A deletion of a row.
pub(crate) fn delete(write: DeleteBuilder) -> TransactWriteItem {
    TransactWriteItem::builder().delete(write.build().expect("it has a table and a key")).build()
}

/// A condition on a row that stays as it is.
pub(crate) fn condition(check: ConditionCheckBuilder) -> TransactWriteItem {
    let check = check.build().expect("it has a table, a key and an expression");
    TransactWriteItem::builder().condition_check(check).build()
}

/// The first reason that DynamoDB gives for cancelling a transaction.
fn cancellation(error: Option<&TransactWriteItemsError>) -> Option<&str> {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error else { return None };
    canceled.cancellation_reasons().iter().filter_map(CancellationReason::code).find(|code| *code != "None")
}
