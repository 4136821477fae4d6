//! Counters for Prometheus.

use std::sync::OnceLock;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::Shared;
use crate::poll::{Outcome, Polled};
use crate::serve::Response;
use crate::websub::Told;

/// Bounds of the buckets of a poll's duration, in seconds.
const POLL_SECONDS: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// There is one recorder a process, however many daemons a test runs.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || {
        let buckets = Matcher::Full("recapd_poll_seconds".to_owned());
        let recorder = PrometheusBuilder::new().set_buckets_for_metric(buckets, POLL_SECONDS).ok()?.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok()?;
        describe_counter!("recapd_polls_total", "Polls of sources, by outcome");
        describe_counter!("recapd_requests_total", "Requests answered, by status");
        describe_counter!("recapd_recaps_total", "Recaps published since the start");
        describe_counter!("recapd_pings_total", "Feeds that our hub was to be told of, by outcome");
        describe_counter!("recapd_pushes_total", "What hubs of others sent, by outcome");
        describe_histogram!("recapd_poll_seconds", "How long a poll took");
        describe_gauge!("recapd_items_total", "Items in the store");
        describe_gauge!("recapd_model_calls", "Questions to language models, by outcome");
        describe_gauge!("recapd_model_tokens", "Tokens sent to language models and received, by direction");
        describe_gauge!("recapd_sources", "Sources configured");
        describe_gauge!("recapd_subscriptions", "Subscriptions at hubs that hold");
        describe_gauge!("recapd_sources_failing", "Sources whose last poll failed");
        describe_gauge!("recapd_sources_paused", "Sources that the operator paused");
        describe_gauge!("recapd_sources_retired", "Sources whose publisher says they are gone");
        describe_gauge!("recapd_sources_held", "Sources with a batch that waits to be accepted");
        Some(handle)
    };
    RECORDER.get_or_init(install).as_ref()
}

/// A source was polled.
pub fn polled(polled: &Polled, seconds: f64) {
    recorder();
    let outcome = match polled.outcome {
        Outcome::Unchanged => "unchanged",
        Outcome::Read(_) => "read",
        Outcome::Rested => "rested",
        Outcome::Failed(_) => "failed",
    };
    counter!("recapd_polls_total", "outcome" => outcome).increment(1);
    histogram!("recapd_poll_seconds").record(seconds);
}

/// Our hub was told.
pub fn told(told: Told) {
    recorder();
    for (outcome, count) in [("accepted", told.accepted), ("failed", told.failed), ("given up", told.given_up)] {
        counter!("recapd_pings_total", "outcome" => outcome).increment(count.into());
    }
}

/// A hub sent something.
pub fn pushed(outcome: &'static str) {
    recorder();
    counter!("recapd_pushes_total", "outcome" => outcome).increment(1);
}

/// A request was answered.
pub fn requested(status: u16) {
    recorder();
    match status {
        // Nearly all, without a word made for each.
        200 => counter!("recapd_requests_total", "status" => "200").increment(1),
        304 => counter!("recapd_requests_total", "status" => "304").increment(1),
        _ => counter!("recapd_requests_total", "status" => status.to_string()).increment(1),
    }
}

/// A recap was published.
pub fn published() {
    recorder();
    counter!("recapd_recaps_total").increment(1);
}

/// Everything counted, as Prometheus reads it.
pub async fn response(shared: &Shared) -> Response {
    let Some(recorder) = recorder() else { return Response::text(503, "nothing is counted\n") };
    let now = shared.clock.now();
    let counts =
        shared.readers.ask(move |store| Ok((store.count_items()?, store.hub_counts(now)?, store.model_use(None)?)));
    let Ok((items, hubs, model)) = counts.await else {
        return Response::text(503, "the store does not answer\n");
    };
    let counts = shared.states.counts();
    let configured = shared.config.borrow().sources.len();
    gauge!("recapd_items_total").set(items as f64);
    if let Some(model) = model {
        for (outcome, count) in [("answered", model.answered), ("failed", model.failed)] {
            gauge!("recapd_model_calls", "outcome" => outcome).set(count);
        }
        for (direction, count) in [("in", model.tokens_in), ("out", model.tokens_out)] {
            gauge!("recapd_model_tokens", "direction" => direction).set(count as f64);
        }
    }
    gauge!("recapd_subscriptions").set(hubs.subscribed as f64);
    gauge!("recapd_sources").set(configured as f64);
    gauge!("recapd_sources_failing").set(counts.failing as f64);
    gauge!("recapd_sources_paused").set(counts.paused as f64);
    gauge!("recapd_sources_retired").set(counts.retired as f64);
    gauge!("recapd_sources_held").set(counts.held as f64);
    let mut response = Response::text(200, &recorder.render());
    response.headers = vec![
        ("content-type", "text/plain; version=0.0.4; charset=utf-8".to_owned()),
        ("cache-control", "no-store".to_owned()),
    ];
    response
}
