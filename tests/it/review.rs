//! The review feed, with the real daemon: an editor reads the draft in his feed reader,
//! follows its links, and what he chooses is done once; nobody else gets anywhere.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use expect_test::expect;
use recapd::id::StoryId;
use recapd::review::{Choice, Key, Pass};
use recapd::store::Store;
use regex::Regex;

use crate::command::{recapd, refuses};
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page, rss};
use crate::process::{Process, free_address};
use crate::reader::{Answer, ask, send, wait_for};
use crate::running::Daemon;

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";

/// After a review of twelve hours.
const AFTER_THE_REVIEW: &str = "2026-05-08T20:00:01Z";

const KEY: &str = "0123456789abcdef0123456789abcdef";
const OTHER_KEY: &str = "fedcba9876543210fedcba9876543210";

const STORIES: [(&str, &str); 4] = [
    ("AI lathes learn to sing", "2026-04-28T10:00:00Z"),
    ("Robot choirs need an artificial intelligence tuner", "2026-04-29T10:00:00Z"),
    ("Agents now book dentists", "2026-04-30T10:00:00Z"),
    ("Chatbot refuses to write poems", "2026-05-01T10:00:00Z"),
];

struct Scene {
    _origin: Origin,
    folder: Folder,
}

impl Scene {
    /// One source with the stories of a week, which waits for its editor for twelve hours.
    fn new() -> Self {
        let (origin, folder) = (Origin::start(), Folder::new());
        origin.put("/feed.xml", Page::rss(rss("lathe.example", &STORIES)));
        folder.sources(&source("lathe", &origin.url("/feed.xml"), ""));
        let scene = Self { _origin: origin, folder };
        scene.key(KEY, 0o600);
        scene.configure("");
        scene
    }

    fn configure(&self, tables: &str) {
        let review = "\n[recap]\nreview = \"12h\"\n\n[publish]\nreview_key_file = \"review.key\"\n";
        self.folder.configure(&format!("{review}{tables}"));
    }

    fn key(&self, text: &str, mode: u32) {
        let path = self.folder.path("review.key");
        // Nobody shall find it half written.
        let beside = self.folder.path("review.key.new");
        std::fs::write(&beside, format!("{text}\n")).unwrap();
        std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(mode)).unwrap();
        std::fs::rename(beside, path).unwrap();
    }

    #[track_caller]
    fn waiting(&self) -> Daemon {
        let daemon = Daemon::start(&self.folder, NOW);
        wait_for("the draft", || self.draft());
        daemon
    }

    fn store(&self) -> Store {
        Store::read(&self.folder.path("recapd.db")).unwrap()
    }

    fn draft(&self) -> Option<String> {
        std::fs::read_to_string(self.folder.path("drafts/2026-W18.md")).ok()
    }

    /// Where the feed is, as its editor is told, below the root.
    fn feed(&self) -> String {
        let said = recapd(self.folder.whole(), &["draft", "--feed"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        let json = said.out.lines().find(|line| line.ends_with(".json")).unwrap().to_owned();
        path(&json).to_owned()
    }

    /// What is signed with the key of the scene.
    fn signed(&self, week: &str, choice: Choice, used: u32) -> String {
        let until = "2026-05-08T20:00:00Z".parse().unwrap();
        let pass = Pass { week: week.parse().unwrap(), choice, used, until };
        format!("/review/{}", Key::of(KEY).unwrap().signed(&pass))
    }
}

/// Of an address at the server's default place.
#[track_caller]
fn path(url: &str) -> &str {
    url.strip_prefix("http://127.0.0.1:8484").unwrap_or_else(|| panic!("{url} is not ours"))
}

/// The link that says `label` in the entry whose title begins so.
#[track_caller]
fn link(daemon: &Daemon, feed: &str, title: &str, label: &str) -> String {
    let document = daemon.get(feed).json();
    let entries = document["items"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["title"].as_str().unwrap().starts_with(title));
    let html = entry.unwrap_or_else(|| panic!("no {title} in {document}"))["content_html"].as_str().unwrap();
    let link = Regex::new(&format!("href=\"([^\"]+)\">{label}<")).unwrap();
    path(&link.captures(html).unwrap_or_else(|| panic!("no {label} in {html}"))[1]).to_owned()
}

/// What each entry says, its links included, and since when: by id.
fn entries(daemon: &Daemon, feed: &str) -> BTreeMap<String, (String, String)> {
    let document = daemon.get(feed).json();
    let entries = document["items"].as_array().unwrap().iter();
    let entry = |entry: &serde_json::Value| {
        let mut said = entry.clone();
        let updated = said.as_object_mut().unwrap().remove("date_modified");
        let updated = updated.unwrap_or_else(|| entry["date_published"].clone()).as_str().unwrap().to_owned();
        (entry["id"].as_str().unwrap().to_owned(), (said.to_string(), updated))
    };
    entries.map(entry).collect()
}

/// That the entries which say another thing than `before` changed at `at` or later, so many of them,
/// and that the others keep their time.
#[track_caller]
fn check_updated(
    before: &BTreeMap<String, (String, String)>,
    now: &BTreeMap<String, (String, String)>,
    at: &str,
    count: usize,
) {
    let mut changed = 0;
    for (id, (said, updated)) in now {
        let (said_before, updated_before) = &before[id];
        if said == said_before {
            assert_eq!(updated, updated_before, "{id} says the same");
        } else {
            assert!(updated.as_str() >= at, "{id} says another thing since {updated}: {said}");
            changed += 1;
        }
    }
    assert_eq!(changed, count, "{now:#?}");
}

/// What the form on the page of a link sends.
fn press(daemon: &Daemon, link: &str) -> Answer {
    press_with(daemon, link, &[])
}

fn press_with(daemon: &Daemon, link: &str, headers: &[(&str, &str)]) -> Answer {
    let body = format!("pass={}", link.trim_start_matches("/review/"));
    let length = body.len().to_string();
    let form = [("content-type", "application/x-www-form-urlencoded"), ("content-length", &length)];
    send(daemon.address, "POST", "/review/", &[&form, headers].concat(), body.as_bytes())
}

/// Its first heading.
fn heading(answer: &Answer) -> String {
    let text = answer.text();
    let heading = Regex::new("<h1>([^<]+)</h1>").unwrap().captures(&text).map(|found| found[1].to_owned());
    heading.unwrap_or(text)
}

#[track_caller]
fn check_private(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.head);
    assert_eq!(answer.header("x-robots-tag"), Some("noindex, nofollow"), "{}", answer.head);
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{}", answer.head);
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"), "{policy}");
}

#[test]
fn an_editor_chooses_in_his_feed_reader_and_each_link_works_once() {
    let scene = Scene::new();
    let daemon = scene.waiting();
    let feed = scene.feed();
    let before = scene.draft().unwrap();
    let read = daemon.get(&feed);
    assert_eq!(read.status, 200);
    check_private(&read);
    let atom = daemon.get(&feed.replace(".json", ".atom")).text();
    for words in ["Draft of week 18, published 8 May 2026, 20:00 UTC", "Why it is there", "points", "lathe.example/2"] {
        assert!(atom.contains(words), "{words} is missing: {atom}");
    }
    assert_eq!(daemon.get(&feed.replace(".json", ".rss")).status, 200);
    let etag = read.header("etag").unwrap().to_owned();
    assert_eq!(ask(daemon.address, "GET", &feed, &[("if-none-match", &etag)]).status, 304);

    // Whatever looks at a link first changes nothing.
    let pin = link(&daemon, &feed, "Chatbot refuses", "Pin");
    for method in ["GET", "HEAD", "GET"] {
        let page = ask(daemon.address, method, &pin, &[("purpose", "prefetch")]);
        assert_eq!(page.status, 200);
        check_private(&page);
    }
    let page = daemon.get(&pin).text();
    assert!(page.contains("<h1>Pin this story?</h1>") && page.contains("Chatbot refuses to write poems"), "{page}");
    assert!(page.contains("method=\"post\" action=\"/review/\"") && !page.contains("<script"), "{page}");
    assert_eq!(page.matches("method=\"post\"").count(), 1, "one button that acts: {page}");
    assert_eq!(scene.draft().unwrap(), before);
    assert_eq!(scene.store().chosen_by_link("2026-W18".parse().unwrap()).unwrap().len(), 0);

    let done = press(&daemon, &pin);
    assert_eq!((done.status, heading(&done).as_str()), (200, "It is done"));
    check_private(&done);
    let said = done.text();
    assert!(said.contains("It is pinned: it has a place in 2026-W18, in 2026-W18.md.</p>"), "{said}");
    assert!(said.contains("dir=\"auto\">Chatbot refuses to write poems"), "{said}");
    assert!(said.contains("<a href=\"/\">To the front page</a>"), "{said}");
    let after = scene.draft().unwrap();
    assert!(after.starts_with("<!-- recapd draft 2026-W18, edition 2\n"), "{after}");
    assert!(after.find("### Chatbot refuses").unwrap() < after.find("### AI lathes").unwrap(), "{after}");

    // Once.
    for again in [press(&daemon, &pin), daemon.get(&pin)] {
        assert_eq!((again.status, heading(&again).as_str()), (410, "Nothing was changed"));
        assert!(again.text().contains("was used already"), "{}", again.text());
    }
    drop(daemon);
    let daemon = Daemon::start(&scene.folder, "2026-05-08T09:00:00Z");
    assert_eq!(press(&daemon, &pin).status, 410, "a restart forgets nothing");
    assert_eq!(scene.draft().unwrap(), after);

    // The others are good still, and what was chosen by a verb meanwhile is so already.
    let [drop_it, later] = ["Drop", "Later"].map(|label| link(&daemon, &feed, "Agents now book", label));
    assert_eq!(press(&daemon, &drop_it).status, 200);
    assert_eq!(press(&daemon, &later).status, 200, "he thought better of it");
    let once_more = link(&daemon, &feed, "Agents now book", "Later");
    let so_already = press(&daemon, &once_more);
    assert_eq!(so_already.status, 409);
    assert!(so_already.text().contains("The draft has it so already"), "{}", so_already.text());
    let story = story(&scene, "Agents now book").to_string();
    recapd(scene.folder.whole(), &["undo", &story]);
    assert_eq!(press(&daemon, &once_more).status, 200, "since it was not used");

    let approve = link(&daemon, &feed, "Draft of week 18", "Approve the draft");
    assert_eq!(approve, link(&daemon, &feed, "AI lathes", "Approve the draft"));
    assert_eq!(heading(&daemon.get(&approve)), "Publish the recap of week 18 now?");
    assert_eq!(scene.store().recap("2026-W18".parse().unwrap(), None).unwrap(), None);
    let waiting = link(&daemon, &feed, "AI lathes", "Pin");
    let out = press(&daemon, &approve);
    assert_eq!(out.status, 200);
    assert!(out.text().contains("2026-W18 is published with 3 stories"), "{}", out.text());
    let page = daemon.get("/w/2026-W18/").text();
    assert!(page.contains("Chatbot refuses") && !page.contains("book dentists"), "{page}");
    for answer in [press(&daemon, &approve), press(&daemon, &waiting), daemon.get(&waiting)] {
        assert_eq!(answer.status, 410);
        assert!(answer.text().contains("The recap of 2026-W18 is published already"), "{}", answer.text());
    }
    assert_eq!(daemon.get(&feed).json()["items"].as_array().map(Vec::len), Some(0));
    let told = recapd(scene.folder.whole(), &["explain", &story]).out;
    for words in ["taken out: by the review feed", "put off: by the review feed"] {
        assert!(told.contains(words), "{words} is missing: {told}");
    }
    assert!(told.contains("put off: the editor keeps it for a later week") && !told.contains("took it out"), "{told}");
    let ledger = rusqlite::Connection::open(scene.folder.path("recapd.db")).unwrap();
    let sql = "SELECT week || ': ' || detail FROM ledger WHERE event = 'approved'";
    let approved: String = ledger.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(approved, "2026-W18: by the review feed");

    // Nobody else is led there.
    for path in ["/", "/sitemap.xml", "/robots.txt", "/w/2026-W18/", "/feeds/weekly.atom", "/healthz", "/metrics"] {
        assert!(!daemon.get(path).text().contains("/review"), "{path}");
    }
    let folder = scene.folder.path("exported");
    assert_eq!(recapd(scene.folder.whole(), &["export", &folder.display().to_string()]).code, 0);
    assert!(folder.join("w").exists() && !folder.join("review").exists());
}

/// The story whose headline begins so.
#[track_caller]
fn story(scene: &Scene, headline: &str) -> StoryId {
    let items = scene.store().items(jiff::Timestamp::UNIX_EPOCH, None).unwrap();
    let item = items.into_iter().find(|row| row.item.entry.title.starts_with(headline));
    item.and_then(|row| row.story).unwrap_or_else(|| panic!("no story {headline}"))
}

#[test]
fn a_link_that_is_not_good_does_nothing_and_says_little() {
    let scene = Scene::new();
    let daemon = scene.waiting();
    let (feed, before) = (scene.feed(), scene.draft().unwrap());
    let drop_it = link(&daemon, &feed, "Agents now book", "Drop");
    let refused = daemon.get("/review/");
    check_private(&refused);
    let last = drop_it.chars().last().unwrap();
    let tampered = format!("{}{}", &drop_it[..drop_it.len() - 1], if last == '0' { '1' } else { '0' });
    let another = drop_it.replace(".drop.", ".pin.");
    let longer = drop_it.replace(".1778", ".1779");
    let by_other = Key::of(OTHER_KEY).unwrap();
    let feed_by_other = format!("{}.json", by_other.feed());
    assert_ne!(longer, drop_it);
    for path in [tampered.as_str(), &another, &longer, &feed_by_other, "/review/x", "/review/%00", "/review/../x"] {
        let answer = daemon.get(path);
        assert_eq!((answer.status, answer.body), (403, refused.body.clone()), "{path}");
    }
    for link in [tampered.as_str(), &another, &longer, "/review/", "/review/%%%"] {
        let answer = press(&daemon, link);
        assert_eq!((answer.status, answer.body), (403, refused.body.clone()), "{link}");
    }
    // The form has to send the pass; its address alone does nothing, and no other site's form does.
    for path in [drop_it.as_str(), "/review/"] {
        let answer = send(daemon.address, "POST", path, &[("content-length", "0")], b"");
        assert_eq!(answer.status, 403, "{path}");
    }
    let huge = format!("pass={}&more={}", &drop_it["/review/".len()..], "x".repeat(2_000));
    let length = huge.len().to_string();
    let answer = send(daemon.address, "POST", "/review/", &[("content-length", &length)], huge.as_bytes());
    assert_eq!(answer.status, 403);
    for headers in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        assert_eq!(press_with(&daemon, &drop_it, &[headers]).status, 403, "{headers:?}");
    }
    assert_eq!(ask(daemon.address, "DELETE", &drop_it, &[]).status, 405);
    // Rightly signed, and good for nothing.
    let unknown: StoryId = "00000000000000000000000000000001".parse().unwrap();
    let check = |link: String, status: u16, words: &str| {
        for answer in [daemon.get(&link), press(&daemon, &link)] {
            assert_eq!(answer.status, status, "{link}");
            assert!(answer.text().contains(words), "{words}: {}", answer.text());
        }
    };
    check(scene.signed("2026-W17", Choice::Approve, 0), 409, "The draft of 2026-W17 does not wait for its editor");
    check(scene.signed("2026-W18", Choice::Drop(unknown), 0), 410, "no candidate of the draft any more");
    check(scene.signed("2026-W18", Choice::Approve, 1), 410, "was used already");
    assert_eq!(scene.draft().unwrap(), before);

    // Two at once: one of them does it.
    let both = || {
        std::thread::scope(|scope| {
            let pressed = [(); 4].map(|()| scope.spawn(|| press(&daemon, &drop_it).status));
            pressed.map(|pressed| pressed.join().unwrap())
        })
    };
    let mut statuses = both();
    statuses.sort();
    assert_eq!(statuses, [200, 410, 410, 410]);
    assert!(scene.draft().unwrap().contains("edition 2\n"));
}

#[test]
fn a_draft_that_is_held_is_not_chosen_from_and_old_links_end_with_its_deadline() {
    let scene = Scene::new();
    let daemon = scene.waiting();
    let (feed, text) = (scene.feed(), scene.draft().unwrap());
    let early = link(&daemon, &feed, "AI lathes", "Pin");
    let approve = link(&daemon, &feed, "AI lathes", "Approve the draft");
    scene.folder.write("drafts/2026-W18.md", &text.replace("### Agents now book dentists\n", ""));
    for link in [&early, &approve] {
        let held = press(&daemon, link);
        assert_eq!(held.status, 409);
        assert!(held.text().contains("The draft is held until its file is mended: line "), "{}", held.text());
    }
    drop(daemon);
    let daemon = Daemon::start(&scene.folder, AFTER_THE_REVIEW);
    let expired = press(&daemon, &early);
    assert_eq!(expired.status, 410);
    assert!(expired.text().contains("This link has expired"), "{}", expired.text());
    let document = daemon.get(&feed).json();
    assert_eq!(document["items"][0]["title"], "Draft of week 18, held");
    let late = link(&daemon, &feed, "AI lathes", "Approve the draft");
    assert_eq!(daemon.get(&late).status, 409);
    scene.folder.write("drafts/2026-W18.md", &text);
    recapd(scene.folder.whole(), &["draft"]);
    // Its time has come, so that recapd may be the first.
    assert!(matches!(press(&daemon, &late).status, 200 | 410));
    wait_for("the recap", || scene.store().recap("2026-W18".parse().unwrap(), None).unwrap());
}

#[test]
fn an_entry_is_updated_when_it_says_another_thing_and_only_then() {
    let scene = Scene::new();
    let mut daemon = scene.waiting();
    let feed = scene.feed();
    let mut before = entries(&daemon, &feed);
    assert_eq!(before.len(), 5);
    // At each hour another act, by whatever way it comes.
    type Act<'a> = (&'a str, usize, &'a dyn Fn(&Daemon));
    let acts: [Act; 4] = [
        ("2026-05-08T09:00:00Z", 0, &|_| ()),
        ("2026-05-08T10:00:00Z", 2, &|daemon| {
            // The last one: no other story moves, and the draft has one less.
            let last = last_chosen(&scene);
            assert_eq!(press(daemon, &link(daemon, &feed, &last, "Drop")).status, 200);
        }),
        ("2026-05-08T11:00:00Z", 2, &|_| {
            let text = scene.draft().unwrap();
            let first = text.lines().find(|line| line.starts_with("### ")).unwrap().to_owned();
            scene.folder.write("drafts/2026-W18.md", &text.replace(&first, "### Another headline"));
            assert_eq!(recapd(scene.folder.whole(), &["draft"]).code, 0);
        }),
        ("2026-05-08T12:00:00Z", 1, &|_| {
            let text = scene.draft().unwrap();
            scene.folder.write("drafts/2026-W18.md", &text.replace("### Another headline\n", ""));
            recapd(scene.folder.whole(), &["draft"]);
        }),
    ];
    for (at, count, act) in acts {
        drop(daemon);
        daemon = Daemon::start(&scene.folder, at);
        act(&daemon);
        let now = entries(&daemon, &feed);
        check_updated(&before, &now, at, count);
        before = now;
    }
    // It is held beyond its deadline: all links are others.
    drop(daemon);
    let daemon = Daemon::start(&scene.folder, AFTER_THE_REVIEW);
    let now = entries(&daemon, &feed);
    check_updated(&before, &now, "2026-05-08T20:00:00Z", 5);
    assert!(now.values().all(|(_, updated)| updated == "2026-05-08T20:00:00Z"), "{now:#?}");
}

/// The headline of the last story that the draft has for all readers.
fn last_chosen(scene: &Scene) -> String {
    let text = scene.draft().unwrap();
    let chosen = text.split("## For single audiences").next().unwrap();
    chosen.lines().rev().find_map(|line| line.strip_prefix("### ")).unwrap().to_owned()
}

#[test]
fn a_link_that_was_refused_is_good_when_the_draft_allows_it() {
    let scene = Scene::new();
    let daemon = scene.waiting();
    let feed = scene.feed();
    let approve = link(&daemon, &feed, "AI lathes", "Approve the draft");
    let database = rusqlite::Connection::open(scene.folder.path("recapd.db")).unwrap();
    let (lathes, other) = (story(&scene, "AI lathes"), story(&scene, "Agents now book"));
    let merge = "UPDATE story SET merged_into = (SELECT number FROM story WHERE id = ?2) WHERE id = ?1";
    database.execute(merge, [lathes.0, other.0]).unwrap();
    let refused = press(&daemon, &approve);
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("this link is good still"), "{}", refused.text());
    let alone = "UPDATE story SET merged_into = NULL WHERE id = ?1";
    database.execute(alone, [lathes.0]).unwrap();
    recapd(scene.folder.whole(), &["draft"]);
    let done = press(&daemon, &approve);
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.text().contains("2026-W18 is published with 4 stories"), "{}", done.text());
}

#[test]
fn a_page_names_no_place_on_the_server() {
    let scene = Scene::new();
    let drafts = scene.folder.path("drafts").display().to_string();
    // Where not even root may make a folder.
    let publish = "[publish]\nreview_key_file = \"review.key\"\nfolder = \"/proc/tree\"\n";
    scene.folder.configure(&format!("\n[recap]\nreview = \"12h\"\ndrafts = \"{drafts}/\"\n\n{publish}"));
    let daemon = scene.waiting();
    let feed = scene.feed();
    let pinned = press(&daemon, &link(&daemon, &feed, "Chatbot refuses", "Pin")).text();
    assert!(pinned.contains("has a place in 2026-W18, in 2026-W18.md"), "{pinned}");
    let out = press(&daemon, &link(&daemon, &feed, "AI lathes", "Approve the draft")).text();
    assert!(out.contains("2026-W18 is published with 4 stories"), "{out}");
    assert!(out.contains("Its files could not be written to their folder"), "{out}");
    for page in [pinned, out] {
        assert!(!page.contains(&drafts) && !page.contains("/proc") && !page.contains("os error"), "{page}");
    }
}

#[test]
fn another_key_ends_every_link_at_once_and_no_log_tells_one() {
    let scene = Scene::new();
    let address = free_address();
    scene.configure(&format!("\n[server]\nlisten = \"{address}\"\npublic_url = \"http://127.0.0.1:8484\"\n"));
    let mut process = Process::of(
        {
            let mut command = crate::command::command(scene.folder.whole(), &["--now", NOW, "run"]);
            command.env("RECAPD_LOG", "trace");
            command
        },
        &scene.folder,
        address,
    );
    process.wait_until_up();
    wait_for("the draft", || scene.draft());
    let feed = scene.feed();
    assert_eq!(process.get(&feed).status, 200);
    let text = process.get(&feed).text();
    let found = Regex::new(r"http://127.0.0.1:8484(/review/2026-W18[0-9a-z.]+)").unwrap().captures(&text).unwrap()[1]
        .to_owned();
    assert_eq!(process.get(&found).status, 200);
    scene.key(OTHER_KEY, 0o600);
    process.signal("HUP");
    assert_eq!((process.get(&feed).status, process.get(&found).status), (403, 403));
    assert_ne!(scene.feed(), feed);
    assert_eq!(process.get(&scene.feed()).status, 200);
    // One that others may read is none.
    scene.key(OTHER_KEY, 0o644);
    process.signal("HUP");
    let said = wait_for("the log", || Some(process.said()).filter(|said| said.contains("there is no review feed")));
    assert!(said.contains("review.key is open to others (mode 0644)"), "{said}");
    assert_eq!((process.get(&feed).status, process.get("/review/").status), (404, 404));
    scene.key(KEY, 0o600);
    assert_eq!(process.get(&feed).status, 200);
    wait_for("the log", || process.said().contains("there is a review feed again").then_some(()));
    // Nobody reloads anything, and it is said all the same, once.
    scene.key("short", 0o600);
    for _ in 0..3 {
        assert_eq!(process.get(&feed).status, 404);
    }
    process.stop();
    let said = process.said();
    assert_eq!(said.matches("review.key is too short").count(), 1, "{said}");
    let secrets =
        [feed.trim_end_matches(".json").rsplit('/').next().unwrap(), found.rsplit('.').next().unwrap(), KEY, OTHER_KEY];
    for secret in secrets {
        assert!(!said.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn without_a_key_there_is_no_review_feed_and_check_says_why() {
    let scene = Scene::new();
    let feed = scene.feed();
    scene.key(KEY, 0o644);
    refuses(
        &scene.folder,
        &["check"],
        3,
        expect![[r#"
        recapd: the key of the review feed in DIR/review.key is open to others (mode 0644): `chmod 600` it, and write another key into it
    "#]],
    );
    scene.key("short", 0o600);
    refuses(
        &scene.folder,
        &["check"],
        3,
        expect![[r#"
        recapd: the key of the review feed in DIR/review.key is too short: it has 5 characters, and needs 32 or more that nobody can guess: `openssl rand -hex 32` makes some
    "#]],
    );
    std::fs::remove_file(scene.folder.path("review.key")).unwrap();
    refuses(
        &scene.folder,
        &["check"],
        3,
        expect![[r#"
        recapd: there is no key of the review feed in DIR/review.key, where `[publish] review_key_file` has it: `(umask 077; openssl rand -hex 32 > 'DIR/review.key')` writes one
    "#]],
    );
    refuses(
        &scene.folder,
        &["draft", "--feed"],
        3,
        expect![[r#"
        recapd: there is no key of the review feed in DIR/review.key, where `[publish] review_key_file` has it: `(umask 077; openssl rand -hex 32 > 'DIR/review.key')` writes one
    "#]],
    );
    scene.folder.configure("\n[recap]\nreview = \"12h\"\n");
    refuses(
        &scene.folder,
        &["draft", "--feed"],
        1,
        expect![[r#"
        recapd: there is no review feed: name the file of its key with `review_key_file` in `[publish]`
    "#]],
    );
    let daemon = scene.waiting();
    for path in [feed.as_str(), "/review/", &scene.signed("2026-W18", Choice::Approve, 0)] {
        assert_eq!(daemon.get(path).status, 404, "{path}");
    }
    assert_eq!(press(&daemon, &scene.signed("2026-W18", Choice::Approve, 0)).status, 405);
}
