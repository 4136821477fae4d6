//! What an editor finds in his feed reader of the week that waits for him: an entry for
//! the draft, and one for each story of it, with links that he may follow.

use askama::Template;
use jiff::Timestamp;
use serde_json::json;

use crate::publish::Site;
use crate::publish::card::Card;
use crate::publish::feed::entries::{finished, placed};
use crate::publish::feed::{Chain, Feed, FeedEntry};
use crate::publish::inert::printable;
use crate::publish::words;
use crate::recap::{AudienceName, Entry, Recap, State};

/// A week that waits for its editor.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// What its stories have in common.
    pub frame: Recap,
    /// When it was frozen: since when there are entries of it.
    pub since: Timestamp,
    /// When what is said of it as a whole, or a link there, last changed.
    pub updated: Timestamp,
    /// When it is published by itself.
    pub deadline: Timestamp,
    /// Why it will not be, before its file is mended; none if that is right.
    pub held: Option<String>,
    /// What became of stories of which publishers withdrew reports since it was frozen, a line each.
    pub losses: Vec<String>,
    /// The link that publishes it.
    pub approve: Offered,
    /// Until when its links are good.
    pub until: Timestamp,
    /// In the draft's order.
    pub stories: Vec<Reviewed>,
}

/// A story of the draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Reviewed {
    /// As the draft has it.
    pub entry: Entry,
    /// The heading that it stands below.
    pub section: &'static str,
    /// Its place in the list for all readers; 0 if it has none.
    pub place: usize,
    /// Why it was left out, where it was; or what its publisher withdrew of it.
    pub reason: Option<String>,
    /// What may be chosen for it.
    pub links: Vec<Offered>,
    /// When what is said of it, or one of its links, last changed.
    pub updated: Timestamp,
}

/// A link to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// "Pin".
    pub label: &'static str,
    /// Absolute.
    pub url: String,
}

/// The feed at `path`, of the week that waits; without one it is empty, and dated `begun`.
pub fn review(site: &Site, path: String, review: Option<&Review>, begun: Timestamp) -> Feed {
    let entries = review.map(|review| {
        let stories = review.stories.iter().map(|story| story_entry(site, review, story));
        std::iter::once(draft_entry(site, review)).chain(stories).collect()
    });
    finished(Feed {
        title: printable(&format!("{}: to review", site.title)),
        about: "The draft that waits for its editor, for nobody else".to_owned(),
        path,
        home: "/".to_owned(),
        id: site.tag("feed/review"),
        // Nobody is told of it.
        hub: None,
        query: None,
        chain: Chain::default(),
        updated: begun,
        entries: entries.unwrap_or_default(),
    })
}

/// The content of the draft's own entry.
#[derive(Template)]
#[template(path = "feed_review.html")]
struct DraftHtml<'a> {
    review: &'a Review,
    deadline: String,
    until: String,
}

/// The content of a story's entry.
#[derive(Template)]
#[template(path = "feed_review_story.html")]
struct StoryHtml<'a> {
    review: &'a Review,
    story: &'a Reviewed,
    card: &'a Card<'a>,
    until: String,
}

fn draft_entry(site: &Site, review: &Review) -> FeedEntry {
    let (week, deadline) = (review.frame.week, words::moment(review.deadline, &site.zone));
    let until = words::moment(review.until, &site.zone);
    let html = DraftHtml { review, deadline: deadline.clone(), until }.render();
    FeedEntry {
        id: site.tag(&format!("review/{week}")),
        url: Some(review.approve.url.clone()),
        title: match review.held {
            None => format!("Draft of week {}, published {deadline}", week.number()),
            Some(_) => format!("Draft of week {}, held", week.number()),
        },
        published: review.since,
        updated: review.updated,
        html: printable(&html.expect("writing to memory cannot fail")),
        summary: words::count(review.stories.iter().filter(|story| story.place > 0).count(), "story"),
        categories: Vec::new(),
        related: Vec::new(),
        via: None,
        source: None,
        extra: json!({ "about": site.url("/about/"), "week": week, "state": State::Draft, "revision": 0, "stories": [] }),
    }
}

fn story_entry(site: &Site, review: &Review, story: &Reviewed) -> FeedEntry {
    let card = Card::new(site, &review.frame, &story.entry);
    let until = words::moment(review.until, &site.zone);
    let html = StoryHtml { review, story, card: &card, until }.render();
    let readers = card.readers();
    let categories = readers.iter().map(|reader| AudienceName { id: reader.id.clone(), name: reader.name.to_owned() });
    FeedEntry {
        id: site.tag(&format!("review/{}/{}", review.frame.week, story.entry.story)),
        url: Some(card.original().unwrap_or_else(|| review.approve.url.clone())),
        title: printable(&story.entry.headline),
        published: review.since,
        updated: story.updated,
        html: printable(&html.expect("writing to memory cannot fail")),
        summary: printable(&card.summary()),
        categories: categories.collect(),
        related: Vec::new(),
        via: None,
        source: None,
        extra: json!({
            "about": site.url("/about/"),
            "week": review.frame.week,
            "state": State::Draft,
            "revision": 0,
            "stories": [placed(&card, story.section)],
        }),
    }
}

impl DraftHtml<'_> {
    /// The stories of the list for all readers.
    fn chosen(&self) -> Vec<&Reviewed> {
        self.review.stories.iter().filter(|story| story.place > 0).collect()
    }
}

impl Reviewed {
    /// "#3 of Top stories".
    fn stands(&self) -> String {
        if self.place > 0 {
            format!("#{} of “{}”", self.place, self.section)
        } else {
            format!("“{}”", self.section)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::feed::Format;
    use crate::publish::fixture::{at, bare, recap, site, tags};

    fn offered(label: &'static str) -> Offered {
        Offered { label, url: format!("https://recap.example.org/review/2026-W19.{}", label.to_lowercase()) }
    }

    fn waiting(recap: Recap) -> Review {
        let story = |(at, entry): (usize, &Entry)| Reviewed {
            entry: entry.clone(),
            section: if at < 5 { "Top stories" } else { "Left out" },
            place: if at < 5 { at + 1 } else { 0 },
            reason: (at == 5).then(|| "would need +0.40".to_owned()),
            links: ["Pin", "Drop", "Later"].map(offered).to_vec(),
            updated: self::at(if at == 1 { "2026-05-11T09:30:00Z" } else { "2026-05-11T08:00:00Z" }),
        };
        Review {
            stories: recap.entries.iter().enumerate().map(story).collect(),
            frame: Recap { state: State::Draft, entries: Vec::new(), ..recap },
            since: at("2026-05-11T08:00:00Z"),
            updated: at("2026-05-11T08:00:00Z"),
            deadline: at("2026-05-11T20:00:00Z"),
            held: None,
            losses: Vec::new(),
            approve: offered("Approve"),
            until: at("2026-05-11T20:00:00Z"),
        }
    }

    fn feed(review: Option<&Review>) -> Feed {
        super::review(&site(), "/review/00".to_owned(), review, at("2026-05-01T00:00:00Z"))
    }

    #[test]
    fn an_editor_finds_what_a_story_is_and_why_it_is_there() {
        let mut week = bare();
        week.entries.truncate(1);
        let feed = feed(Some(&waiting(week)));
        expect_test::expect![[r#"
            <p><strong>#1 of “Top stories”</strong> <small>The Next Paper · 6 May 2026 · 6 publishers</small></p>
            <p><a href="https://recap.example.org/review/2026-W19.pin">Pin</a> · <a href="https://recap.example.org/review/2026-W19.drop">Drop</a> · <a href="https://recap.example.org/review/2026-W19.later">Later</a> · <a href="https://recap.example.org/review/2026-W19.approve">Approve</a></p>
            <h2>Why it is there</h2>
            <ul>
            <li>coverage +12.80 <small>6 publishers: The Next Paper, Ledger Street, Eastern Wire ..</small></li>
            <li>authority +9.40 <small>Ledger Street 0.9, Harbour Times 0.9, Eastern Wire 0.8 ..</small></li>
            <li>community +3.30 <small>2 lists</small></li>
            <li>age −1.50 <small>5 days since the first report</small></li>
            <li><strong>24.00 points</strong></li>
            </ul>
            <h2>Sources</h2>
            <ul>
            <li><a href="https://eastern-wire.example/2026/05/1?a=1&#38;b=2">国家大基金拟领投DeepSeek，估值约450亿美元</a> <small>Eastern Wire · 5 May 2026, 23:40 UTC</small></li>
            <li><a href="https://ledger.example/2026/05/2?a=1&#38;b=2">China’s state chip fund in talks to lead DeepSeek’s first round</a> <small>Ledger Street · 6 May 2026, 06:10 UTC</small></li>
            <li><a href="https://next-paper.example/2026/05/3?a=1&#38;b=2">China’s Big Fund leads DeepSeek round at $45B</a> <small>The Next Paper · 6 May 2026, 08:19 UTC</small></li>
            <li><a href="https://daily-model.example/2026/05/4?a=1&#38;b=2">DeepSeek nears $45B valuation as state money comes in</a> <small>The Daily Model · 6 May 2026, 09:02 UTC</small></li>
            <li><a href="https://harbour.example/2026/05/5?a=1&#38;b=2">DeepSeek said to seek $50 billion valuation</a> <small>Harbour Times · 6 May 2026, 11:47 UTC</small></li>
            <li><a href="https://gradient.example/2026/05/6?a=1&#38;b=2">What a state-led DeepSeek round means for open weights</a> <small>Gradient Notes · 7 May 2026, 07:30 UTC</small></li>
            </ul>
            <hr>
            <p><small>For: Founders &#38; Product Leaders, Investors. Each link opens a page that asks once more, does its one thing once, and is good until 11 May 2026, 20:00 UTC.</small></p>"#]].assert_eq(&feed.entries[1].html);
        expect_test::expect![[r#"
            Draft of week 19, published 11 May 2026, 20:00 UTC
            <p>It is published on 11 May 2026, 20:00 UTC as it then stands, or now: <a href="https://recap.example.org/review/2026-W19.approve">Approve</a></p>
            <ol>
            <li>China’s Big Fund leads DeepSeek round at $45B <small>The Next Paper</small></li>
            </ol>
            <hr>
            <p><small>Each link opens a page that asks once more, does its one thing once, and is good until 11 May 2026, 20:00 UTC.</small></p>"#]].assert_eq(&format!("{}\n{}", feed.entries[0].title, feed.entries[0].html));
    }

    #[test]
    fn every_story_can_be_chosen_for_and_nothing_of_it_is_markup() {
        let feed = feed(Some(&waiting(recap())));
        assert_eq!(feed.entries.len(), 7);
        for entry in &feed.entries[1..] {
            let markup = tags(&entry.html);
            assert!(!markup.iter().any(|tag| matches!(tag.name, "script" | "img")), "{}", entry.html);
            for label in ["pin", "drop", "later", "approve"] {
                let url = format!("https://recap.example.org/review/2026-W19.{label}");
                assert!(markup.iter().any(|tag| tag.attributes.contains(&("href", &url))), "{label}: {}", entry.html);
            }
        }
        assert!(feed.entries[6].html.contains("Left out") && feed.entries[6].html.contains("would need +0.40"));
        let ids: std::collections::BTreeSet<&str> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids.len(), 7);
        for format in Format::ALL {
            let body = String::from_utf8(feed.document(&site(), format).body).unwrap();
            assert!(body.chars().all(|c| c == '\n' || !c.is_control()) && !body.contains("hub"), "{format:?}");
        }
    }

    #[test]
    fn an_entry_says_when_it_changed_and_the_feed_when_one_did() {
        let feed = feed(Some(&waiting(bare())));
        let (frozen, changed) = (at("2026-05-11T08:00:00Z"), at("2026-05-11T09:30:00Z"));
        assert!(feed.entries.iter().all(|entry| entry.published == frozen));
        let updated: Vec<Timestamp> = feed.entries.iter().take(4).map(|entry| entry.updated).collect();
        assert_eq!(updated, [frozen, frozen, changed, frozen]);
        assert_eq!(feed.updated, changed);
    }

    #[test]
    fn a_draft_says_what_publishers_withdrew_of_it() {
        let lost = Review { losses: vec!["“A <b> star” is left out".to_owned()], ..waiting(bare()) };
        let entry = &feed(Some(&lost)).entries[0];
        assert!(entry.html.contains("<p>“A &#60;b&#62; star” is left out</p>"), "{}", entry.html);
    }

    #[test]
    fn a_draft_that_is_held_says_why_and_a_feed_without_one_is_empty() {
        let held = Review { held: Some("line 3: <b>".to_owned()), ..waiting(bare()) };
        let entry = &feed(Some(&held)).entries[0];
        assert_eq!(entry.title, "Draft of week 19, held");
        assert!(entry.html.contains("line 3: &#60;b&#62;"), "{}", entry.html);
        let nothing_chosen = Review { stories: Vec::new(), ..waiting(bare()) };
        let entry = &feed(Some(&nothing_chosen)).entries[0];
        assert!(!entry.html.contains("<ol>"), "{}", entry.html);
        let empty = feed(None);
        assert_eq!((empty.entries.len(), empty.updated), (0, at("2026-05-01T00:00:00Z")));
    }
}
