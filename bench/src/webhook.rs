//! What a webhook that nobody signed costs: the CPU that a stranger can have the function spend by one request.

use std::fs;

use anyhow::Context;
use jiff::Timestamp;
use polar::{
    WebhookSecret,
    webhook::{Headers, LARGEST_BODY, sign, verify},
};

/// What fits into the headers that API Gateway takes.
const SIGNATURES: usize = 2400;

/// The scheduler counts in ticks, which are longer than one message takes.
const TIMES: u32 = 200;

/// Prints the CPU time of the largest body with signatures that do not fit: as many as a request can have, and one.
pub(crate) fn print() -> anyhow::Result<()> {
    let (body, now) = (vec![b' '; LARGEST_BODY], Timestamp::now());
    let secret = WebhookSecret::new("whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK");
    let timestamp = now.as_second().to_string();
    let other = sign(&WebhookSecret::new("another"), "id", now.as_second(), b"");
    for (case, signature) in [("2,400 empty signatures", "v1, ".repeat(SIGNATURES)), ("one wrong signature", other)] {
        let headers = Headers { id: "id", timestamp: &timestamp, signature: &signature };
        let begun = cpu_milliseconds()?;
        let verdicts: Vec<_> = (0..TIMES).map(|_| verify(&secret, headers, &body, now)).collect();
        let spent = (cpu_milliseconds()? - begun) / f64::from(TIMES);
        println!("{case}: {spent:.3} ms of CPU, {:?}", verdicts[0]);
    }
    Ok(())
}

fn cpu_milliseconds() -> anyhow::Result<f64> {
    let spent = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = spent.split(' ').next().context("the time on the processor")?;
    Ok(nanoseconds.parse::<f64>()? / 1e6)
}
