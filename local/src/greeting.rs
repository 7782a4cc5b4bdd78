use std::fmt::Write;

use crate::{LocalShop, Options};

impl LocalShop {
    /// What runs where, and what to click.
    #[must_use]
    pub fn greeting(&self, options: &Options) -> String {
        let mut text = format!("\n  The shop       {}\n  Its mails      {}/outbox\n", self.url, self.url);
        let data =
            if options.memory { "forgotten on exit".to_owned() } else { format!("kept in {}", options.data.display()) };
        match &self.standin {
            Some(standin) => {
                let _ = write!(
                    text,
                    "  Polar          {} (a stand-in; it takes no money)\n  DynamoDB       {} (embedded; {data})\n",
                    standin.url(),
                    self.dynamodb.url()
                );
                text += "\n  Open the shop, buy something, and pay as you@recordings-mail.net.\n";
                text += "  Card 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined.\n";
            }
            None => {
                let _ = write!(
                    text,
                    "  Polar          the real one\n  DynamoDB       {} (embedded; {data})\n",
                    self.dynamodb.url()
                );
                text +=
                    "\n  Open the shop and buy something. Without POLAR_SERVER=production this is Polar's sandbox.\n";
            }
        }
        let _ =
            writeln!(text, "  What the worker could not do is listed at {}/dead-letters. Stop with Ctrl-C.", self.url);
        text
    }
}
