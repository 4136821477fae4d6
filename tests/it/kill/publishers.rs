//! Publishers whose feeds change all the time, and who remember what each
//! version of a feed said.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::dice::Dice;
use crate::folder::source;
use crate::origin::{Asked, Origin, Page};

/// Origins, each a host of its own, and feeds at each.
const HOSTS: u8 = 4;
const FEEDS: u8 = 3;

/// Entries in a feed at most: the oldest make room.
const MOST: usize = 12;

/// An article's title is edited this often at most: recapd itself stops recording after twelve.
const EDITS: u32 = 5;

/// What an item says: its guid and its title.
pub type Saying = (String, String);

/// What names a version of a feed: the `ETag` and the `Last-Modified` that came with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

#[derive(Clone)]
struct Article {
    guid: String,
    words: String,
    published: Timestamp,
    edits: u32,
}

pub struct Feed {
    pub id: String,
    pub interval_s: u64,
    host: usize,
    path: String,
    version: u32,
    born: u32,
    shown: Vec<Article>,
    dropped: Vec<Article>,
    said: HashMap<Mark, BTreeSet<Saying>>,
}

pub struct Publishers {
    origins: Vec<Origin>,
    pub feeds: Vec<Feed>,
}

impl Mark {
    /// What a request brought.
    pub fn brought(asked: &Asked) -> Self {
        let header = |name: &str| asked.headers.get(name).cloned();
        Self { etag: header("if-none-match"), last_modified: header("if-modified-since") }
    }

    /// What its answer gave.
    pub fn given(asked: &Asked) -> Self {
        let header = |name: &str| asked.given.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        Self { etag: header("ETag"), last_modified: header("Last-Modified") }
    }
}

impl Publishers {
    /// With feeds that say something already.
    pub fn start(dice: &mut Dice, now: Timestamp) -> Self {
        let origins = (1..=HOSTS).map(Origin::at).collect();
        let feeds = (0..HOSTS).flat_map(|host| (0..FEEDS).map(move |number| Feed::new(host, number))).collect();
        let mut publishers = Self { origins, feeds };
        for feed in 0..publishers.feeds.len() {
            for days in [0, 3, 9] {
                let published = now - jiff::SignedDuration::from_hours(24 * days);
                publishers.feeds[feed].write(dice, published);
            }
            publishers.put(feed, now);
        }
        publishers
    }

    /// `[[source]]` for each feed.
    pub fn sources(&self) -> String {
        let of = |feed: &Feed| {
            let address = self.origins[feed.host].url(&feed.path);
            source(&feed.id, &address, &format!("interval = \"{}s\"", feed.interval_s))
        };
        self.feeds.iter().map(of).collect()
    }

    /// Changes some feed at `now`: adds, edits, drops or brings back an entry.
    pub fn change(&mut self, dice: &mut Dice, now: Timestamp) {
        let at = dice.place_in(&self.feeds);
        self.feeds[at].change(dice, now);
        self.put(at, now);
    }

    fn put(&mut self, at: usize, now: Timestamp) {
        let feed = &mut self.feeds[at];
        feed.version += 1;
        let mark = feed.mark();
        feed.said.insert(mark.clone(), feed.shown.iter().map(Article::saying).collect());
        let mut page = Page::rss(feed.document(now));
        if let Some(etag) = &mark.etag {
            page = page.with("ETag", etag);
        }
        if let Some(date) = &mark.last_modified {
            page = page.with("Last-Modified", date);
        }
        self.origins[feed.host].put(&feed.path, page);
    }

    /// What was asked since the last time, with the place of the feed, in order for each feed.
    /// Whoever asked is dead by now.
    pub fn asked(&self) -> Vec<(usize, Asked)> {
        let mut all = Vec::new();
        for (host, origin) in self.origins.iter().enumerate() {
            origin.settle();
            for asked in origin.asked_anew() {
                let at = self.feeds.iter().position(|feed| feed.host == host && feed.path == asked.path);
                all.push((at.expect("nothing else is asked for"), asked));
            }
        }
        all
    }

    /// How many answers with a feed were given since the log was last emptied.
    pub fn bodies(&self) -> usize {
        let bodies = |feed: &Feed| self.origins[feed.host].asked(&feed.path);
        self.feeds.iter().flat_map(bodies).filter(|asked| asked.status == Some(200)).count()
    }

    /// Whether the last request for each feed brought its newest mark.
    pub fn are_heard(&self) -> bool {
        let is_heard = |feed: &Feed| {
            let asked = self.origins[feed.host].asked(&feed.path);
            asked.last().is_some_and(|asked| asked.status == Some(304))
        };
        self.feeds.iter().all(is_heard)
    }
}

impl Feed {
    fn new(host: u8, number: u8) -> Self {
        Self {
            id: format!("h{host}f{number}"),
            // Two, three and four seconds: long enough that a restart falls within.
            interval_s: 2 + u64::from(number),
            host: usize::from(host),
            path: format!("/{number}.xml"),
            version: 0,
            born: 0,
            shown: Vec::new(),
            dropped: Vec::new(),
            said: HashMap::new(),
        }
    }

    /// What the version with this mark said.
    pub fn said(&self, mark: &Mark) -> &BTreeSet<Saying> {
        self.said.get(mark).unwrap_or_else(|| panic!("`{}` never gave {mark:?}", self.id))
    }

    /// Of the newest version. Some publishers give a tag, some a date, most give both.
    pub fn mark(&self) -> Mark {
        let etag = Some(format!("\"{}-{}\"", self.id, self.version)).filter(|_| self.host != 1);
        let date = Timestamp::from_second(1_770_000_000 + i64::from(self.version)).unwrap();
        let date = Some(date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).filter(|_| self.host != 2);
        Mark { etag, last_modified: date }
    }

    fn change(&mut self, dice: &mut Dice, now: Timestamp) {
        match dice.below(10) {
            0..5 => self.write(dice, now),
            5..7 => {
                let at = dice.place_in(&self.shown);
                self.shown[at].edits = (self.shown[at].edits + 1).min(EDITS);
            }
            7 if self.shown.len() > 2 => {
                let at = dice.place_in(&self.shown);
                let dropped = self.shown.remove(at);
                self.dropped.push(dropped);
            }
            8 if !self.dropped.is_empty() => {
                let at = dice.place_in(&self.dropped);
                let back = self.dropped.remove(at);
                self.shown.push(back);
            }
            _ => self.write(dice, now),
        }
        while self.shown.len() > MOST {
            let oldest = self.shown.remove(0);
            self.dropped.push(oldest);
        }
    }

    fn write(&mut self, dice: &mut Dice, published: Timestamp) {
        const WORDS: [&str; 24] = [
            "lathe", "river", "copper", "orchard", "signal", "harbour", "model", "violin", "granite", "lantern",
            "chip", "meadow", "cipher", "ladder", "robot", "glacier", "pencil", "circuit", "falcon", "barley",
            "mirror", "anvil", "thimble", "comet",
        ];
        let words: Vec<&str> = (0..5).map(|_| *dice.one_of(&WORDS)).collect();
        self.born += 1;
        let guid = format!("{}-{}", self.id, self.born);
        let words = format!("AI {} number {guid}", words.join(" "));
        self.shown.push(Article { guid, words, published, edits: 0 });
    }

    fn document(&self, now: Timestamp) -> String {
        let host = format!("{}.example", self.id);
        let items: String = self.shown.iter().map(|article| article.document(&host)).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
             <channel><title>{host}</title><link>https://{host}/</link><description>It changes</description>\
             <dc:date>{now}</dc:date>\n{items}</channel></rss>\n"
        )
    }
}

impl Article {
    fn title(&self) -> String {
        match self.edits {
            0 => self.words.clone(),
            edits => format!("{}, edited {edits}", self.words),
        }
    }

    fn saying(&self) -> Saying {
        (self.guid.clone(), self.title())
    }

    fn document(&self, host: &str) -> String {
        let Self { guid, published, .. } = self;
        let title = self.title();
        format!(
            "<item><title>{title}</title><link>https://{host}/{guid}</link><guid isPermaLink=\"false\">{guid}</guid>\
             <dc:date>{published}</dc:date><description>{title}, as {host} has it.</description></item>\n"
        )
    }
}
