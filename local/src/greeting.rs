use std::fmt::Write;

use crate::{LocalShop, Options};

impl LocalShop {
    /// The addresses of everything that runs, and what to do next.
    #[must_use]
    pub fn greeting(&self, options: &Options) -> String {
        let mut text = format!("\n  Shop           {}\n  E-mails        {}/outbox\n", self.url, self.url);
        let data = if options.memory {
            "in memory, deleted on exit".to_owned()
        } else {
            format!("data in {}", options.data.display())
        };
        match &self.standin {
            Some(standin) => {
                let _ = write!(
                    text,
                    "  Polar          {} (a stand-in; no real payments)\n  DynamoDB       {} (embedded; {data})\n",
                    standin.url(),
                    self.dynamodb.url()
                );
                text += "\n  Open the shop, choose a product, and pay as you@recordings-mail.net.\n";
                text += "  Card 4242 4242 4242 4242 is accepted; 4000 0000 0000 0002 is declined.\n";
            }
            None => {
                let _ = write!(
                    text,
                    "  Polar          the real one\n  DynamoDB       {} (embedded; {data})\n",
                    self.dynamodb.url()
                );
                text += "\n  Open the shop and buy something. It uses Polar's sandbox unless POLAR_SERVER=production is set.\n";
            }
        }
        let _ = writeln!(text, "  Failed background jobs are listed at {}/dead-letters. Stop with Ctrl-C.", self.url);
        text
    }
}
