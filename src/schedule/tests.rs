//! When a source is polled next, case by case.

use super::*;
use crate::source::{Rest, Tempo};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn pace() -> Pace {
    Pace {
        interval: HOUR,
        min_interval: 15 * MINUTE,
        max_interval: DAY,
        max_wait: 7 * DAY,
        tempo: Tempo::Fixed,
        spread: 2 * HOUR,
    }
}

fn habits(wishes: Wishes) -> Habits {
    Habits { rhythm: Rhythm::begun(now() - DAY), wishes }
}

fn now() -> Timestamp {
    "2026-05-04T08:00:00Z".parse().unwrap()
}

fn answered(asked_for: Duration) -> Outcome {
    Outcome::Answered { asked_for: Some(asked_for) }
}

fn failed(failures: u32, retry_after: Option<Duration>) -> Outcome {
    Outcome::Failed { failures, retry_after }
}

#[track_caller]
fn check(outcome: Outcome, wait: Duration, because: &str) {
    let next = next_poll(now(), &outcome, &pace(), habits(Wishes::default()), Share::ZERO);
    assert_eq!((next.at, next.because.as_str()), (now() + wait, because));
    let latest = next_poll(now(), &outcome, &pace(), habits(Wishes::default()), Share::nearest(1.0)).at;
    assert!(latest >= next.at && latest <= next.at + wait / 10, "jitter is a tenth at most, and never earlier");
}

#[test]
fn a_source_is_polled_at_its_pace_or_as_rarely_as_its_publisher_asks() {
    check(Outcome::Answered { asked_for: None }, HOUR, "every 1 h");
    check(answered(MINUTE), HOUR, "every 1 h");
    check(answered(6 * HOUR), 6 * HOUR, "the publisher asks for 6 h");
    check(answered(3 * DAY), 3 * DAY, "the publisher asks for 3 d");
    check(answered(Duration::MAX), 7 * DAY, "the publisher asks for 213503982334601 d 7 h; we wait 7 d at most");
}

#[test]
fn a_feed_may_ask_for_patience_in_itself() {
    let asks = |hours| Wishes { ttl: Some(hours * HOUR), ..Wishes::default() };
    let next = |outcome, wishes| next_poll(now(), &outcome, &pace(), habits(wishes), Share::ZERO);
    assert_eq!(next(answered(2 * HOUR), asks(5)).because, "the publisher asks for 5 h");
    assert_eq!(next(answered(6 * HOUR), asks(5)).because, "the publisher asks for 6 h");
    assert_eq!(next(failed(1, None), asks(5)).because, "the last poll failed");
}

#[test]
fn nobody_is_asked_in_hours_of_silence() {
    let silence = |hours| Wishes { silence: Silence::new(hours, std::iter::empty()).0, ..Wishes::default() };
    let next =
        |wishes, pace| next_poll(now(), &Outcome::Answered { asked_for: None }, &pace, habits(wishes), Share::ZERO);
    let moved = next(silence(9..12), pace());
    assert_eq!(moved.at, now() + 4 * HOUR);
    assert_eq!(moved.because, "every 1 h, and no visits before Monday 12:00 GMT");
    assert_eq!(next(silence(10..12), pace()).because, "every 1 h");
    let hasty = Pace { max_wait: 2 * HOUR, ..pace() };
    assert_eq!(next(silence(9..12), hasty).at, now() + 2 * HOUR, "we wait no longer than we ever do");
}

#[test]
fn failures_double_the_wait_up_to_a_day() {
    check(failed(1, None), HOUR, "the last poll failed");
    check(failed(2, None), 2 * HOUR, "failed 2 times in a row");
    check(failed(5, None), 16 * HOUR, "failed 5 times in a row");
    check(failed(6, None), DAY, "failed 6 times in a row");
    check(failed(u32::MAX, None), DAY, "failed 4294967295 times in a row");
}

#[test]
fn a_failing_server_may_ask_for_more_patience_but_not_for_less() {
    check(failed(1, Some(2 * HOUR)), 2 * HOUR, "the server asks to wait 2 h");
    check(failed(3, Some(MINUTE)), 4 * HOUR, "failed 3 times in a row");
    check(failed(1, Some(30 * DAY)), 7 * DAY, "the server asks to wait 30 d; we wait 7 d at most");
}

#[test]
fn a_source_of_a_resting_host_waits_with_it() {
    check(Outcome::Rested { wait: 5 * MINUTE }, 5 * MINUTE, "its host asks to wait 5 m");
    check(Outcome::Rested { wait: Duration::ZERO }, Duration::ZERO, "its host is awake again");
}

#[test]
fn a_retired_source_is_never_due() {
    let next = next_poll(now(), &Outcome::Retired, &pace(), habits(Wishes::default()), Share::nearest(1.0));
    assert_eq!(next.at.to_string(), "9999-12-01T00:00:00Z");
    assert_eq!(clamped(next.at, now(), 7 * DAY), NEVER);
    assert_eq!(next.because, "retired: the publisher says it is gone");
}

#[test]
fn our_own_interval_stays_within_its_bounds() {
    let usual = |interval| Pace { interval, ..pace() }.own(&Rhythm::begun(now()));
    assert_eq!(usual(MINUTE), 15 * MINUTE);
    assert_eq!(usual(9 * DAY), DAY);
    let crossed = Pace { interval: HOUR, min_interval: 2 * DAY, ..pace() };
    let after_failure = next_poll(now(), &failed(9, None), &crossed, habits(Wishes::default()), Share::ZERO);
    assert_eq!(after_failure.at, now() + 2 * DAY, "never more often than the least interval");
}

#[test]
fn a_clock_that_jumped_delays_a_source_by_the_longest_wait_at_most() {
    let year = 365 * DAY;
    assert_eq!(clamped(now() + year, now(), 7 * DAY), now() + 7 * DAY);
    assert_eq!(clamped(now() + HOUR, now(), 7 * DAY), now() + HOUR);
    assert_eq!(clamped(now() - year, now(), 7 * DAY), now() - year, "overdue stays overdue");
}

#[test]
fn no_wait_is_beyond_the_calendar() {
    let endless = Pace { max_wait: Duration::MAX, ..pace() };
    assert_eq!(
        next_poll(now(), &answered(Duration::MAX), &endless, habits(Wishes::default()), Share::nearest(1.0)).at,
        NEVER
    );
}

#[test]
fn a_source_that_was_not_reached_is_tried_again_soon() {
    let wait = |failures| {
        let now: Timestamp = "2026-05-06T00:00:00Z".parse().unwrap();
        let hour = Duration::from_secs(3600);
        let pace = Pace {
            interval: hour,
            min_interval: hour / 4,
            max_interval: hour * 24,
            max_wait: hour * 168,
            tempo: Tempo::Fixed,
            spread: hour,
        };
        let next = next_poll(now, &Outcome::Unreached { failures }, &pace, habits(Wishes::default()), Share::ZERO);
        next.at.duration_since(now).as_secs()
    };
    assert_eq!([wait(1), wait(2), wait(5), wait(30)], [60, 120, 960, 86_400]);
}

#[test]
fn sources_that_begin_together_are_spread_over_an_interval() {
    let minutes_over = |spread, outcome: Outcome, begun: Timestamp| {
        let habits = Habits { rhythm: Rhythm::begun(begun), wishes: Wishes::default() };
        let next = next_poll(now(), &outcome, &Pace { spread, ..pace() }, habits, Share::nearest(0.5));
        next.at.duration_since(now()).as_secs() / 60
    };
    let minutes = |outcome, begun| minutes_over(5000 * SECOND, outcome, begun);
    assert_eq!(minutes(Outcome::Answered { asked_for: None }, now()), 90);
    assert_eq!(minutes(answered(6 * HOUR), now()), 390, "no earlier than the publisher asks");
    assert_eq!(minutes(Outcome::Answered { asked_for: None }, now() - DAY), 63, "only after its first poll");
    assert_eq!(minutes_over(20 * MINUTE, Outcome::Answered { asked_for: None }, now()), 70, "a few need less");
    assert_eq!(minutes(failed(1, None), now()), 63, "what failed is spread by its failures");
}

fn adapted() -> Pace {
    Pace { tempo: Tempo::Adapted, ..pace() }
}

#[test]
fn a_source_is_asked_as_often_as_it_has_news() {
    let because = |news_a_day: f64| {
        let rhythm = Rhythm { news: news_a_day * 7.0, begun: now() - 7 * DAY, ..Rhythm::begun(now()) };
        let outcome = Outcome::Answered { asked_for: None };
        next_poll(now(), &outcome, &adapted(), Habits { rhythm, wishes: Wishes::default() }, Share::ZERO).because
    };
    assert_eq!(because(6.0), "news about 6 times a day: every 1 h");
    assert_eq!(because(1.5), "news about 2 times a day: every 2 h");
    assert_eq!(because(24.0), "news about 24 times a day: every 30 m");
    assert_eq!(because(500.0), "news about 500 times a day: every 15 m");
    assert_eq!(because(0.0), "hardly ever news: every 1 d");
    let unknown = Habits { rhythm: Rhythm::begun(now()), wishes: Wishes::default() };
    let next = next_poll(now(), &Outcome::Answered { asked_for: None }, &adapted(), unknown, Share::ZERO);
    assert_eq!(next.because, "every 1 h", "of a source that nobody knows yet");
}

/// What a kind of source publishes: instants, in seconds from the first Monday.
struct Publisher {
    name: &'static str,
    items: Vec<u64>,
}

const DAYS: u64 = 120;

/// `a_day` items, each somewhere in these hours of a workday, or of any day.
fn publisher(name: &'static str, a_day: f64, hours: std::ops::Range<u64>, workdays: u64) -> Publisher {
    let span = (hours.end - hours.start) * 3_600;
    let mut dice = 1_u64;
    let mut roll = || {
        // Numerical Recipes' generator: any dice will do.
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % (1 << 32);
        dice as f64 / f64::from(u32::MAX)
    };
    let mut items = Vec::new();
    let mut owed = 0.0;
    for day in (0..DAYS).filter(|day| day % 7 < workdays) {
        owed += a_day;
        while owed >= 1.0 {
            owed -= 1.0;
            items.push(day * 86_400 + hours.start * 3_600 + (roll() * span as f64) as u64);
        }
    }
    items.sort_unstable();
    Publisher { name, items }
}

/// Polls a day, and minutes that an item waits, once the rhythm is known.
fn polled(publisher: &Publisher, pace: &Pace) -> (f64, f64) {
    let known_from = 30 * 86_400;
    let begin = now();
    let mut state = (Rhythm::begun(begin), 0, 0);
    let (mut polls, mut delays) = (0.0, Vec::new());
    while state.1 < DAYS * 86_400 {
        let (rhythm, at, read) = state;
        let new: Vec<u64> = publisher.items[read..].iter().take_while(|item| **item <= at).copied().collect();
        if at > known_from {
            polls += 1.0;
            delays.extend(new.iter().map(|item| (at - item) as f64 / 60.0));
        }
        let rhythm = rhythm.after(new.len(), begin + Duration::from_secs(at));
        state = (rhythm, at + pace.own(&rhythm).as_secs() * 21 / 20, read + new.len());
    }
    let mean = if delays.is_empty() { 0.0 } else { delays.iter().sum::<f64>() / delays.len() as f64 };
    (polls / 90.0, mean)
}

/// The measure of the rule: what it costs publishers, and what readers wait.
#[test]
fn adapting_spends_less_on_the_quiet_and_hears_the_busy_sooner() {
    let sources = [
        publisher("a wire, 150 a day", 150.0, 6..22, 7),
        publisher("a paper, 30 a day", 30.0, 7..21, 7),
        publisher("a magazine, 8 a workday", 8.0, 9..19, 5),
        publisher("a blog, 1 a workday", 1.0, 8..18, 5),
        publisher("a lab, 2 a week", 0.4, 8..18, 5),
        publisher("an essay a week", 0.2, 9..10, 5),
        publisher("an archive, 80 at once a workday", 80.0, 4..5, 5),
        publisher("one a month", 0.033, 0..24, 7),
        publisher("nothing any more", 0.0, 0..24, 7),
    ];
    let report: String = sources
        .iter()
        .map(|source| {
            let (hourly, adapted) = (polled(source, &pace()), polled(source, &adapted()));
            format!(
                "{:<33} {:4.0} polls a day and {:3.0} m, were {:3.0} and {:3.0} m\n",
                source.name, adapted.0, adapted.1, hourly.0, hourly.1
            )
        })
        .collect();
    expect_test::expect![[r#"
        a wire, 150 a day                   57 polls a day and  13 m, were  23 and  32 m
        a paper, 30 a day                   39 polls a day and  19 m, were  23 and  32 m
        a magazine, 8 a workday             18 polls a day and  39 m, were  23 and  31 m
        a blog, 1 a workday                  8 polls a day and  85 m, were  23 and  29 m
        a lab, 2 a week                      5 polls a day and 155 m, were  23 and  36 m
        an essay a week                      4 polls a day and 217 m, were  23 and  33 m
        an archive, 80 at once a workday     9 polls a day and  82 m, were  23 and  32 m
        one a month                          2 polls a day and 782 m, were  23 and  28 m
        nothing any more                     1 polls a day and   0 m, were  23 and   0 m
    "#]]
    .assert_eq(&report);
}

#[test]
fn whether_a_source_is_due_is_for_its_standing_and_its_clock_to_say() {
    let feed: Url = "https://a.test/feed".parse().unwrap();
    let year = 365 * DAY;
    let state = |standing, due| SourceState { feed: Some(feed.clone()), standing, due, ..SourceState::unknown(now()) };
    let due_of = |state: Option<&SourceState>| due(&feed, state, now(), 7 * DAY);
    let paused = || Standing::Paused { since: now() };
    let retired = || Standing::Retired { why: "HTTP 410".to_owned(), since: now() };
    assert_eq!(due_of(None), now(), "never polled");
    assert_eq!(due_of(Some(&state(Standing::Active, now() + HOUR))), now() + HOUR);
    assert_eq!(due_of(Some(&state(Standing::Active, now() + year))), now() + 7 * DAY, "a clock that jumped");
    assert_eq!(due_of(Some(&state(paused(), now()))), NEVER);
    assert_eq!(due_of(Some(&state(retired(), now()))), NEVER);
    let elsewhere = |standing| SourceState { feed: None, ..state(standing, now() + HOUR) };
    assert_eq!(due_of(Some(&elsewhere(Standing::Active))), now(), "at another address it is as good as new");
    assert_eq!(due_of(Some(&elsewhere(retired()))), now());
    assert_eq!(due_of(Some(&elsewhere(paused()))), NEVER, "but paused it stays");
}

#[test]
fn what_was_asked_for_is_remembered_as_it_was_asked() {
    let asked =
        |outcome| next_poll(now(), &outcome, &pace(), habits(Wishes::default()), Share::nearest(1.0)).asked_until;
    assert_eq!(asked(answered(6 * HOUR)), Some(now() + 6 * HOUR), "and not as it is spread");
    assert_eq!(asked(answered(30 * DAY)), Some(now() + 7 * DAY));
    assert_eq!(asked(failed(9, Some(MINUTE))), Some(now() + MINUTE), "our own patience is none of theirs");
    assert_eq!(asked(Outcome::Rested { wait: HOUR }), Some(now() + HOUR));
    assert_eq!(asked(failed(9, None)), None);
    assert_eq!(asked(Outcome::Answered { asked_for: None }), None);
}

#[test]
fn nobody_is_asked_in_a_silence_that_was_asked_for() {
    let state = |until: Timestamp| SourceState { asked_until: Some(until), ..SourceState::unknown(now()) };
    let silent = |state: SourceState| silence(&state, now(), 7 * DAY);
    assert_eq!(silent(SourceState::unknown(now())), None);
    assert_eq!(silent(state(now() + HOUR)), Some(now() + HOUR));
    assert_eq!(silent(state(now())), None, "it is over");
    assert_eq!(silent(state(now() + 8 * DAY)), None, "we wait no longer than we ever do");
    let from_the_future = SourceState { last_poll: Some(now() + MINUTE), ..state(now() + HOUR) };
    assert_eq!(silent(from_the_future), None, "a clock that was wrong");
    let hours = Wishes { silence: Silence::new(8..12, std::iter::empty()).0, ..Wishes::default() };
    let by_the_feed = SourceState { wishes: hours, ..SourceState::unknown(now()) };
    assert_eq!(silent(by_the_feed), Some(now() + 4 * HOUR));
}

#[test]
fn a_source_that_is_revived_waits_for_its_host() {
    let at = |feed: &str, state: SourceState| SourceState { feed: Some(feed.parse().unwrap()), ..state };
    let resting =
        |rest: Rest| SourceState { rest: Some(rest), asked_until: Some(now() + HOUR), ..SourceState::unknown(now()) };
    let due = |other: SourceState| {
        let standing = Standing::Retired { why: "HTTP 410".to_owned(), since: now() };
        let gone = SourceState { standing, due: NEVER, ..SourceState::unknown(now()) };
        told(at("https://a.test/1", gone), OperatorWord::Revive, [&other], now()).unwrap().due
    };
    assert_eq!(due(at("http://a.test/2", resting(Rest::Status(429)))), now() + HOUR);
    assert_eq!(due(at("http://a.test/2", resting(Rest::Host))), now() + HOUR);
    assert_eq!(due(at("http://a.test/2", resting(Rest::Status(503)))), now(), "which was for that feed");
    assert_eq!(due(at("http://b.test/2", resting(Rest::Status(429)))), now());
}

#[test]
fn a_longer_silence_of_one_feed_does_not_become_its_hosts() {
    let at = |rest: Rest, hours: u32| SourceState {
        feed: Some("https://a.test/1".parse().unwrap()),
        rest: Some(rest),
        asked_until: Some(now() + HOUR * hours),
        failures: 1,
        due: now() + HOUR * hours,
        ..SourceState::unknown(now())
    };
    let revived = |own: u32, host: u32| {
        let state =
            told(at(Rest::Status(503), own), OperatorWord::Revive, [&at(Rest::Status(429), host)], now()).unwrap();
        (state.due, state.speaks_for_its_host())
    };
    assert_eq!(revived(10, 1), (now() + HOUR * 10, false));
    assert_eq!(revived(1, 10), (now() + HOUR * 10, true));
}
