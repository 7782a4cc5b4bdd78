use serde::Serialize;

/// A link of the chain from the settings to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Link {
    Settings,
    AccessToken,
    Polar,
    ApiVersion,
    Token,
    Scopes,
    Server,
    Organization,
    Benefits,
    Files,
    Terms,
    Tables,
    Catalog,
    Queue,
    Worker,
    DeadLetters,
    MailSender,
    MailAccount,
    Api,
    Cors,
    Cookies,
    WebhookSecret,
    WebhookEndpoint,
    WebhookEvents,
    WebhookSignature,
    WebhookRoute,
    WebhookDeliveries,
    Customer,
    Product,
    Grant,
    CustomerSession,
    Downloadables,
    Quota,
    Download,
}

impl Link {
    /// The name that people see: the same as in JSON.
    pub(crate) fn name(self) -> String {
        let name = serde_json::to_value(self).unwrap_or_default();
        name.as_str().unwrap_or_default().to_owned()
    }
}

/// How a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    Ok,
    /// It holds, but somebody should look.
    Warning,
    Broken,
    /// Not looked at.
    Skipped,
}

/// What a look at a link found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) state: State,
    /// How things are, in one sentence without a full stop.
    pub(crate) says: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
}

impl Finding {
    pub(crate) fn ok(says: impl Into<String>) -> Self {
        Self { state: State::Ok, says: says.into(), advice: None }
    }

    pub(crate) fn warning(says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: State::Warning, says: says.into(), advice: Some(advice.into()) }
    }

    pub(crate) fn broken(says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { state: State::Broken, says: says.into(), advice: Some(advice.into()) }
    }

    pub(crate) fn skipped(says: impl Into<String>) -> Self {
        Self { state: State::Skipped, says: says.into(), advice: None }
    }
}

/// What a look gives: the finding, or the one that ended it early.
pub(crate) type Look<T = Finding> = Result<T, Finding>;

/// One line of the report.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) link: Link,
    #[serde(flatten)]
    pub(crate) finding: Finding,
}

/// The chain as far as it has been looked at.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) lines: Vec<Line>,
    tell: fn(&Line),
}

impl Chain {
    /// A chain that nothing is known of; each line is told as soon as its link was looked at.
    pub(crate) fn new(tell: fn(&Line)) -> Self {
        Self { lines: Vec::new(), tell }
    }

    fn add(&mut self, line: Line) {
        (self.tell)(&line);
        self.lines.push(line);
    }

    /// Looks at a link, unless one that it hangs on is broken.
    pub(crate) async fn look(&mut self, link: Link, needs: &[Link], look: impl Future<Output = Look>) {
        self.look_each(link, needs, async { Ok(vec![look.await?]) }).await;
    }

    /// Looks at a link of several strands.
    pub(crate) async fn look_each(
        &mut self,
        link: Link,
        needs: &[Link],
        look: impl Future<Output = Look<Vec<Finding>>>,
    ) {
        let findings = match self.missing(needs) {
            Some(why) => vec![why],
            None => look.await.unwrap_or_else(|finding| vec![finding]),
        };
        for finding in findings {
            self.add(Line { link, finding });
        }
    }

    /// Looks at a link that gives something to look on with.
    pub(crate) async fn find<T>(
        &mut self,
        link: Link,
        needs: &[Link],
        look: impl Future<Output = Look<(T, Finding)>>,
    ) -> Option<T> {
        let looked = match self.missing(needs) {
            Some(why) => Err(why),
            None => look.await,
        };
        let (found, finding) = match looked {
            Ok((found, finding)) => (Some(found), finding),
            Err(finding) => (None, finding),
        };
        self.add(Line { link, finding });
        found
    }

    /// Passes over links that cannot be looked at without what another one would have given.
    pub(crate) fn skip(&mut self, links: &[Link], without: Link) {
        let finding = Finding::skipped(format!("hangs on {}", without.name()));
        for &link in links {
            self.add(Line { link, finding: finding.clone() });
        }
    }

    fn missing(&self, needs: &[Link]) -> Option<Finding> {
        let holds = |need: &Link| {
            let mut lines = self.lines.iter().filter(|line| line.link == *need);
            lines.all(|line| matches!(line.finding.state, State::Ok | State::Warning))
        };
        let missing = needs.iter().find(|need| !holds(need))?;
        Some(Finding::skipped(format!("hangs on {}", missing.name())))
    }
}
