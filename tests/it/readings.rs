//! The readings of an audience: what its feeds say of a story is said to its readers, and to no others.

use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::reader::wait_for;
use crate::running::Daemon;

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";

const AUDIENCES: &str = r#"
[[audience]]
id = "makers"
name = "Makers"
terms = [{ any = ["funding round", "new law"], weight = 2.0 }]

[[audience]]
id = "backers"
name = "Backers"
terms = [{ any = ["funding round", "new law"], weight = 2.0 }]

[[audience]]
id = "general"
name = "Everybody"
fallback = true
"#;

/// Money means two things to two of them; a law means the same to all.
const PLAYBOOK: &str = r#"
[[kind]]
id = "funding"
terms = [{ any = ["funding round"], weight = 2.0 }]
[[kind.advice]]
audience = "makers"
matters = "Makers find a richer rival."
next = "Makers should count their runway."
[[kind.advice]]
audience = "backers"
matters = "Backers find a new mark."
next = "Backers should ask for the terms."
[[kind.advice]]
matters = "Money is no product."

[[kind]]
id = "law"
terms = [{ any = ["new law"], weight = 2.0 }]
[[kind.advice]]
matters = "A law binds everybody."
"#;

#[test]
fn the_feeds_of_an_audience_carry_its_own_reading() {
    let (origin, folder) = (Origin::start(), Folder::new());
    let news = [
        ("AI chipmaker raises money in a funding round", "2026-04-29T10:00:00Z"),
        ("Parliament passes a new law on artificial intelligence", "2026-04-30T10:00:00Z"),
    ];
    origin.put("/feed.xml", Page::rss(rss("lathe.example", &news)));
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    folder.write("audiences.toml", AUDIENCES).write("playbook.toml", PLAYBOOK);
    let main = std::fs::read_to_string(folder.path("recapd.toml")).unwrap();
    folder.write("recapd.toml", &format!("audiences = \"audiences.toml\"\nplaybook = \"playbook.toml\"\n{main}"));
    let daemon = Daemon::start(&folder, NOW);
    wait_for("the first issue", || (daemon.health()["last_recap"] == "2026-W18").then_some(()));
    let makers = ["Makers find a richer rival.", "Makers should count their runway."];
    let backers = ["Backers find a new mark.", "Backers should ask for the terms."];
    for (audience, own, anothers) in [("makers", makers, backers), ("backers", backers, makers)] {
        for format in ["atom", "rss", "json"] {
            let path = format!("/feeds/audience/{audience}.{format}");
            let answer = daemon.get(&path);
            let text = answer.text();
            assert_eq!(answer.status, 200, "{path}");
            assert!(own.iter().all(|line| text.contains(line)), "{path}: {text}");
            assert!(!anothers.iter().any(|line| text.contains(line)), "{path}: {text}");
            assert!(text.contains("A law binds everybody."), "what is said to all stands there too: {path}: {text}");
        }
    }
}
