//! How often a source publishes: two numbers that fade.

use std::time::Duration;

use jiff::Timestamp;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// What happened so long ago counts 1/e.
const FADING: Duration = Duration::from_secs(7 * 86_400);

/// A document with less dated news than this says nothing of the time before it.
const TELLING: usize = 5;

/// How often a source publishes. Both numbers are sums of `exp(-age / week)`, so
/// that they are what a week brings where each week brings the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rhythm {
    /// Polls that found something new. Ten items at once are one occasion: nobody need ask ten times for them.
    pub news: f64,
    /// Items that were new.
    pub items: f64,
    /// When that was so.
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
        Self { news: week, items: week, as_of: now, told: None }
    }

    /// As far as the dates of a source's first document tell. They may lie, but
    /// only about our pace, and not for long.
    pub fn of_backlog(dates: impl Iterator<Item = Timestamp>, now: Timestamp) -> Self {
        let mut dates: Vec<Timestamp> = dates.filter(|date| *date <= now).collect();
        dates.sort_unstable();
        let Some(first) = dates.first().copied() else { return Self::begun(now) };
        let items = dates.iter().map(|date| faded(*date, now)).sum::<f64>();
        dates.dedup_by(|later, earlier| later.duration_since(*earlier).unsigned_abs() < HOUR);
        let news = dates.iter().map(|date| faded(*date, now)).sum::<f64>();
        // A document that goes back two days says nothing of the five before.
        let reaches_back = now.duration_since(first).unsigned_abs().max(DAY);
        let told_of = 1.0 - (-reaches_back.div_duration_f64(FADING)).exp();
        let whole = if dates.len() < TELLING { 1.0 } else { told_of };
        Self { news: news / whole, items: items / whole, as_of: now, told: None }
    }

    /// After a poll at `now` that brought so many new items.
    ///
    /// A clock that jumped back fades nothing, one that jumped far ahead no more than a week.
    pub fn after(self, new_items: usize, now: Timestamp) -> Self {
        let fading = faded(self.as_of, now).max((-1.0_f64).exp());
        let news = self.news * fading + f64::from(u8::from(new_items > 0));
        Self { news, items: self.items * fading + new_items as f64, as_of: now, told: self.told }
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

    fn now() -> Timestamp {
        "2026-05-06T00:00:00Z".parse().unwrap()
    }

    /// A first document with items these hours ago.
    #[track_caller]
    fn check(hours_ago: &[u32], words: &str) {
        let dates = hours_ago.iter().map(|hours| now() - HOUR * *hours);
        assert_eq!(Rhythm::of_backlog(dates, now()).in_words(), words);
    }

    #[test]
    fn the_first_document_tells_how_often_there_is_news() {
        check(&[], "news about 6 times a day");
        check(&[2, 10, 18, 26, 34, 42, 50, 58, 66, 74], "news about 3 times a day");
        check(&[24, 48, 72, 96, 120, 144, 168, 192, 216, 240], "news about once a day");
        check(&[10, 178, 346, 514, 682, 850], "news about once a week");
        check(&[3], "news about once a week");
        check(&[24 * 400], "hardly ever news");
        check(&[4; 80], "news about once a week");
    }

    #[test]
    fn a_rhythm_follows_what_polls_find() {
        let weekly = (1..20).fold(Rhythm::begun(now()), |rhythm, week| {
            let at = now() + DAY * 7 * week;
            rhythm.after(0, at - DAY).after(60, at)
        });
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
