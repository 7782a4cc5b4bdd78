use std::{error::Error, fmt, iter::successors};

/// Makes `Debug` say an error and its causes in words: a program that does not start is ended by `main`, which prints `Debug`.
macro_rules! in_words {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::error::write_causes(self, f)
            }
        }
    };
}
pub(crate) use in_words;

pub(crate) fn write_causes(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{error}")?;
    successors(error.source(), |&cause| cause.source()).try_for_each(|cause| write!(f, ": {cause}"))
}
