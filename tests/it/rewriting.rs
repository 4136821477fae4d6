//! A tree that is written again, by `[publish] folder` and by `recapd export`: a new week touches
//! only the files whose content it changes, so that whoever copies them copies little.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::command::recapd;
use crate::folder::{Folder, files, source};
use crate::origin::{Origin, Page, rss};

/// A Monday, after the slot of 2026-W18; and a week later.
const FIRST: &str = "2026-05-04T08:30:00Z";
const SECOND: &str = "2026-05-11T08:30:00Z";

/// What one file is: another inode or time says that it was written again.
#[derive(Debug, PartialEq)]
struct Written {
    inode: u64,
    modified: (i64, i64),
    bytes: Vec<u8>,
}

/// Every file below `folder`, by its path there.
fn tree(folder: &Path) -> BTreeMap<String, Written> {
    let written = |path: PathBuf| {
        let about = std::fs::metadata(&path).unwrap();
        let modified = (about.mtime(), about.mtime_nsec());
        let name = path.strip_prefix(folder).unwrap().display().to_string();
        (name, Written { inode: about.ino(), modified, bytes: std::fs::read(&path).unwrap() })
    };
    files(folder).into_iter().map(written).collect()
}

struct Scene {
    origin: Origin,
    folder: Folder,
}

impl Scene {
    /// Polls what the feed says by then, publishes the week that has ended, and exports.
    #[track_caller]
    fn week(&self, items: &[(&str, &str)], polled: &str, now: &str) {
        self.origin.put("/feed.xml", Page::rss(rss("lathe.example", items)));
        self.says(polled, &["poll", "--all"]);
        self.says(now, &["publish"]);
        self.exports(now);
    }

    #[track_caller]
    fn exports(&self, now: &str) {
        let folder = self.folder.path("exported").display().to_string();
        self.says(now, &["export", folder.as_str()]);
    }

    #[track_caller]
    fn says(&self, now: &str, verb: &[&str]) {
        let said = recapd(self.folder.whole(), &[&["--now", now], verb].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{verb:?}: {}", said.out);
    }

    /// What stands in the folder of `[publish]`, and in the one that was exported to.
    fn trees(&self) -> [BTreeMap<String, Written>; 2] {
        ["tree", "exported"].map(|name| tree(&self.folder.path(name)))
    }
}

/// The paths as they are called on a site, without what differs by chance.
fn listed<'f>(files: impl Iterator<Item = &'f String>) -> String {
    files.map(|file| file.replace("index.html", "")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_new_week_rewrites_only_what_it_changes() {
    let (origin, folder) = (Origin::start(), Folder::new());
    folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
    let tree = folder.path("tree").display().to_string();
    folder.configure(&format!("\n[publish]\nfolder = \"{tree}\"\n"));
    let scene = Scene { origin, folder };
    let mut items = vec![
        ("AI lathes learn to sing", "2026-04-28T10:00:00Z"),
        ("Chatbot refuses to write poems", "2026-05-01T10:00:00Z"),
    ];
    scene.week(&items, FIRST, FIRST);
    let before = scene.trees();
    items.extend([
        ("AI chisels fall silent", "2026-05-05T10:00:00Z"),
        ("Agents now book dentists", "2026-05-06T10:00:00Z"),
    ]);
    scene.week(&items, "2026-05-09T08:30:00Z", SECOND);

    for (before, after) in before.iter().zip(&scene.trees()) {
        assert!(before.keys().all(|file| after.contains_key(file)), "nothing goes");
        let known: Vec<(&String, &Written)> = after.iter().filter(|(file, _)| before.contains_key(*file)).collect();
        for (file, now) in &known {
            let then = &before[*file];
            let is_untouched = (now.inode, now.modified) == (then.inode, then.modified);
            assert_eq!(is_untouched, now.bytes == then.bytes, "{file} is written again if it says another thing");
        }
        let changed = known.iter().filter(|(file, now)| now.bytes != before[*file].bytes).map(|(file, _)| *file);
        expect_test::expect![[r#"
            archive/
            audience/general/
            feeds/audience/general.atom
            feeds/audience/general.json
            feeds/audience/general.rss
            feeds/stories.atom
            feeds/stories.json
            feeds/stories.rss
            feeds/weekly.atom
            feeds/weekly.json
            feeds/weekly.rss

            sitemap.xml
            sources/
            w/2026-W18/general/
            w/2026-W18/"#]]
        .assert_eq(&listed(changed));
        let new = after.keys().filter(|file| !before.contains_key(*file) && !file.starts_with("s/"));
        expect_test::expect![[r#"
            w/2026-W19/general/
            w/2026-W19/general/recap.json
            w/2026-W19/general/recap.md
            w/2026-W19/general/recap.txt
            w/2026-W19/
            w/2026-W19/recap.json
            w/2026-W19/recap.md
            w/2026-W19/recap.txt"#]]
        .assert_eq(&listed(new));
        let stories = |files: &BTreeMap<String, Written>| files.keys().filter(|file| file.starts_with("s/")).count();
        assert_eq!((stories(before), stories(after)), (2, 4), "the older ones stay as they are");
    }

    // And the same once more writes nothing.
    let before = scene.trees();
    scene.exports(SECOND);
    assert!(scene.trees() == before);
}
