//! Feeds that name their items badly, from end to end: each article is one item.

use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page};
use crate::running::items;

/// A publisher and the source `lathe` that leads to its `/feed.xml`.
struct Scene {
    origin: Origin,
    folder: Folder,
}

impl Scene {
    fn new(keys: &str) -> Self {
        let scene = Self { origin: Origin::start(), folder: Folder::new() };
        scene.configured(keys)
    }

    fn configured(self, keys: &str) -> Self {
        self.folder.sources(&source("lathe", &self.origin.url("/feed.xml"), keys));
        self
    }

    /// Polls a feed with these items on May `at`.
    #[track_caller]
    fn polled(&self, at: &str, items: &str) {
        let feed = format!("<rss version=\"2.0\"><channel><title>Lathe News</title>{items}</channel></rss>");
        self.origin.put("/feed.xml", Page::rss(feed));
        let now = format!("2026-05-{at}:00Z");
        let said = recapd(self.folder.whole(), &["poll", "lathe", "--now", &now]);
        assert_eq!(said.code, 0, "{}", said.err);
    }

    /// Title, link and date of each item, with its version.
    fn stored(&self) -> Vec<String> {
        let store = Store::read(&self.folder.path("recapd.db")).unwrap();
        let rows = store.items(jiff::Timestamp::UNIX_EPOCH, None).unwrap();
        let line = |row: recapd::store::ItemRow| {
            let (entry, version) = (row.item.entry, row.item.version);
            let date = entry.published.map_or("undated".to_owned(), |date| date.to_string());
            format!("{} <{}> {date} v{version}", entry.title, entry.link.map(String::from).unwrap_or_default())
        };
        rows.into_iter().map(line).collect()
    }
}

/// An item; parts that are empty are left out.
fn item(guid: &str, link: &str, title: &str, date: &str, text: &str) -> String {
    let part = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!("<{name}>{value}</{name}>"),
    };
    let parts = [("guid", guid), ("link", link), ("title", title), ("pubDate", date), ("description", text)];
    format!("<item>{}</item>", parts.map(|(name, value)| part(name, value)).concat())
}

const MAY_4: &str = "Mon, 04 May 2026 10:20:00 GMT";

#[test]
fn names_that_change_at_each_poll_make_no_copies() {
    let scene = Scene::new("");
    for (at, dice) in [("05T08:00", "k3"), ("05T09:00", "q8"), ("06T08:00", "z1")] {
        let rotating = item(&format!("urn:{dice}"), "https://lathe.example/1", "Lathes sing", MAY_4, "");
        let drawn = item("", &format!("http://lathe.example/read?id=2&amp;x={dice}"), "Planes go smooth", MAY_4, "");
        let visit = item("", &format!("https://lathe.example/3;jsessionid={dice}"), "Saws are loud", "", "");
        scene.polled(at, &[rotating, drawn, visit].concat());
    }
    assert_eq!(items(&scene.folder).len(), 3, "{:?}", scene.stored());
}

#[test]
fn a_text_that_alternates_is_recorded_twice() {
    let scene = Scene::new("");
    for (hour, views) in (8..16).zip([17, 18].into_iter().cycle()) {
        let item = item("7", "https://lathe.example/1", "Lathes sing", MAY_4, &format!("Read {views} times"));
        scene.polled(&format!("05T{hour:02}:00"), &item);
    }
    assert_eq!(scene.stored(), ["Lathes sing <https://lathe.example/1> 2026-05-04T10:20:00Z v2"]);
}

#[test]
fn what_was_withdrawn_and_is_there_again_stands_again() {
    let scene = Scene::new("");
    let titles = ["Lathes sing", "WITHDRAWN: Lathes sing", "Lathes sing", "Lathes sing"];
    for (hour, title) in (8..).zip(titles) {
        let item = item("7", "https://lathe.example/1", title, MAY_4, "");
        scene.polled(&format!("05T{hour:02}:00"), &item);
    }
    assert_eq!(scene.stored(), ["Lathes sing <https://lathe.example/1> 2026-05-04T10:20:00Z v3"]);
}

#[test]
fn items_are_found_by_what_they_were_known_by() {
    let both = || {
        let named = item("7", "https://lathe.example/1", "Lathes sing", MAY_4, "");
        named
            + &item("", "https://lathe.example/2", "Planes go smooth", MAY_4, "")
            + &item("", "", "Saws are loud", MAY_4, "")
    };
    let mut scene = Scene::new("");
    scene.polled("05T08:00", &both());
    let begun = scene.stored();
    for (hour, identity) in (9..).zip(["link", "title", "guid", "link", "guid", "title"]) {
        scene = scene.configured(&format!("identity = \"{identity}\""));
        scene.polled(&format!("05T{hour:02}:00"), &both());
        assert_eq!(scene.stored(), begun, "{identity}");
    }
}

#[test]
fn what_the_operator_believes_is_what_is_stored() {
    let scene = Scene::new("base = \"https://lathe.example/news/\"\nfuture_dates = \"clamp\"\nignore = [\"content\"]");
    let next_year = "Tue, 04 May 2027 10:20:00 GMT";
    let both = |text: &str| {
        item("7", "1.html", "Lathes sing", MAY_4, text) + &item("8", "2.html", "Planes go smooth", next_year, text)
    };
    scene.polled("05T08:00", &both("Read once"));
    scene.polled("05T09:00", &both("Read twice"));
    let link = "https://lathe.example/news";
    let mut stored = scene.stored();
    stored.sort();
    let sung = format!("Lathes sing <{link}/1.html> 2026-05-04T10:20:00Z v1");
    let (first, smooth) = (&stored[0], &stored[1]);
    assert_eq!(*first, sung);
    assert!(smooth.starts_with(&format!("Planes go smooth <{link}/2.html> 2026-05-05T08:0")), "{smooth}");

    let scene = Scene::new("dates = \"ignore\"");
    scene.polled("05T08:00", &both("Read once"));
    assert!(scene.stored().iter().all(|line| line.contains("undated")), "{:?}", scene.stored());
}

#[test]
fn one_id_in_two_feeds_is_two_items() {
    let scene = Scene::new("");
    let feed = scene.origin.url("/feed.xml");
    scene.folder.sources(&(source("lathe", &feed, "") + &source("plane", &feed, "")));
    scene.polled("05T08:00", &item("7", "https://lathe.example/1", "Lathes sing", MAY_4, ""));
    let said = recapd(scene.folder.whole(), &["poll", "plane", "--now", "2026-05-05T08:00:00Z"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(items(&scene.folder), ["lathe: Lathes sing", "plane: Lathes sing"]);
}
