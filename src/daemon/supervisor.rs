//! What systemd is told. Without systemd all of this does nothing.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::watch;

/// Serving, with everything in place.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// About to read the configuration again; [`ready`] must follow.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(since) => tell(&[NotifyState::Reloading, since]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// On the way out.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Feeds the watchdog twice as often as it asks, from a task of the runtime:
/// when the runtime hangs, so does this.
pub async fn watchdog(mut stop: watch::Receiver<()>) {
    let Some(patience) = sd_notify::watchdog_enabled() else { return };
    let mut beat = tokio::time::interval((patience / 2).max(Duration::from_millis(100)));
    loop {
        tokio::select! {
            _ = beat.tick() => tell(&[NotifyState::Watchdog]),
            gone = stop.changed() => if gone.is_err() { return },
        }
    }
}

fn tell(states: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "could not reach systemd");
    }
}
