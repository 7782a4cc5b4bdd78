use crate::shop::DEFAULT_CURRENCY;

/// The currency of records that were written before there were others.
pub(super) fn default_currency() -> String {
    DEFAULT_CURRENCY.to_owned()
}
