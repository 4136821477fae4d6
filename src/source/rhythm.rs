//! How often a source publishes, and how much at once: numbers that fade.

use std::time::Duration;

use jiff::Timestamp;

/// What happened so long ago counts 1/e.
const FADING: Duration = Duration::from_secs(7 * 86_400);

/// Watched for less than this, a source says nothing of its rhythm.
const TELLING: Duration = Duration::from_secs(3 * 86_400);

/// The largest lot is remembered so long: some publish once a quarter.
const REMEMBERED: Duration = Duration::from_secs(365 * 86_400);

/// How often a source publishes. The first two numbers are sums of `exp(-age / week)`, so
/// that they are what a week brings where each week brings the same. They follow
/// what polls find and hubs push, never the dates in a feed: those may lie, and do not decide whether to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rhythm {
    /// Polls that found something new, and pushes that brought it. Ten items at once are one occasion: nobody need ask ten times for them.
    pub news: f64,
    /// Items that were new.
    pub items: f64,
    /// The most items that were new at once, or at first sight dated the same
    /// day; fading as well, but over a year.
    pub lot: f64,
    /// Since when it is watched.
    pub begun: Timestamp,
    /// When all three were so.
    pub as_of: Timestamp,
    /// The wait between two polls that the ledger last spoke of; none yet.
    pub told: Option<Duration>,
}

impl Rhythm {
    /// News a day of a source for which the usual interval is right; believed of
    /// one of which nothing is known.
    ///
    /// With an interval of an hour, six times a day is where adapting costs no
    /// delay over all and saves a third of the requests, see `schedule::pace`.
    pub const USUAL: f64 = 6.0;

    /// Of a source of which nothing is known.
    pub fn begun(now: Timestamp) -> Self {
        let week = Self::USUAL * 7.0;
        Self { news: week, items: week, lot: 0.0, begun: now, as_of: now, told: None }
    }

    /// After a poll at `now` that brought so many new items.
    ///
    /// A clock that jumped back fades nothing, one that jumped far ahead no more than a week.
    pub fn after(self, new_items: usize, now: Timestamp) -> Self {
        let fading = faded(self.as_of, now).max((-1.0_f64).exp());
        let news = self.news * fading + f64::from(u8::from(new_items > 0));
        let items = self.items * fading + new_items as f64;
        let lot = self.lot * fading.powf(FADING.div_duration_f64(REMEMBERED));
        Self { news, items, lot: lot.max(new_items as f64), begun: self.begun.min(now), as_of: now, told: self.told }
    }

    /// Whether it was watched long enough to say how often it has news.
    pub fn is_known(&self) -> bool {
        Duration::try_from(self.as_of.duration_since(self.begun)).is_ok_and(|watched| watched >= TELLING)
    }

    /// How often a day it has news.
    pub fn news_a_day(&self) -> f64 {
        self.news / 7.0
    }

    /// "news about 3 times a day".
    pub fn in_words(&self) -> String {
        let often = [("day", 1.0), ("week", 7.0), ("month", 30.0)];
        let said = often.into_iter().find_map(|(unit, days)| match self.news_a_day() * days {
            times if times >= 1.5 => Some(format!("news about {} times a {unit}", times.round())),
            times if times >= 0.75 => Some(format!("news about once a {unit}")),
            _ => None,
        });
        said.unwrap_or_else(|| "hardly ever news".to_owned())
    }
}

/// What something of `then` counts at `now`: 1 if it is not past yet.
fn faded(then: Timestamp, now: Timestamp) -> f64 {
    let age = Duration::try_from(now.duration_since(then)).unwrap_or_default().min(FADING * 52);
    (-age.div_duration_f64(FADING)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn now() -> Timestamp {
        "2026-05-06T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_rhythm_follows_what_polls_find() {
        let weekly = (1..20).fold(Rhythm::begun(now()), |rhythm, week| {
            let at = now() + DAY * 7 * week;
            rhythm.after(0, at - DAY).after(60, at)
        });
        assert!(weekly.is_known() && !Rhythm::begun(now()).after(1, now() + DAY).is_known());
        assert_eq!(weekly.in_words(), "news about 2 times a week");
        assert_eq!(weekly.items.round(), 95.0, "sixty, and what is left of the weeks before");
        let quiet = (1..60).fold(weekly, |rhythm, day| rhythm.after(0, weekly.as_of + DAY * day));
        assert_eq!(quiet.in_words(), "hardly ever news");
    }

    #[test]
    fn no_clock_breaks_a_rhythm() {
        let year = DAY * 365;
        let before = Rhythm::begun(now());
        assert_eq!(before.after(0, now() - year).news, before.news, "back: nothing fades");
        assert_eq!(before.after(0, now() - year).after(0, now() - year + DAY).news.round(), 36.0, "and it goes on");
        let ahead = before.after(0, Timestamp::MAX);
        assert_eq!(ahead.in_words(), "news about 2 times a day", "ahead: a week fades at most");
    }
}
