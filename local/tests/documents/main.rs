//! What the documents say is true: links lead somewhere, named tests and files are there, and commands and snippets do what they promise.

mod blocks;
mod commands;
mod links;
mod names;
mod prose;
mod text;
