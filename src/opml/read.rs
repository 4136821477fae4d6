//! A document as a list. The lists of other programs are often ill-formed (a
//! bare `&` in a name), so that they are read tag by tag, and never fail for one outline.

use url::Url;

use super::{NAMESPACE, Outline, Own};
use crate::link::{LONGEST_ADDRESS_BYTES, after_feed};
use crate::text::tags::{Role, Tag, tags};
use crate::text::{cut, one_line, title, without_controls};

/// Folders within folders beyond this are taken as one.
const DEEPEST: usize = 8;

/// Longer names are cut.
const LONGEST_NAME_CHARS: usize = 200;

/// What a document lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The feeds, in document order.
    pub outlines: Vec<Outline>,
    /// What looks like one and cannot be taken, in document order.
    pub refused: Vec<Refused>,
    /// Whether it goes on to its end: half a file is a list of fewer feeds.
    pub is_whole: bool,
}

/// An outline that names no feed we can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What people call it, or its address; may be empty.
    pub text: String,
    /// What is wrong with it, and what would be right.
    pub why: String,
}

/// A document that is no list of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAList {
    /// Nothing in it.
    #[error("it is empty: a list of feeds in OPML has an <opml> element")]
    Empty,
    /// Something else.
    #[error("it is no list of feeds in OPML: there is no <opml> element in it")]
    NoOpml,
}

/// An outline around others.
struct Folder {
    name: String,
    /// What it is called there, if a slash of it had to go.
    was: Option<String>,
}

/// The feeds that `text` lists.
///
/// # Errors
///
/// If it is no OPML at all.
pub fn read(text: &str) -> Result<Listed, NotAList> {
    if text.trim().is_empty() {
        return Err(NotAList::Empty);
    }
    let mut listed = Listed::default();
    let mut folders: Vec<Option<Folder>> = Vec::new();
    let mut prefix = "recapd".to_owned();
    let (mut is_opml, mut is_ours) = (false, false);
    for tag in tags(text) {
        is_opml |= tag.is("opml");
        listed.is_whole |= tag.is("opml") && tag.role != Role::Opens;
        if let Some(declared) = tag.attributes().find_map(|(name, value)| prefix_of(name, value)) {
            prefix = declared.to_owned();
            is_ours = true;
        }
        match (tag.is("outline") && is_opml, tag.role) {
            (false, _) => {}
            (true, Role::Closes) => _ = folders.pop(),
            (true, role) => {
                let is_feed = listed.add(&tag, folders.iter().flatten(), &prefix);
                if role == Role::Opens {
                    folders.push((!is_feed).then(|| folder(&tag, is_ours)).flatten());
                }
            }
        }
    }
    if is_opml { Ok(listed) } else { Err(NotAList::NoOpml) }
}

fn prefix_of<'t>(name: &'t str, value: &str) -> Option<&'t str> {
    name.strip_prefix("xmlns:").filter(|_| value == NAMESPACE)
}

impl Listed {
    /// Half a list would be taken for one that has lost the other half.
    ///
    /// # Errors
    ///
    /// If it does not go on to its end, in words.
    pub fn whole(&self) -> Result<(), &'static str> {
        if self.is_whole { Ok(()) } else { Err("it ends before its </opml>") }
    }

    /// Takes an outline, if it is one of a feed.
    fn add<'f>(&mut self, tag: &Tag, folders: impl Iterator<Item = &'f Folder>, prefix: &str) -> bool {
        let kind = tag.attribute("type").map(|it| it.trim().to_lowercase()).unwrap_or_default();
        let is_rss = matches!(&*kind, "rss" | "atom");
        let written = tag.attribute("xmlUrl").filter(|it| is_rss || !it.trim().is_empty());
        // Some write `url`, which in others is a page: it counts only where a feed is said to be.
        let written = written.or_else(|| tag.attribute("url").filter(|_| is_rss));
        let own = own(tag, prefix);
        let text = feed_name(tag, &own);
        match written.as_deref().map(address) {
            None if matches!(&*kind, "include" | "link") => {
                self.refused.extend(elsewhere(tag, &kind, text));
                return false;
            }
            None if !is_rss || tag.role == Role::Opens => return false,
            None => self.refused.push(Refused { text, why: "it has no address: xmlUrl is missing".to_owned() }),
            Some(Ok(xml_url)) => {
                let folders: Vec<&Folder> = folders.collect();
                let (folder, notes) = if folders.is_empty() { category(tag) } else { within(&folders) };
                let html_url = tag.attribute("htmlUrl").and_then(|it| address(&it).ok());
                let language = tag.attribute("language").filter(|it| !it.trim().is_empty());
                self.outlines.push(Outline { text, xml_url, html_url, folder, notes, language, own });
            }
            Some(Err(why)) => {
                let text = if text.is_empty() { written.unwrap_or_default() } else { text };
                self.refused.push(Refused { text: cut(&text, LONGEST_NAME_CHARS), why });
            }
        }
        true
    }
}

/// Our own lists have names as they are; in those of others there is markup, escaped once or twice.
fn feed_name(tag: &Tag, own: &Own) -> String {
    match tag.attribute("text").filter(|_| own.id.is_some()) {
        Some(text) => as_it_is(&text),
        None => name(tag),
    }
}

fn as_it_is(name: &str) -> String {
    cut(&one_line(&without_controls(name)), LONGEST_NAME_CHARS)
}

fn name(tag: &Tag) -> String {
    let said = ["title", "text"].into_iter().filter_map(|name| tag.attribute(name)).find(|it| !it.trim().is_empty());
    cut(&title(&said.unwrap_or_default()), LONGEST_NAME_CHARS)
}

/// Where a list sends its reader instead of naming a feed; none if it sends him nowhere. Nobody follows it there:
/// a list that includes others could include thousands.
fn elsewhere(tag: &Tag, kind: &str, text: String) -> Option<Refused> {
    let url = tag.attribute("url").filter(|it| !it.trim().is_empty())?;
    let shown = cut(url.trim(), 80);
    let text = if text.is_empty() { shown.clone() } else { text };
    let is_list = kind == "include" || url.trim().to_lowercase().ends_with(".opml");
    let why = if is_list {
        format!("it stands for the list `{shown}`, which is not read with this one: import that, too")
    } else {
        format!("it links `{shown}` and names no feed: `recapd source add` finds the feed of a page")
    };
    Some(Refused { text, why })
}

/// A slash is between folders, so that none may stand in a name. In our own lists
/// it stands as it is: `R &lt` there is no slip for `R <`.
fn folder(tag: &Tag, is_ours: bool) -> Option<Folder> {
    let written = if is_ours { as_it_is(&tag.attribute("text").unwrap_or_default()) } else { name(tag) };
    let name = written.replace('/', "-");
    let was = (name != written).then_some(written);
    (!name.trim().is_empty()).then_some(Folder { name, was })
}

/// Where a feed within `folders` stands, the outermost first; and what of that could not be kept.
fn within(folders: &[&Folder]) -> (Option<String>, Vec<String>) {
    let kept = &folders[..folders.len().min(DEEPEST)];
    // One of them says it for all: each feed within has this note.
    let renamed = kept.iter().find_map(|it| Some((it.was.as_ref()?, &it.name)));
    let renamed =
        renamed.map(|(was, name)| format!("its folder `{was}` is `{name}` here, as a slash stands between folders"));
    let mut notes: Vec<String> = renamed.into_iter().collect();
    let deeper = folders.len() - kept.len();
    if deeper > 0 {
        notes.push(format!("its folder is {deeper} deeper than the eight that are kept: it stands in the eighth"));
    }
    let names: Vec<&str> = kept.iter().map(|it| it.name.as_str()).collect();
    (Some(names.join("/")), notes)
}

/// Some lists say the folder in `category`: the first of several, as in `/News/AI,/Tech`.
fn category(tag: &Tag) -> (Option<String>, Vec<String>) {
    let all = tag.attribute("category").unwrap_or_default();
    let mut all = all.split(',').map(str::trim).filter(|it| !it.trim_matches('/').is_empty());
    let first = all.next().unwrap_or_default();
    let names: Vec<&str> = first.split('/').map(str::trim).filter(|name| !name.is_empty()).take(DEEPEST).collect();
    let folder = cut(&title(&names.join("/")), LONGEST_NAME_CHARS);
    let others = all.collect::<Vec<_>>().join(", ");
    let note = (!others.is_empty()).then(|| {
        let others = cut(&one_line(&without_controls(&others)), LONGEST_NAME_CHARS);
        format!("it stands in `{folder}` alone, and no more in {others}: a feed has one folder")
    });
    ((!folder.is_empty()).then_some(folder), note.into_iter().collect())
}

fn own(tag: &Tag, prefix: &str) -> Own {
    let of = |name: &str| tag.attribute(&format!("{prefix}:{name}")).map(|it| it.trim().to_owned());
    Own {
        id: of("id"),
        kind: of("kind"),
        weight: of("weight"),
        audiences: of("audiences"),
        interval: of("interval"),
        excerpt_words: of("excerptWords"),
        websub: of("websub"),
    }
}

fn address(written: &str) -> Result<Url, String> {
    let written = written.trim();
    let shown = cut(written, 80);
    let wrong = |why: &str| format!("`{shown}` is no web address: {why}");
    let meant = after_feed(written);
    let mut url = Url::parse(meant.as_deref().unwrap_or(written)).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => wrong("it must begin with https:// or http://"),
        error => wrong(&error.to_string()),
    })?;
    url.set_fragment(None);
    match url.scheme() {
        "http" | "https" if url.as_str().len() > LONGEST_ADDRESS_BYTES => {
            Err(format!("`{shown}` is too long an address: {LONGEST_ADDRESS_BYTES} bytes at most"))
        }
        "http" | "https" => Ok(url),
        scheme => Err(wrong(&format!("`{scheme}` is neither http nor https"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The outlines as `folder > text: address own`, the refused with `!`.
    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let listed = read(&format!("<opml version='2.0'>{body}</opml>")).unwrap();
        let told = |it: &Outline| {
            let folder = it.folder.as_ref().map(|folder| format!("{folder} > ")).unwrap_or_default();
            let own = it
                .own
                .attributes()
                .into_iter()
                .filter_map(|(name, value)| Some(format!(" {name}={}", value.as_ref()?)));
            format!("{folder}{}: {}{}", it.text, it.xml_url, own.collect::<String>())
        };
        let refused = listed.refused.iter().map(|it| format!("! {}: {}", it.text, it.why));
        let said: Vec<String> = listed.outlines.iter().map(told).chain(refused).collect();
        assert_eq!(said, expected, "{body}");
    }

    #[test]
    fn folders_are_outlines_around_outlines() {
        check(
            r#"<body><outline text="News / all"><outline text="AI"><outline type="rss" text="A" xmlUrl="https://a.test/f"/></outline>
            <outline type="rss" text="B" xmlUrl="https://b.test/f"></outline></outline>
            <outline text="C" xmlUrl="https://c.test/f" category="/Tech/ML,/Other"/></body>"#,
            &[
                "News - all/AI > A: https://a.test/f",
                "News - all > B: https://b.test/f",
                "Tech/ML > C: https://c.test/f",
            ],
        );
    }

    #[test]
    fn of_folders_within_folders_eight_are_kept_and_the_others_counted() {
        let (open, close) = ("<outline text='a'>".repeat(10), "</outline>".repeat(10));
        let list = format!("<opml>{open}<outline xmlUrl='https://a.test/f'/>{close}</opml>");
        let deep = read(&list).unwrap().outlines.remove(0);
        let note = "its folder is 2 deeper than the eight that are kept: it stands in the eighth";
        assert_eq!((deep.folder.as_deref(), deep.notes), (Some("a/a/a/a/a/a/a/a"), vec![note.to_owned()]));
    }

    #[test]
    fn what_could_not_be_kept_of_where_a_feed_stood_is_told() {
        let notes = |body: &str| read(&format!("<opml>{body}</opml>")).unwrap().outlines.remove(0).notes;
        let feed = "<outline xmlUrl='https://a.test/f'/>";
        assert_eq!(
            notes(&format!("<outline text='A/B'><outline text='C'>{feed}</outline></outline>")),
            ["its folder `A/B` is `A-B` here, as a slash stands between folders"]
        );
        assert_eq!(
            notes("<outline xmlUrl='https://a.test/f' category='/Tech/ML,/Other, /News'/>"),
            ["it stands in `Tech/ML` alone, and no more in /Other, /News: a feed has one folder"]
        );
        assert!(notes("<outline xmlUrl='https://a.test/f' category='/Tech,/'/>").is_empty());
    }

    #[test]
    fn a_list_that_points_elsewhere_says_where_to() {
        check(
            "<outline text='More' type='include' url='https://a.test/more'/><outline type='link' url='https://a.test/x.OPML'/>\
             <outline text='a page' type='link' url='https://a.test/'/><outline text='nowhere' type='link'/>",
            &[
                "! More: it stands for the list `https://a.test/more`, which is not read with this one: import that, too",
                "! https://a.test/x.OPML: it stands for the list `https://a.test/x.OPML`, which is not read with this one: import that, too",
                "! a page: it links `https://a.test/` and names no feed: `recapd source add` finds the feed of a page",
            ],
        );
    }

    #[test]
    fn what_other_programs_write_is_read() {
        check(
            "<BODY><Outline TEXT='Q & A <b>x</b>' XMLURL=' feed://a.test/f?a=1&amp;b=2#x ' TYPE=rss />\
             <outline title='T' text='' type='atom' url='https://b.test/f'></BODY>",
            &["Q & A x: http://a.test/f?a=1&b=2", "T: https://b.test/f"],
        );
        check(
            "<outline text='A' xmlUrl='Feed://a.test/f'/><outline text='B' xmlUrl='FEED:https://b.test/f'/>",
            &["A: http://a.test/f", "B: https://b.test/f"],
        );
        check("<outline text='empty folder'/><outline text='a song' type='song' url='https://a.test/'/>", &[]);
    }

    #[test]
    fn our_own_attributes_are_known_by_their_namespace() {
        let list = |attribute: &str| {
            format!("<body xmlns:r='{NAMESPACE}'><outline xmlUrl='https://a.test/f' {attribute}='x y'/></body>")
        };
        check(&list("r:audiences"), &[": https://a.test/f audiences=x y"]);
        check(&list("recapd:audiences"), &[": https://a.test/f"]);
    }

    #[test]
    fn one_bad_outline_does_not_cost_the_others() {
        check(
            "<outline type='rss' text='none'/><outline xmlUrl='a.test/f' text='bare'/><outline xmlUrl='ftp://a.test/'/>\
             <outline xmlUrl='http://['/><outline text='fine' xmlUrl='https://a.test/f'/>",
            &[
                "fine: https://a.test/f",
                "! none: it has no address: xmlUrl is missing",
                "! bare: `a.test/f` is no web address: it must begin with https:// or http://",
                "! ftp://a.test/: `ftp://a.test/` is no web address: `ftp` is neither http nor https",
                "! http://[: `http://[` is no web address: invalid IPv6 address",
            ],
        );
    }

    #[test]
    fn what_is_no_list_is_refused() {
        assert_eq!(read(" \n"), Err(NotAList::Empty));
        assert_eq!(read("<html><outline xmlUrl='https://a.test/'/></html>"), Err(NotAList::NoOpml));
        assert_eq!(read("{}"), Err(NotAList::NoOpml));
        assert_eq!(read("<?xml version='1.0'?><opml/>"), Ok(Listed { is_whole: true, ..Listed::default() }));
        assert_eq!(read("<opml><body>"), Ok(Listed::default()));
    }
}
