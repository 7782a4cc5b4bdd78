#![doc = include_str!("../README.md")]

mod clients;
mod error;
mod http_client;
mod logs;
mod lookups;
mod secrets;
mod settings;

pub use clients::{Clients, DYNAMODB_TIME_LIMIT, connect_aws};
pub use error::causes;
pub use http_client::http_client;
pub use logs::log_json_to_stdout;
pub use secrets::{KeptSecret, Secret, SecretError};
pub use settings::{SettingError, Settings};
