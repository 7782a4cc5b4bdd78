//! Shops as data: the JSON format of seeds, which the README describes, and how a seed becomes a [`Shop`](crate::Shop).

mod check;
mod format;
mod load;
