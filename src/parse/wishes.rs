//! What a feed asks of those who poll it: `ttl`, `skipHours`, `skipDays` and
//! the Syndication module.

use std::time::Duration;

use super::dates;
use super::fields::Fields;
use crate::facts::WEEKDAYS;
use crate::source::{Machines, Silence, Updates, Wishes};

/// <http://web.resource.org/rss/1.0/modules/syndication/>; a month and a year are as long as most.
const PERIODS: [(&str, u32); 5] = [("hourly", 1), ("daily", 24), ("weekly", 168), ("monthly", 720), ("yearly", 8_760)];

/// What the feed's own fields ask for; what is nonsense among it is ignored and `said`.
pub(super) fn wishes(own: &Fields, said: &mut Vec<String>) -> Wishes {
    let minutes = own.text(&["ttl"]).and_then(|ttl| ttl.parse::<u32>().ok());
    let hours = own.all("hour").filter_map(|hour| hour.text.parse().ok());
    let days = own.all("day").filter_map(|day| number(&day.text));
    let (silence, nonsense) = Silence::new(hours, days);
    said.extend(nonsense.into_iter().map(str::to_owned));
    Wishes {
        ttl: minutes.filter(|minutes| *minutes > 0).map(|minutes| Duration::from_secs(60 * u64::from(minutes))),
        updates: updates(own),
        silence,
        machines: machines(own),
    }
}

/// A feed has no way of its own to say so: what pages and headers say is heard
/// in it under the same names
fn machines(own: &Fields) -> Machines {
    let reserved = ["tdm-reservation", "tdm:reservation", "tdmrep:reservation"];
    let reservation = own.text(&reserved).map_or(Machines::Unsaid, Machines::of_reservation);
    let robots = own.text(&["robots"]).map_or(Machines::Unsaid, Machines::of_robots);
    let metas = own.all("meta").chain(own.all("xhtml:meta")).map(|meta| {
        let content = meta.attribute("content").unwrap_or_default();
        match meta.attribute("name").map(str::to_ascii_lowercase).as_deref() {
            Some("robots") => Machines::of_robots(content),
            Some("tdm-reservation") => Machines::of_reservation(content),
            _ => Machines::Unsaid,
        }
    });
    metas.fold(reservation.or(robots), Machines::or)
}

/// Monday is 0.
fn number(day: &str) -> Option<u32> {
    (0..).zip(WEEKDAYS).find(|(_, name)| day.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// Daily and once unless it says otherwise, but only if it says anything.
fn updates(own: &Fields) -> Option<Updates> {
    let (period, frequency) = (own.text(&["sy:updatePeriod"]), own.text(&["sy:updateFrequency"]));
    period.or(frequency)?;
    let known = |period: &str| PERIODS.iter().find(|(name, _)| period.eq_ignore_ascii_case(name));
    let (_, hours) = known(period.unwrap_or("daily"))?;
    let times = frequency.and_then(|times| times.parse().ok()).filter(|times| *times > 0).unwrap_or(1);
    let every = Duration::from_secs(3_600) * *hours / times;
    let base = own.text(&["sy:updateBase"]).and_then(dates::timestamp);
    (every >= Duration::from_secs(1)).then_some(Updates { every, base })
}

#[cfg(test)]
mod tests {
    use super::super::{Document, parse};
    use super::*;

    /// What a feed with this in its channel asks for, and what is said of it.
    fn read(channel: &str) -> (Wishes, Vec<String>) {
        let text = format!(
            "<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel><title>T</title>\
             {channel}<item><title>One</title></item></channel></rss>"
        );
        let parsed = parse(Document { bytes: text.as_bytes(), content_type: None, base_url: None }).unwrap();
        (parsed.hints.wishes, parsed.mended)
    }

    #[track_caller]
    fn check(channel: &str, minutes: Option<u64>) {
        let now = "2026-05-06T05:00:00Z".parse().unwrap();
        let wait = read(channel).0.wait(now).map(|wait| wait.as_secs() / 60);
        assert_eq!(wait, minutes, "{channel}");
    }

    #[test]
    fn a_feed_says_how_often_it_wants_to_be_asked() {
        check("", None);
        check("<ttl>90</ttl>", Some(90));
        check("<ttl>0</ttl>", None);
        check("<ttl>soon</ttl>", None);
        check("<sy:updatePeriod>hourly</sy:updatePeriod>", Some(60));
        check("<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", Some(360));
        check("<sy:updateFrequency>2</sy:updateFrequency>", Some(720));
        check("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", Some(1_440));
        check("<sy:updatePeriod>often</sy:updatePeriod>", None);
        check("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4294967295</sy:updateFrequency>", None);
        let base = "<sy:updateBase>2000-01-01T06:00+00:00</sy:updateBase>";
        check(&format!("<sy:updatePeriod>daily</sy:updatePeriod>{base}"), Some(60));
    }

    #[test]
    fn a_feed_may_keep_its_words_from_machines() {
        let machines = |channel: &str| read(channel).0.machines;
        for reserved in [
            "<tdm-reservation>1</tdm-reservation>",
            "<tdm:reservation xmlns:tdm='http://www.w3.org/ns/tdmrep#'>1</tdm:reservation>",
            "<robots>noindex, noai</robots>",
            "<meta name='robots' content='NoAI'/>",
            "<xhtml:meta xmlns:xhtml='http://www.w3.org/1999/xhtml' name='tdm-reservation' content='1'/>",
        ] {
            assert_eq!(machines(reserved), Machines::Reserved, "{reserved}");
        }
        for free in
            ["", "<tdm-reservation>0</tdm-reservation>", "<robots>index</robots>", "<description>noai</description>"]
        {
            assert_eq!(machines(free), Machines::Unsaid, "{free}");
        }
    }

    #[test]
    fn hours_and_days_without_visits_are_read() {
        let (wishes, said) = read(
            "<skipHours><hour>22</hour><hour> 23 </hour><hour>x</hour></skipHours>\
             <skipDays><day>Saturday</day><day>sunday</day><day>Caturday</day></skipDays>",
        );
        let end = |at: &str| wishes.silence.end(at.parse().unwrap()).to_string();
        assert_eq!(end("2026-05-06T22:30:00Z"), "2026-05-07T00:00:00Z");
        assert_eq!(end("2026-05-08T22:30:00Z"), "2026-05-11T00:00:00Z");
        assert!(said.is_empty());
    }

    #[test]
    fn silence_without_end_is_ignored_and_said() {
        let hours: String = (0..24).map(|hour| format!("<hour>{hour}</hour>")).collect();
        let (wishes, said) = read(&format!("<skipHours>{hours}</skipHours>"));
        assert_eq!(wishes, Wishes::default());
        assert_eq!(said, ["skipHours names every hour, ignored"]);
    }
}
