//! What is too old goes, what was seen stays known, what is published stays.

use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page};
use crate::reader::wait_for;
use crate::running::Daemon;

const OLD: &str =
    "<item><guid>old</guid><link>https://lathe.example/2025/old</link><title>AI kettles boil</title></item>";
const OLD_MOVED: &str =
    "<item><guid>old</guid><link>https://lathe.example/archive/old</link><title>AI kettles boil</title></item>";
const TOLD: &str = "<item><guid>told</guid><link>https://lathe.example/told</link><title>AI lathes sing</title>\
    <pubDate>Wed, 29 Apr 2026 10:00:00 GMT</pubDate></item>";
const LATE: &str = "<item><guid>late</guid><link>https://lathe.example/late</link><title>AI ovens bake</title>\
    <pubDate>Thu, 30 Jul 2026 10:00:00 GMT</pubDate></item>";

fn feed(items: &[&str]) -> Page {
    let items = items.concat();
    Page::rss(format!("<rss version=\"2.0\"><channel><title>Lathe</title>{items}</channel></rss>"))
}

/// The titles of items whose texts are there, and how many items were ever seen.
fn kept(folder: &Folder) -> (Vec<String>, u64) {
    let store = Store::read(&folder.path("recapd.db")).unwrap();
    let items = store.items("2020-01-01T00:00:00Z".parse().unwrap(), None).unwrap();
    let mut titles: Vec<String> = items.into_iter().map(|row| row.item.entry.title).collect();
    titles.sort();
    (titles, store.count_items().unwrap())
}

#[test]
fn an_old_undated_item_goes_and_is_no_news_when_it_comes_back_even_elsewhere() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let main = std::fs::read_to_string(folder.path("recapd.toml")).unwrap();
    folder.write("recapd.toml", &main.replace("[store]\n", "[store]\nkeep_items = \"30d\"\n"));
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    origin.put("/feed.xml", feed(&[OLD, TOLD]));
    let begun = Daemon::start(&folder, "2026-05-08T08:00:00Z");
    wait_for("the first issue", || (begun.health()["last_recap"] == "2026-W18").then_some(()));
    assert_eq!(kept(&folder), (vec!["AI kettles boil".to_owned(), "AI lathes sing".to_owned()], 2));
    drop(begun);

    origin.put("/feed.xml", feed(&[LATE]));
    let later = Daemon::start(&folder, "2026-08-05T08:00:00Z");
    wait_for("the old text is gone, the published one is not", || {
        (kept(&folder) == (vec!["AI lathes sing".to_owned(), "AI ovens bake".to_owned()], 3)).then_some(())
    });
    drop(later);

    for (hour, page) in [("09", feed(&[OLD, LATE])), ("11", feed(&[OLD_MOVED, LATE]))] {
        origin.put("/feed.xml", page);
        let polled = recapd(folder.whole(), &["--now", &format!("2026-08-06T{hour}:00:00Z"), "poll"]);
        assert!(polled.out.contains("1 source polled"), "{}{}", polled.out, polled.err);
        assert_eq!(kept(&folder), (vec!["AI lathes sing".to_owned(), "AI ovens bake".to_owned()], 3));
    }
}
