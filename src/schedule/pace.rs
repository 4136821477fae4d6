//! Our own pace towards one source, before its publisher asks for anything.

use std::time::Duration;

use crate::source::{Rhythm, Tempo};
use crate::wait;

/// How soon a source is tried again that was not reached at all, the first time.
const UNREACHED: Duration = Duration::from_secs(60);

/// The bounds of our pace towards one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The usual wait.
    pub interval: Duration,
    /// Never more often; outranks `max_interval` if they cross.
    pub min_interval: Duration,
    /// Bounds our own pace and back-off.
    pub max_interval: Duration,
    /// Bounds what a publisher may ask for.
    pub max_wait: Duration,
    /// Whether the wait follows the source's rhythm.
    pub tempo: Tempo,
    /// Sources that began together are spread over so much, an interval at most:
    /// the more there are, the longer.
    pub spread: Duration,
}

/// How long to wait, and why so long.
pub(super) struct Wait {
    pub time: Duration,
    pub because: String,
}

impl Wait {
    pub(super) fn none() -> Self {
        Self { time: Duration::ZERO, because: "its host is awake again".to_owned() }
    }
}

impl Pace {
    /// The wait between two polls that went well: the interval, or, adapted,
    /// `interval * sqrt(usual / news a day)`, within the bounds.
    ///
    /// The root, since where sources share a number of requests, waits that grow
    /// with the root of the gap between news make the mean delay of an item
    /// least (Sia, Cho and Cho, *Efficient monitoring algorithm for fast news
    /// alerts*, 2007). To wait for a part of the gap itself, as many readers do,
    /// spends most requests on the busiest source and half a day on a daily one.
    pub fn own(&self, rhythm: &Rhythm) -> Duration {
        let wait = match self.tempo {
            Tempo::Fixed => self.interval,
            Tempo::Adapted => {
                let slower = (Rhythm::USUAL / rhythm.news_a_day().max(f64::MIN_POSITIVE)).sqrt();
                let seconds = (self.interval.as_secs_f64() * slower).min(self.max_interval.as_secs_f64());
                Duration::from_secs_f64(seconds)
            }
        };
        wait.min(self.max_interval).max(self.min_interval)
    }

    pub(super) fn usual(&self, rhythm: &Rhythm) -> Wait {
        let time = self.own(rhythm);
        let every = format!("every {}", wait::in_words(time));
        let because = match self.tempo {
            Tempo::Adapted if rhythm.is_known() => format!("{}: {every}", rhythm.in_words()),
            _ => every,
        };
        Wait { time, because }
    }

    /// As [`Pace::backed_off`], but beginning with a minute.
    pub(super) fn soon(&self, failures: u32, rhythm: &Rhythm) -> Wait {
        let Wait { time, because } = self.backed_off(failures, rhythm);
        let doublings = failures.saturating_sub(1).min(16);
        Wait { time: UNREACHED.saturating_mul(1 << doublings).min(time), because }
    }

    pub(super) fn backed_off(&self, failures: u32, rhythm: &Rhythm) -> Wait {
        let doublings = failures.saturating_sub(1).min(16);
        let own = self.own(rhythm);
        let because = match failures {
            0 | 1 => "the last poll failed".to_owned(),
            more => format!("failed {more} times in a row"),
        };
        Wait { time: own.saturating_mul(1 << doublings).min(self.max_interval).max(own), because }
    }

    /// What somebody `asked` for, as far as we go along with it.
    pub(super) fn granted(&self, asked: Option<Duration>, who_asks: &str) -> Option<Wait> {
        let asked = asked?;
        let because = format!("{who_asks} {}", wait::in_words(asked));
        let capped = format!("{because}; we wait {} at most", wait::in_words(self.max_wait));
        let because = if asked > self.max_wait { capped } else { because };
        Some(Wait { time: asked.min(self.max_wait), because })
    }
}
