//! A right to quote is not a right to copy: whatever document a reader asks for, it has no more of an item's own
//! words than `excerpt_words`, of all items or of its source.

use std::collections::{HashMap, HashSet};
use std::os::unix::fs::PermissionsExt;

use recapd::site::{Extent, Library, Tree};
use recapd::store::Store;

use crate::command::recapd;
use crate::folder::{Folder, source};
use crate::origin::{Origin, Page};
use crate::reader::wait_for;
use crate::running::Daemon;

/// A Friday; the last full week is 2026-W18.
const NOW: &str = "2026-05-08T08:00:00Z";

/// `excerpt_words` here: less than most cards would take.
const CAP: usize = 40;

/// That of the second desk: less than a sentence has.
const OWN_CAP: usize = 10;

/// Words of each text.
const LENGTH: usize = 600;

const SENTENCE: usize = 12;

/// Two publishers, or the running week would not show it.
const DESKS: [&str; 2] = ["lathe", "plane"];

const PUBLISHED: (&str, &str) = ("AI chipmaker Quillon raises money in a funding round", "2026-04-29T10:00:00Z");
const RUNNING: (&str, &str) = ("Senate passes an AI bill on talking toasters", "2026-05-07T10:00:00Z");

/// What the texts of these letters say was raised, so that the desks disagree: in a sentence as long as three, for which
/// no part of a card has room, in place of these three.
const RAISED: [(char, &str); 2] = [('q', "$900 million"), ('y', "$1.1 billion")];
const RAISED_AT: std::ops::Range<usize> = 7..10;

/// A word that nobody else uses: the `number`-th of the text that begins with `letter`.
fn word(letter: char, number: usize) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "co", "du", "fe", "gi", "ho", "ju", "ka", "lo", "me"];
    let digits = [number / 100 % 10, number / 10 % 10, number % 10];
    format!("{letter}{}x", digits.map(|digit| SYLLABLES[digit]).concat())
}

/// Sentences of all the sorts that cards quote: news, what lies ahead, what has a date, what is technical.
fn text(letter: char) -> String {
    let raised = RAISED.iter().find(|(of, _)| *of == letter).map(|(_, raised)| raised);
    let sentence = |at: usize| {
        let raised = raised.filter(|_| at == RAISED_AT.start);
        let length = if raised.is_some() { RAISED_AT.len() * SENTENCE } else { SENTENCE };
        let words: Vec<String> = (0..length).map(|number| word(letter, at * SENTENCE + number)).collect();
        let (head, tail) = words.split_at(2);
        let (head, tail) = (head.join(" "), tail.join(" "));
        if let Some(raised) = raised {
            return format!("Quillon raised {raised}, the {head} said of {tail}.");
        }
        match at % 5 {
            1 => format!("The {head} will {tail} next month."),
            2 => format!("On 12 May 2026 the {head} {tail}."),
            3 => format!("The {head} has a context window and a benchmark for {tail}."),
            4 => format!("The {head} counts 4,{at:03} jobs and {tail}."),
            _ => format!("The {head} said that {tail}."),
        }
    };
    let is_part_of_it = |at: &usize| raised.is_some() && *at > RAISED_AT.start && RAISED_AT.contains(at);
    (0..LENGTH / SENTENCE).filter(|at| !is_part_of_it(at)).map(sentence).collect::<Vec<_>>().join(" ")
}

/// The feed of a desk: both stories, each in words of its own. Letters tell the texts apart.
fn feed(desk: usize) -> String {
    let item = |(number, (title, date)): (usize, (&str, &str))| {
        let title = if desk == 0 { title.to_owned() } else { format!("{title} after a long night") };
        let text = text(LETTERS[desk * 2 + number]);
        format!(
            "<item><title>{title}</title><link>https://{0}.example/{number}</link><guid>{0}-{number}</guid>\
             <dc:date>{date}</dc:date><description>{text}</description></item>",
            DESKS[desk]
        )
    };
    let items: String = [PUBLISHED, RUNNING].into_iter().enumerate().map(item).collect();
    format!(
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>{}</title>\
         <language>en</language><description>A feed</description>{items}</channel></rss>",
        DESKS[desk]
    )
}

const LETTERS: [char; 4] = ['q', 'w', 'y', 'z'];

struct Scene {
    folder: Folder,
    daemon: Daemon,
    _origin: Origin,
}

impl Scene {
    /// A week that waits for its editor, and a running one.
    fn new() -> Self {
        let (origin, folder) = (Origin::start(), Folder::new());
        let of = |(at, desk): (usize, &str)| {
            let path = format!("/{desk}.xml");
            origin.put(&path, Page::rss(feed(at)));
            let own = if at == 1 { format!("excerpt_words = {OWN_CAP}") } else { String::new() };
            source(desk, &origin.url(&path), &own)
        };
        folder.sources(&DESKS.into_iter().enumerate().map(of).collect::<String>());
        let key = folder.path("review.key");
        std::fs::write(&key, "0123456789abcdef0123456789abcdef\n").unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        folder.configure(&format!(
            "\n[recap]\nreview = \"12h\"\n\n[publish]\nreview_key_file = \"review.key\"\nexcerpt_words = {CAP}\n"
        ));
        let daemon = Daemon::start(&folder, NOW);
        let draft = folder.path("drafts/2026-W18.md");
        wait_for("the draft", || draft.exists().then_some(()));
        Self { folder, daemon, _origin: origin }
    }

    /// The document at `path`.
    #[track_caller]
    fn get(&self, path: &str) -> String {
        let answer = self.daemon.get(path);
        assert_eq!(answer.status, 200, "{path}");
        answer.text()
    }

    /// The addresses of the draft's review feed, below the root.
    fn review(&self) -> Vec<String> {
        let said = recapd(self.folder.whole(), &["draft", "--feed"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        let paths = said.out.lines().filter_map(|line| line.strip_prefix("http://127.0.0.1:8484"));
        paths.map(str::to_owned).collect()
    }

    /// Every address that readers have, those of the running week and of a search too.
    fn paths(&self) -> Vec<String> {
        let store = Store::read(&self.folder.path("recapd.db")).unwrap();
        let config = self.folder.config();
        let library = Library { store: &store, config: &config, now: NOW.parse().unwrap(), tree: Tree::Served };
        let mut paths = library.paths(Extent::Whole).unwrap();
        paths.extend(["/this-week/", "/search?q=chipmaker"].map(str::to_owned));
        for format in ["atom", "rss", "json"] {
            paths.extend([format!("/feeds/latest.{format}"), format!("/feeds/search.{format}?q=chipmaker")]);
        }
        paths
    }
}

/// How much of each text stands in `document`: different words of it, and the most in a row that the text has in a row.
fn quoted(document: &str) -> HashMap<char, (usize, usize)> {
    let places: HashMap<String, (char, usize)> =
        LETTERS.iter().flat_map(|letter| (0..LENGTH).map(|at| (word(*letter, at), (*letter, at)))).collect();
    let mut all: HashMap<char, (HashSet<usize>, usize)> = HashMap::new();
    let (mut run, mut last) = (0, None);
    let lower = document.to_lowercase();
    for found in lower.split(|letter: char| !letter.is_alphanumeric()).filter_map(|word| places.get(word)) {
        let (letter, at) = *found;
        run = if last == Some((letter, at.wrapping_sub(1))) { run + 1 } else { 1 };
        last = Some((letter, at));
        let (words, longest) = all.entry(letter).or_default();
        words.insert(at);
        *longest = run.max(*longest);
    }
    all.into_iter().map(|(letter, (words, longest))| (letter, (words.len(), longest))).collect()
}

#[track_caller]
fn check(path: &str, document: &str) -> usize {
    let quoted = quoted(document);
    for (letter, (words, longest)) in &quoted {
        let cap = if LETTERS[2..].contains(letter) { OWN_CAP } else { CAP };
        assert!(*words <= cap && *longest <= cap, "{path}: {words} words of {letter}, {longest} of them in a row");
    }
    quoted.values().map(|(words, _)| *words).max().unwrap_or_default()
}

#[test]
fn no_document_has_more_of_an_item_than_may_be_quoted() {
    // What counts would find a text that is printed as it came.
    assert_eq!(quoted(&format!("<p>{}</p>", text('q'))).get(&'q'), Some(&(LENGTH, LENGTH)));
    let scene = Scene::new();
    let mut most: Vec<(String, usize)> = Vec::new();
    let review = scene.review();
    assert_eq!(review.len(), 3, "{review:?}");
    for path in review {
        let document = scene.get(&path);
        most.push((path.clone(), check(&path, &document)));
    }
    let published = recapd(scene.folder.whole(), &["publish", "2026-W18"]);
    assert_eq!(published.code, 0, "{}", published.err);
    for path in scene.paths() {
        let document = scene.get(&path);
        most.push((path.clone(), check(&path, &document)));
    }
    let recap: serde_json::Value = serde_json::from_str(&scene.get("/w/2026-W18/recap.json")).unwrap();
    let figures = &recap["entries"][0]["insight"]["disagreements"][0]["figures"];
    assert_eq!(figures.as_array().map(Vec::len), Some(2), "the desks disagree: {recap}");
    // And what quotes does quote.
    for telling in
        ["/w/2026-W18/", "/s/", "/feeds/weekly.", "/feeds/stories.", "/feeds/latest.", "/this-week/", "recap.json"]
    {
        let of: Vec<_> = most.iter().filter(|(path, _)| path.contains(telling)).collect();
        assert!(!of.is_empty() && of.iter().any(|(_, words)| *words >= SENTENCE), "{telling}: {of:?}");
    }
}
