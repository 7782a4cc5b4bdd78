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

/// The state of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    Ok,
    /// It works, but needs attention.
    Warning,
    Broken,
    /// Not checked.
    Skipped,
}

/// The result of checking a link.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) state: State,
    /// What was found, as a sentence without a full stop.
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

/// The result of a check: a value, or the finding that ended it early.
pub(crate) type Look<T = Finding> = Result<T, Finding>;

/// One line of the report.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) link: Link,
    #[serde(flatten)]
    pub(crate) finding: Finding,
}

/// The chain as far as it has been checked.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) lines: Vec<Line>,
    tell: fn(&Line),
}

impl Chain {
    /// An empty chain; `tell` is called with each line as soon as its link was checked.
    pub(crate) fn new(tell: fn(&Line)) -> Self {
        Self { lines: Vec::new(), tell }
    }

    fn add(&mut self, line: Line) {
        (self.tell)(&line);
        self.lines.push(line);
    }

    /// Checks a link, unless a link that it depends on is broken.
    pub(crate) async fn look(&mut self, link: Link, needs: &[Link], look: impl Future<Output = Look>) {
        self.look_each(link, needs, async { Ok(vec![look.await?]) }).await;
    }

    /// Checks a link that has several findings.
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

    /// Checks a link that returns something for later checks.
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

    /// Skips links that cannot be checked without the result of another one.
    pub(crate) fn skip(&mut self, links: &[Link], without: Link) {
        let finding = Finding::skipped(format!("not checked: depends on {}", without.name()));
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
        Some(Finding::skipped(format!("not checked: depends on {}", missing.name())))
    }
}
