use std::{error::Error, iter::successors};

/// Makes `Debug` say an error and its causes in words: a program that does not start is ended by `main`, which prints `Debug`.
macro_rules! in_words {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&crate::causes(self))
            }
        }
    };
}
pub(crate) use in_words;

/// An error and the whole chain of its causes in one line, for the operator. The JSON log would show only its head.
#[must_use]
pub fn causes(error: &dyn Error) -> String {
    let causes = successors(error.source(), |&cause| cause.source()).map(ToString::to_string);
    std::iter::once(error.to_string()).chain(causes).collect::<Vec<_>>().join(": ")
}
