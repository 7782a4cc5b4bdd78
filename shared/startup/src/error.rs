use std::{error::Error, iter::successors};

/// Makes `Debug` print an error and its causes in words, because `main` prints `Debug` when a program fails to start.
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

/// An error with the whole chain of its causes in one line, because the JSON log shows only the first.
#[must_use]
pub fn causes(error: &dyn Error) -> String {
    let causes = successors(error.source(), |&cause| cause.source()).map(ToString::to_string);
    std::iter::once(error.to_string()).chain(causes).collect::<Vec<_>>().join(": ")
}
