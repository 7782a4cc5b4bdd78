//! Tries again if SES does not accept a mail at once.

use std::time::Duration;

use startup::causes;
use tracing::warn;
use uuid::Uuid;

use crate::Error;

/// The pauses between the tries. SES accepts one mail a second from a new account.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1500)];

/// Sends a mail, and tries again if SES is throttling or unavailable.
pub(crate) async fn persist<Sending>(send: impl Fn() -> Sending) -> Result<(), Error>
where
    Sending: Future<Output = Result<(), Error>>,
{
    for pause in PAUSES {
        match send().await {
            Err(error) if error.is_transient() => warn!(cause = causes(&error), "trying again to send a mail"),
            done => return done,
        }
        tokio::time::sleep(pause.mul_f64(0.5 + random_share())).await;
    }
    send().await
}

/// A number from 0 to 1, so that instances that failed together do not try again together.
fn random_share() -> f64 {
    let [byte, ..] = Uuid::new_v4().into_bytes();
    f64::from(byte) / f64::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, future::ready};

    use tokio::time::Instant;

    use super::*;

    fn throttled() -> Result<(), Error> {
        let code = "TooManyRequestsException".to_owned();
        Err(Error::Throttled(aws_json::Error::Refused { service: "ses", code }))
    }

    fn away() -> Result<(), Error> {
        Err(Error::Unavailable(aws_json::Error::Unavailable { service: "ses", source: "no route".into() }))
    }

    fn refused() -> Result<(), Error> {
        let code = "MessageRejected".to_owned();
        Err(Error::Refused(aws_json::Error::Refused { service: "ses", code }))
    }

    #[tokio::test(start_paused = true)]
    async fn a_mail_is_tried_three_times_while_ses_is_busy_or_away() {
        for (case, answers, is_sent, tries) in [
            ("taken at once", vec![Ok(())], true, 1),
            ("busy, then away, then taken", vec![throttled(), away(), Ok(())], true, 3),
            ("away for long", vec![away(), away(), away(), Ok(())], false, 3),
            ("refused", vec![refused(), Ok(())], false, 1),
            ("busy, then refused", vec![throttled(), refused(), Ok(())], false, 2),
        ] {
            let (answers, began) = (RefCell::new(answers.into_iter()), Instant::now());
            let made = RefCell::new(0);
            let sent = persist(|| {
                *made.borrow_mut() += 1;
                ready(answers.borrow_mut().next().expect("an answer"))
            });
            assert_eq!((sent.await.is_ok(), made.into_inner()), (is_sent, tries), "{case}");
            assert!(began.elapsed() < Duration::from_secs(4), "{case}");
        }
    }
}
