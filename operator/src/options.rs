use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use url::Url;
use uuid::Uuid;

/// Sets a shop up, finds what is broken, and helps a buyer whose download does not work.
///
/// Every command needs to know which shop. One of these says it:
///
///   --stack NAME   the shop that was deployed as this CloudFormation stack. Needs AWS credentials, from the environment or from the AWS CLI's profiles.
///
///   --local        the shop that `cargo run` runs on this machine, in the folder where it runs.
///
///   neither        the settings in the environment, spelled as in template.yaml: `POLAR_SERVER`, `POLAR_ACCESS_TOKEN`, `SESSIONS_TABLE`, …
#[derive(Debug, Parser)]
#[command(name = "storefront", version, max_term_width = 110, after_long_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    pub(crate) place: PlaceOptions,

    /// Answer in JSON, on one line, for other programs.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  storefront doctor --local                              is the shop on this machine well?
  storefront setup --stack polar-storefront              after the first deploy
  storefront doctor --stack polar-storefront --customer ada@example.com --product 0b000004-…
                                                         why does her download not work?
  storefront quota grant ada@example.com 0d000006-… 2 --stack polar-storefront
  storefront customer ada@example.com --export --stack polar-storefront > ada.json

Exit codes:
  0  all is well, or done      1  something is broken, not found or refused
  2  the command line is wrong 3  the shop, AWS or Polar cannot be reached";

/// Which shop.
#[derive(Args, Debug)]
pub(crate) struct PlaceOptions {
    /// The shop that was deployed as this CloudFormation stack.
    #[arg(long, global = true, value_name = "NAME", env = "STOREFRONT_STACK", conflicts_with = "local")]
    pub(crate) stack: Option<String>,

    /// The stack's region, if it is not the profile's.
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// The shop that runs on this machine, with its data in this folder.
    #[arg(long, global = true, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = ".shop")]
    pub(crate) local: Option<PathBuf>,

    /// Where the shop's routes are, if neither stack nor folder says it.
    #[arg(long, global = true, value_name = "URL", env = "API_URL")]
    pub(crate) api_url: Option<Url>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Connect a deployed shop with Polar: check the token, make the webhook endpoint, keep its secret.
    ///
    /// Can be repeated: what is in order stays as it is. Needs a token with `webhooks:read` and `webhooks:write`; the shop's own token does not need them, so give another in
    /// `POLAR_SETUP_TOKEN`, and delete it at Polar afterwards.
    Setup,

    /// Walk the whole chain from the settings to the file, and say which link is broken and what to do.
    ///
    /// One line for each link: `ok`, `warning`, `BROKEN`, or `skipped` because it hangs on a broken one. Changes nothing; it sends one event of an unknown kind through
    /// the webhook, which the worker ignores.
    Doctor {
        /// Look at one buyer too, by e-mail address or id.
        #[arg(long, value_name = "EMAIL|ID", requires = "product")]
        customer: Option<String>,

        /// The product that this buyer bought.
        #[arg(long, value_name = "ID", requires = "customer")]
        product: Option<Uuid>,
    },

    /// Show what is held about a customer: sessions, download counters, history.
    Customer {
        /// The e-mail address or the id at Polar.
        #[arg(value_name = "EMAIL|ID")]
        customer: String,

        /// Print all of it as JSON, as a customer may ask for by law.
        #[arg(long)]
        export: bool,
    },

    /// Bring back what was erased of a customer within the last seven days: download counters and history.
    ///
    /// The worker erases a customer whom Polar no longer has. This is for the case that Polar was wrong, or a wrong customer was deleted there.
    Restore {
        /// The e-mail address or the id at Polar.
        #[arg(value_name = "EMAIL|ID")]
        customer: String,
    },

    /// Sign a customer out.
    #[command(subcommand)]
    Sessions(SessionsCommand),

    /// Give a customer more downloads of a file.
    #[command(subcommand)]
    Quota(QuotaCommand),

    /// What the shop sells.
    #[command(subcommand)]
    Catalog(CatalogCommand),

    /// What the worker gave up.
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),

    /// What buyers began to buy.
    #[command(subcommand)]
    Checkouts(CheckoutsCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    /// End all sessions of a customer, or one of them, with effect on the next request.
    End {
        /// The e-mail address or the id at Polar.
        #[arg(value_name = "EMAIL|ID")]
        customer: String,

        /// Only this session, by the id that `storefront customer` shows.
        #[arg(long, value_name = "ID")]
        id: Option<String>,
    },
}

/// Whose file, of which purchase.
#[derive(Args, Debug)]
pub(crate) struct BoughtFile {
    /// The e-mail address or the id at Polar.
    #[arg(value_name = "EMAIL|ID")]
    pub(crate) customer: String,

    /// The file's id, as `storefront customer` shows it.
    #[arg(value_name = "FILE")]
    pub(crate) file: Uuid,

    /// The order, where the customer bought the file more than once.
    #[arg(long, value_name = "ORDER")]
    pub(crate) purchase: Option<Uuid>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuotaCommand {
    /// Forget how often a file was downloaded: the whole limit is there again.
    Reset(#[command(flatten)] BoughtFile),

    /// Give some downloads beyond the limit.
    Grant {
        #[command(flatten)]
        file: BoughtFile,

        /// How many.
        #[arg(value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1000))]
        downloads: u32,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Fetch everything from Polar anew, now.
    Refresh,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum DeadLettersCommand {
    /// List the messages that the worker could not do, without whom they were for.
    List,

    /// Put them back into the queue. Do this after the cause is gone.
    Retry,
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum CheckoutsCommand {
    /// List the newest checkouts, and which of them opened a session.
    List {
        /// How many.
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
    },
}
