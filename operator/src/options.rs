use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use url::Url;
use uuid::Uuid;

/// Sets up a shop, diagnoses problems, and helps buyers whose downloads do not work.
///
/// Every command needs to know which shop you mean. Choose one:
///
///   --stack NAME   a shop deployed as this CloudFormation stack. Needs AWS credentials from the environment or from an AWS CLI profile.
///
///   --local        the shop that `cargo run` started on this machine. Run the command in the same folder.
///
///   neither        the shop described by environment variables, named as in template.yaml: `POLAR_SERVER`, `POLAR_ACCESS_TOKEN`, `SESSIONS_TABLE`, …
#[derive(Debug, Parser)]
#[command(name = "storefront", version, max_term_width = 110, after_long_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    pub(crate) place: PlaceOptions,

    /// Print the result as one line of JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  storefront doctor --local                              check the shop on this machine
  storefront setup --stack polar-storefront              connect the shop to Polar after the first deployment
  storefront doctor --stack polar-storefront --customer ada@example.com --product 0b000004-…
                                                         find out why her download does not work
  storefront quota grant ada@example.com 0d000006-… 2 --stack polar-storefront
  storefront customer ada@example.com --export --stack polar-storefront > ada.json

Exit codes:
  0  success                    1  a check failed, or something was not found or refused
  2  invalid command line       3  the shop, AWS or Polar could not be reached";

/// Which shop.
#[derive(Args, Debug)]
pub(crate) struct PlaceOptions {
    /// Use the shop deployed as this CloudFormation stack.
    #[arg(long, global = true, value_name = "NAME", env = "STOREFRONT_STACK", conflicts_with = "local")]
    pub(crate) stack: Option<String>,

    /// AWS region of the stack, if it differs from your profile's region.
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// Use the shop running on this machine, with its data in this folder.
    #[arg(long, global = true, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = ".shop")]
    pub(crate) local: Option<PathBuf>,

    /// Base URL of the shop's API, if neither --stack nor --local is given.
    #[arg(long, global = true, value_name = "URL", env = "API_URL")]
    pub(crate) api_url: Option<Url>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Connect a deployed shop to Polar: check the access token, create the webhook endpoint, and store its secret.
    ///
    /// You can run it again at any time; it changes only what is wrong. It needs a token with the scopes `webhooks:read` and `webhooks:write`. The shop's own token works without
    /// them, so pass a second token in `POLAR_SETUP_TOKEN`, and delete that token at Polar afterwards.
    Setup,

    /// Check everything from the settings to the files, and say what is broken and how to fix it.
    ///
    /// Prints one line per check: `ok`, `warning`, `BROKEN`, or `skipped` if it depends on a check that failed. Changes nothing. To test the webhook, it sends one event of an
    /// unknown type, which the worker ignores.
    Doctor {
        /// Also check the downloads of this customer, by e-mail address or Polar customer id.
        #[arg(long, value_name = "EMAIL|ID", requires = "product")]
        customer: Option<String>,

        /// The product that the customer bought, by id.
        #[arg(long, value_name = "ID", requires = "customer")]
        product: Option<Uuid>,
    },

    /// Show the data stored about a customer: sessions, download counters and download history.
    Customer {
        /// The customer's e-mail address or Polar customer id.
        #[arg(value_name = "EMAIL|ID")]
        customer: String,

        /// Print all of it as JSON, to answer a customer's data access request.
        #[arg(long)]
        export: bool,
    },

    /// Restore a customer's download counters and history that were erased within the last seven days.
    ///
    /// The worker erases a customer's data once the customer no longer exists at Polar. Use this command if the customer was deleted there by mistake.
    Restore {
        /// The customer's e-mail address or Polar customer id.
        #[arg(value_name = "EMAIL|ID")]
        customer: String,
    },

    /// Sign out a customer.
    #[command(subcommand)]
    Sessions(SessionsCommand),

    /// Change how many downloads of a file a customer has left.
    #[command(subcommand)]
    Quota(QuotaCommand),

    /// Manage the catalog of products.
    #[command(subcommand)]
    Catalog(CatalogCommand),

    /// Manage jobs that the worker could not process.
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),

    /// Show checkouts.
    #[command(subcommand)]
    Checkouts(CheckoutsCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    /// End all sessions of a customer, or one of them. Takes effect on the next request.
    End {
        /// The customer's e-mail address or Polar customer id.
        #[arg(value_name = "EMAIL|ID")]
        customer: String,

        /// End only this session. `storefront customer` shows the ids.
        #[arg(long, value_name = "ID")]
        id: Option<String>,
    },
}

/// Whose file, of which purchase.
#[derive(Args, Debug)]
pub(crate) struct BoughtFile {
    /// The customer's e-mail address or Polar customer id.
    #[arg(value_name = "EMAIL|ID")]
    pub(crate) customer: String,

    /// The file id, as shown by `storefront customer`.
    #[arg(value_name = "FILE")]
    pub(crate) file: Uuid,

    /// The order id, if the customer bought the file more than once.
    #[arg(long, value_name = "ORDER")]
    pub(crate) purchase: Option<Uuid>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuotaCommand {
    /// Reset the download counter of a file to zero.
    Reset(#[command(flatten)] BoughtFile),

    /// Allow additional downloads beyond the limit.
    Grant {
        #[command(flatten)]
        file: BoughtFile,

        /// Number of additional downloads.
        #[arg(value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1000))]
        downloads: u32,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Fetch all products from Polar now.
    Refresh,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum DeadLettersCommand {
    /// List the failed jobs. Leaves out e-mail addresses and sign-in codes.
    List,

    /// Put the failed jobs back into the queue. Fix the cause first.
    Retry,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum CheckoutsCommand {
    /// List the newest checkouts, and show which of them opened a session.
    List {
        /// Number of checkouts to list.
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
    },
}
