#![doc = include_str!("../README.md")]

mod access;
mod client_name;
mod code;
mod compression;
mod cookies;
mod enumerations;
mod error;
mod input;
mod intent;
mod lambda;
mod origins;
mod pagination;
mod problem;
mod refusals;
mod refused;
mod renewal;
mod request;
mod routes;
mod serve;

pub use access::{Access, AccountSession, Browser, Lifetimes, MaybeSignedIn, Shares, SignedIn, Transport};
pub use client_name::ClientName;
pub use code::Code;
pub use compression::gzip;
pub use cookies::{
    BROWSER_COOKIE, SESSION_COOKIE, clear_session_cookie, credential_of, set_browser_cookie, set_other_browser_cookie,
    set_session_cookie,
};
pub use enumerations::{
    AmountType, BenefitType, CheckoutStatus, DiscountType, Interval, LicenseKeyStatus, OrderStatus, Pending,
    enumeration,
};
pub use error::ApiError;
pub use input::{Json, Path, Query, RawBody};
pub use lambda::run;
pub use origins::{Origin, Origins};
pub use pagination::{Count, PageNumber, PageSize, Pagination, page_of};
pub use problem::{FileChoice, Problem};
pub use refusals::{Handler, Refusal, Refuses, describe_problems, describe_refusals};
pub use refused::Refused;
pub use request::{ClientIp, Now};
pub use serve::serve;
