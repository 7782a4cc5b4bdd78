use jiff::Timestamp;
use polar::webhook::EventType;
use queue::Job;

/// When the catalog changed, if the job is about such a change.
pub(crate) fn catalog_changed_at(job: &Job) -> Option<Timestamp> {
    use EventType as T;
    let Job::PolarEvent(event) = job else { return None };
    match T::from(event.kind.as_str()) {
        T::ProductCreated | T::ProductUpdated | T::BenefitCreated | T::BenefitUpdated => Some(event.happened_at),
        _ => None,
    }
}
