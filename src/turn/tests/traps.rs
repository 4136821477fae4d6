//! The traps that lose or multiply items: one source, polled again and again,
//! and how many items come of it.

use super::memory::Memory;
use super::*;
use crate::source::{Dating, FutureDates, Identity, Part};

const DAY: Duration = Duration::from_secs(86_400);

/// `guid | link | title | date | text`, none where empty.
fn said(line: &str) -> Entry {
    let mut parts = line.split('|').map(|part| part.trim().to_owned()).chain(std::iter::repeat(String::new()));
    let mut part = || parts.next().unwrap();
    Entry {
        guid: Some(part()).filter(|guid| !guid.is_empty()),
        link: part().parse().ok(),
        title: part(),
        published: part().parse().ok(),
        summary_html: part(),
        ..Entry::default()
    }
}

fn lines(document: &str) -> Vec<Entry> {
    document.lines().filter(|line| !line.trim().is_empty()).map(said).collect()
}

/// Polls of one source; how many items there are then, and how many versions of them.
#[track_caller]
fn check(documents: &[&str], items: usize, versions: usize) {
    check_believed(Beliefs::default(), documents, items, versions);
}

#[track_caller]
fn check_believed(believed: Beliefs, documents: &[&str], items: usize, versions: usize) {
    let mut memory = Memory::of(Source { believed, ..source() });
    for document in documents {
        memory.poll(lines(document));
    }
    assert_eq!((memory.items.len(), memory.stored.len()), (items, versions));
    // What stands there last is known, however often it is seen.
    let last = lines(documents.last().unwrap());
    let came = memory.poll(last.clone());
    assert_eq!((came.0, came.1), (0, 0), "the last document again");
    let came = memory.poll_after(DAY * 50, last);
    assert_eq!((came.0, came.1), (0, 0), "and weeks after");
}

const LONG: &str =
    "What the article says, in so many words that two articles will hardly say it by chance, word for word.";

#[test]
fn an_id_that_rotates_makes_no_copies() {
    let same =
        ["a1|https://a.test/1|Lathes sing", "b2|https://a.test/1|Lathes sing", "c3|https://a.test/1|Lathes sing"];
    check(&same, 1, 1);
    let with_tracking = ["a1|http://www.a.test/1?utm_source=a|Lathes sing", "b2|https://a.test/1/|Lathes sing"];
    check(&with_tracking, 1, 1);
    let edited = [
        "a1|https://a.test/1|Lathes sing loudly|2026-05-01T10:20:00Z",
        "b2|https://a.test/1|A tool has learnt music|2026-05-01T10:20:00Z",
    ];
    check(&edited, 1, 2);
    let linkless = [
        &format!("a1||Lathes sing|2026-05-01T00:00:00Z|{LONG}")[..],
        &format!("b2||Lathes sing|2026-05-01T00:00:00Z|{LONG}"),
    ];
    check(&linkless, 1, 1);
}

#[test]
fn a_volatile_link_makes_no_copies() {
    check(
        &["|https://a.test/1?sid=0f3a9c77e1b24d58|Lathes sing", "|https://a.test/1?sid=7e1b24d580f3a9c7|Lathes sing"],
        1,
        1,
    );
    check(&["|https://a.test/1;jsessionid=A1|Lathes sing", "|https://a.test/1;jsessionid=B2|Lathes sing"], 1, 1);
    let dice =
        |dice: &str, date: &str, text: &str| format!("|https://a.test/read?id=7&x={dice}|Lathes sing|{date}|{text}");
    let dated = ["ab", "cd", "ef"].map(|it| dice(it, "2026-05-01T10:00:00Z", ""));
    check(&dated.each_ref().map(String::as_str), 1, 1);
    let told = ["ab", "cd", "ef"].map(|it| dice(it, "", LONG));
    check(&told.each_ref().map(String::as_str), 1, 1);
    let with_id = ["ab", "cd", "ef"].map(|it| format!("{it}{}", dice(it, "2026-05-01T10:00:00Z", "")));
    check(&with_id.each_ref().map(String::as_str), 1, 1);
}

#[test]
fn two_articles_that_look_alike_stay_two() {
    let both = "|https://a.test/read?id=7|Jobs of the day|2026-05-01T00:00:00Z\n|https://a.test/read?id=8|Jobs of the day|2026-05-01T00:00:00Z";
    check(&[both], 2, 2);
    check(&[both.lines().next().unwrap(), both], 2, 2);
    check(
        &[
            "|https://a.test/read?id=7|Jobs of the day|2026-05-01T00:00:00Z",
            "|https://a.test/read?id=8|Jobs of the day|2026-05-02T00:00:00Z",
        ],
        2,
        2,
    );
}

#[test]
fn a_link_is_the_same_however_it_is_written() {
    for other in [
        "https://a.test/caf%c3%a9/1",
        "http://a.test/café/1",
        "https://www.a.test/caf%C3%A9/1/",
        "https://A.TEST/caf%C3%A9/1#comments",
        "https://a.test/caf%C3%A9/1?utm_campaign=x#xtor=RSS-1",
    ] {
        check(&["|https://a.test/caf%C3%A9/1|Lathes sing", &format!("|{other}|Lathes sing")], 1, 1);
        check(&["7|https://a.test/caf%C3%A9/1|Lathes sing", &format!("7|{other}|Lathes sing")], 1, 1);
    }
    check(
        &[
            "|https://a.test/Caf/1|Lathes sing|2026-05-01T00:00:00Z",
            "|https://a.test/caf/1|Lathes sing|2026-05-01T00:00:00Z",
        ],
        1,
        1,
    );
}

#[test]
fn an_id_that_is_an_address_may_turn_to_https_and_back() {
    let flip = ["http://a.test/1|http://a.test/1|Lathes sing", "https://a.test/1|https://a.test/1|Lathes sing"];
    check(&[flip[0], flip[1], flip[0]], 1, 1);
    check(&["http://a.test/?p=1||Lathes sing", "https://a.test/?p=1||Lathes sing"], 1, 1);
}

#[test]
fn blocks_of_a_live_page_are_items_and_its_comments_are_none() {
    check(&["|https://a.test/live#block-1|Update 10:30", "|https://a.test/live#block-2|Update 10:45"], 2, 2);
    let release = |version: &str| format!("https://a.test/log#{version}|https://a.test/log#{version}|Lathe {version}");
    check(&[&release("1.12.2"), &release("1.12.3")], 2, 2);
    check(&["|https://a.test/live|Live: lathes", "|https://a.test/live#comments|Live: lathes"], 1, 1);
}

#[test]
fn re_dated_and_undated_items_are_the_same() {
    check(
        &[
            "7|https://a.test/1|Lathes sing|2026-05-01T00:00:00Z",
            "7|https://a.test/1|Lathes sing|2026-05-03T00:00:00Z",
            "7|https://a.test/1|Lathes sing",
        ],
        1,
        1,
    );
    check(
        &["|https://a.test/1|Lathes sing|2026-05-01T00:00:00Z", "|https://a.test/1|Lathes sing|2026-05-03T00:00:00Z"],
        1,
        1,
    );
    let nameless = ["2026-05-01", "2026-05-03"].map(|day| format!("||Lathes sing|{day}T00:00:00Z|{LONG}"));
    check(&nameless.each_ref().map(String::as_str), 1, 1);
    check(&["||Lathes sing", "||Another thing", "||Lathes sing"], 2, 2);
}

#[test]
fn one_id_for_two_articles_is_two_items() {
    check(&["7|https://a.test/1|Lathes sing", "7|https://a.test/2|Chrome ships a model"], 2, 2);
    check(&["7||Lathes sing|2026-05-01T00:00:00Z", "7||Chrome ships a model|2026-05-03T00:00:00Z"], 2, 2);
    check(&["7|https://a.test/1|Lathes sing\n7|https://a.test/2|Chrome ships a model"], 2, 2);
    check(
        &["7|https://a.test/1|Lathes sing", "7|https://a.test/1|Lathes sing\n7|https://a.test/2|Chrome ships a model"],
        2,
        2,
    );
    let rewritten = [
        "7|https://a.test/lathes-sing|Lathes sing|2026-05-01T10:20:00Z",
        "7|https://a.test/new-slug|Music from a machine|2026-05-01T10:20:00Z",
    ];
    check(&rewritten, 1, 2);
}

#[test]
fn an_id_that_goes_to_and_fro_between_two_articles_is_two_items() {
    let [one, two] = ["status||Lathes sing|2026-05-01T00:00:00Z", "status||Mills are down|2026-05-03T00:00:00Z"];
    check(&[one, two, one, two, one], 2, 2);
    let third = "status||Ovens are out of order|2026-05-05T00:00:00Z";
    check(&[one, two, third, one, two, third, two], 3, 3);
}

#[test]
fn the_next_post_under_one_title_and_boilerplate_is_an_item() {
    let post = |number: usize, date: &str| format!("{number}|https://a.test/?p={number}|Open thread|{date}|{LONG}");
    let [first, next] = [post(1, "2026-05-01T00:00:00Z"), post(2, "2026-05-08T00:00:00Z")];
    check(&[&first, &next], 2, 2);
}

#[test]
fn one_link_for_two_articles_of_a_document_is_two_items() {
    check(&["a|https://a.test/day|Lathes sing\nb|https://a.test/day|Chrome ships a model"], 2, 2);
    check(&["|https://a.test/day|Lathes sing\n|https://a.test/day|Chrome ships a model"], 2, 2);
    let (one, both) =
        ("|https://a.test/day|Update 10:30", "|https://a.test/day|Update 10:45\n|https://a.test/day|Update 10:30");
    check(&[one, both, both.lines().next().unwrap(), both], 2, 2);
    check(&["|https://a.test/|Lathes sing", "|https://a.test/|Chrome ships a model"], 2, 2);
}

#[test]
fn the_next_of_a_series_under_one_link_and_title_is_an_item() {
    let day = |guid: &str, day: u32, text: &str| {
        format!("{guid}|https://a.test/briefing|Daily briefing|2026-05-0{day}T06:00:00Z|{text}")
    };
    check(&[&day("mon", 4, "Of lathes"), &day("tue", 5, "Of planes")], 2, 2);
    check(&[&day("mon", 4, "Of lathes"), &day("xxx", 5, "Of lathes")], 1, 1);
    let (am, pm) = (
        "https://a.test/briefing|Briefing|2026-05-04T06:00:00Z|Of lathes",
        "https://a.test/briefing|Briefing|2026-05-04T14:00:00Z|Of planes",
    );
    check(&[&format!("a|{am}"), &format!("b|{pm}\nc|{am}")], 2, 2);
}

#[test]
fn what_stands_beside_others_under_one_link_and_title_is_known_by_its_date() {
    let notice = |date: &str, text: &str| format!("|https://a.test/history|Scheduled maintenance|{date}|{text}");
    let network = notice("2026-05-04T09:10:00Z", "Network in Paris");
    let databases = notice("2026-05-05T10:20:00Z", "Databases in Oslo");
    let storage = notice("2026-05-05T15:30:00Z", "Storage in Rome");
    check(&[&format!("{databases}\n{network}")], 2, 2);
    let rolling = [
        &network,
        &format!("{databases}\n{network}"),
        &format!("{storage}\n{databases}\n{network}"),
        &format!("{storage}\n{databases}"),
        &storage,
    ];
    check(&rolling.map(String::as_str), 3, 3);
    // The first is gone when the third comes, which is as near to it as to the second.
    let fans = notice("2026-05-04T12:50:00Z", "Fans in Bonn");
    let doors = notice("2026-05-04T16:40:00Z", "Doors in Kyiv");
    check(&[&network, &format!("{fans}\n{network}"), &format!("{doors}\n{fans}"), &doors], 3, 3);
    let without_text = ["2026-05-05T10:20:00Z", "2026-05-04T09:10:00Z"].map(|date| notice(date, ""));
    check(&[&without_text.join("\n")], 2, 2);
}

#[test]
fn an_article_that_is_listed_twice_is_one() {
    let listed = |guid: &str, date: &str, text: &str| format!("{guid}|https://a.test/1|Lathes sing|{date}|{text}");
    // What the second says is told as an edit when it is seen again.
    let twice = |one: String, other: String| {
        let both = format!("{one}\n{other}");
        check(&[&both, &both], 1, 2);
    };
    let (day, instant) = ("2026-05-01T00:00:00Z", "2026-05-01T10:20:00Z");
    twice(listed("", day, "They do it at night, and loudly."), listed("", day, "They do it at night..."));
    twice(listed("", day, "They do it at night."), listed("", day, ""));
    twice(listed("", instant, "At night."), listed("", instant, "Loudly."));
    twice(listed("7", "2026-05-03T10:20:00Z", "At night."), listed("7", instant, "Loudly."));
}

#[test]
fn where_title_and_date_are_the_same_the_text_tells_who_is_who() {
    let (oslo, paris, rome) = ("||Update||Databases in Oslo", "||Update||Network in Paris", "||Update||Doors in Rome");
    let both = format!("{oslo}\n{paris}");
    check(&[&both], 2, 2);
    check(&[paris, &both, &format!("{rome}\n{oslo}"), &both], 3, 3);
    let of_a_day = ["Oslo", "Paris"].map(|text| format!("|https://a.test/|Update|2026-05-05T00:00:00Z|{text}"));
    check(&[&of_a_day.join("\n"), &of_a_day[1], &of_a_day.join("\n")], 2, 2);
}

#[test]
fn texts_that_flap_are_no_items_even_where_nothing_else_tells_twins_apart() {
    let read = |times: u32| format!("||Update||Oslo, read {times} times\n||Update||Paris, read {times} times");
    let polls = [1, 2, 3, 4].map(read);
    check(&polls.each_ref().map(String::as_str), 2, 2);
    let of_a_page = polls.map(|poll| poll.replace("||Update", "|https://a.test/history|Update"));
    check(&of_a_page.each_ref().map(String::as_str), 2, 2);
    let ignoring = Beliefs { ignored: vec![Part::Content], ..Beliefs::default() };
    check_believed(ignoring, &[&read(1), &read(2)], 1, 1);
}

#[test]
fn the_address_of_the_site_is_nobodys_id() {
    for link in ["", "https://a.test/roundup"] {
        let issue = |number: u32, date: &str, text: &str| {
            format!("https://a.test/|{link}|Weekly AI roundup {number}|2026-{date}T10:20:00Z|{text}")
        };
        let [first, second, third] =
            [issue(12, "04-21", "Of lathes"), issue(13, "04-28", "Of planes"), issue(14, "05-05", "Of saws")];
        check(&[&format!("{second}\n{first}")], 2, 2);
        let rolling = [&first, &format!("{second}\n{first}"), &format!("{third}\n{second}"), &third];
        check(&rolling.map(String::as_str), 3, 3);
    }
}

#[test]
fn the_next_issue_under_an_id_that_is_used_again_is_an_item() {
    let issue = |number: u32, date: &str, text: &str| {
        format!("latest|https://a.test/r/{number}|Weekly AI roundup {number}|2026-{date}T10:20:00Z|{text}")
    };
    let [first, second, third] =
        [issue(12, "04-21", "Of lathes"), issue(13, "04-28", "Of planes"), issue(14, "05-05", "Of saws")];
    check(&[&first, &second, &third], 3, 3);
    check(&[&first, &second, &first, &second], 2, 2);
}

#[test]
fn an_article_that_is_edited_and_dated_anew_is_the_same_wherever_it_moves() {
    let article = |link: &str, day: u32, text: &str| format!("7|{link}|Lathes sing|2026-05-0{day}T10:20:00Z|{text}");
    let before = article("https://a.test/2026/05/01/lathes", 1, "At night");
    check(&[&before, &article("https://a.test/2026/05/03/lathes", 3, "At night, loudly")], 1, 2);
    check(&[&before, &article("https://b.test/lathes", 3, "At night, loudly")], 1, 2);
    check(&[&before, &article("https://a.test/singing-lathes", 3, "At night")], 1, 2);
    check(&[&before, &article("https://a.test/singing-lathes", 1, "At night, loudly")], 1, 2);
    check(&[&before, &article("https://a.test/2026/05/01/lathes", 3, "At night, loudly")], 1, 2);
}

#[test]
fn where_all_but_the_id_is_another_at_each_poll_it_is_one_item() {
    let poll = |hour: u32| {
        let date = "2026-05-01T10:20:00Z".parse::<Timestamp>().unwrap() + HOUR * hour;
        format!("7|https://a.test/x{hour}|Lathes sing|{date}|Read {hour} times")
    };
    let polls: Vec<String> = (0..40).map(poll).collect();
    check(&polls.iter().map(String::as_str).collect::<Vec<_>>(), 1, 12);
}

#[test]
fn a_text_that_alternates_has_two_versions() {
    let (a, b) = ("7|https://a.test/1|Lathes sing||Read 17 times", "7|https://a.test/1|Lathes sing||Read 18 times");
    check(&[a, b, a, b, a, b, a], 1, 2);
    check(&[a, b, "7|https://a.test/1|Lathes sing||Read 19 times", b, a], 1, 3);
}

#[test]
fn the_same_id_in_two_feeds_is_two_items() {
    let mut first = Memory::of(source());
    let mut second = Memory::of(Source { id: "other".parse().unwrap(), ..source() });
    for memory in [&mut first, &mut second] {
        memory.poll(lines("7|https://a.test/1|Lathes sing"));
    }
    assert_ne!(first.items[0].id, second.items[0].id);
}

fn by(identity: Identity) -> Beliefs {
    Beliefs { identity, ..Beliefs::default() }
}

#[test]
fn the_operator_says_what_tells_items_apart() {
    let rewritten = ["a|https://a.test/1|Lathes sing", "b|https://a.test/1|A tool has learnt music"];
    check(&rewritten, 2, 2);
    check_believed(by(Identity::Link), &rewritten, 1, 2);
    let quotes = ["q|https://a.test/quote|Be brave", "q|https://a.test/quote|Be kind"];
    check(&quotes, 1, 2);
    check_believed(by(Identity::Title), &quotes, 2, 2);
    let series = ["a|https://a.test/1|Lathes sing", "b|https://a.test/1|Lathes sing"];
    check(&series, 1, 1);
    check_believed(by(Identity::Guid), &series, 2, 2);
    let reused = ["7|https://a.test/1|Lathes sing", "7|https://a.test/2|Chrome ships a model"];
    check_believed(by(Identity::Guid), &reused, 1, 2);
}

#[test]
fn what_is_stored_is_found_under_another_belief() {
    let all = "a|https://a.test/1|Lathes sing|2026-05-01T10:00:00Z\nb|https://a.test/2|Chrome ships a model|2026-05-02T10:00:00Z\n|https://a.test/3|Planes go smooth\n||Saws are loud";
    let ways = [Identity::Best, Identity::Guid, Identity::Link, Identity::Title];
    for (before, after) in ways.iter().flat_map(|one| ways.map(|other| (*one, other))) {
        let mut memory = Memory::of(Source { believed: by(before), ..source() });
        assert_eq!(memory.poll(lines(all)).0, 4);
        memory.source.believed.identity = after;
        assert_eq!(memory.poll(lines(all)), (0, 0, 4), "{before:?} to {after:?}");
        memory.source.believed.dates = Dating::Ignored;
        assert_eq!(memory.poll(lines(all)), (0, 0, 4), "{before:?} to {after:?}, undated");
    }
}

#[test]
fn rotating_names_are_seen_through_from_the_moment_the_operator_says_so() {
    let poll = |number: usize| {
        format!(
            "g{number}|https://a.test/x{number}/lathes|Lathes sing\nh{number}|https://a.test/y{number}/chrome|Chrome ships a model"
        )
    };
    let mut memory = Memory::of(source());
    assert_eq!(memory.poll(lines(&poll(1))).0, 2);
    assert_eq!(memory.poll(lines(&poll(2))).0, 2, "nobody can tell");
    memory.source.believed = by(Identity::Title);
    assert_eq!(memory.poll(lines(&poll(3))), (0, 0, 2));
    assert_eq!(memory.poll(lines(&poll(4))), (0, 0, 2));
}

#[test]
fn dates_are_worth_what_the_operator_says() {
    let (past, future) = (now() - DAY * 90, now() + DAY * 90);
    let stored = |believed: Beliefs, date: Timestamp| {
        let mut memory = Memory::of(Source { believed, ..source() });
        memory.poll(lines("1|https://a.test/1|Saws are loud"));
        memory.poll(vec![Entry { published: Some(date), ..said("2|https://a.test/2|Lathes sing") }]);
        let item = memory.stored.pop().unwrap();
        assert_eq!(item.placed, Some(memory.at));
        item.entry.published.map(|date| {
            if date == memory.at {
                "first seen"
            } else if date == past {
                "past"
            } else {
                "future"
            }
        })
    };
    let ignored = || Beliefs { dates: Dating::Ignored, ..Beliefs::default() };
    let coming = |future_dates| Beliefs { future_dates, ..Beliefs::default() };
    assert_eq!(stored(Beliefs::default(), future), Some("future"));
    assert_eq!((stored(ignored(), past), stored(ignored(), future)), (None, None));
    assert_eq!(stored(coming(FutureDates::Clamped), future), Some("first seen"));
    assert_eq!(stored(coming(FutureDates::Clamped), past), Some("past"));
    assert_eq!(
        (stored(coming(FutureDates::Ignored), future), stored(coming(FutureDates::Ignored), past)),
        (None, Some("past"))
    );
    let stamped = ["2026-05-01T10:00:00Z", "2026-05-01T11:00:00Z", "2026-05-02T12:00:00Z"]
        .map(|date| format!("||Saws are loud|{date}"));
    check_believed(ignored(), &stamped.each_ref().map(String::as_str), 1, 1);
}

#[test]
fn what_the_operator_lets_change_is_no_change() {
    let ignoring = |part| Beliefs { ignored: vec![part], ..Beliefs::default() };
    let (before, text) = ("7|https://a.test/1|Lathes sing||Read once", "7|https://a.test/1|Lathes sing||Read twice");
    let (title, link) =
        ("7|https://a.test/1|Lathes sing loudly||Read once", "7|https://a.test/one|Lathes sing||Read once");
    for (part, [of_text, of_title, of_link]) in
        [(Part::Content, [1, 2, 2]), (Part::Title, [2, 1, 2]), (Part::Link, [2, 2, 1])]
    {
        check_believed(ignoring(part), &[before, text], 1, of_text);
        check_believed(ignoring(part), &[before, title], 1, of_title);
        check_believed(ignoring(part), &[before, link], 1, of_link);
    }
}
