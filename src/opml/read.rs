//! A document as a list. The lists of other programs are often ill-formed (a
//! bare `&` in a name), so that they are read tag by tag, and never fail for one outline.

use url::Url;

use super::{NAMESPACE, Outline, Own};
use crate::text::tags::{Role, Tag, tags};
use crate::text::{cut, one_line, title, without_controls};

/// Folders within folders beyond this are taken as one.
const DEEPEST: usize = 8;

/// Longer names are cut.
const LONGEST_NAME_CHARS: usize = 200;

/// A longer address is no address we would ask and store.
const LONGEST_ADDRESS_BYTES: usize = 2048;

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
    let mut folders: Vec<Option<String>> = Vec::new();
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
                    folders.push((!is_feed).then(|| folder_name(&tag, is_ours)).flatten());
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
    fn add<'f>(&mut self, tag: &Tag, folders: impl Iterator<Item = &'f String>, prefix: &str) -> bool {
        let is_rss = tag.attribute("type").is_some_and(|it| matches!(&*it.trim().to_lowercase(), "rss" | "atom"));
        let written = tag.attribute("xmlUrl").filter(|it| is_rss || !it.trim().is_empty());
        // Some write `url`, which in others is a page: it counts only where a feed is said to be.
        let written = written.or_else(|| tag.attribute("url").filter(|_| is_rss));
        let own = own(tag, prefix);
        let text = feed_name(tag, &own);
        match written.as_deref().map(address) {
            None if !is_rss || tag.role == Role::Opens => return false,
            None => self.refused.push(Refused { text, why: "it has no address: xmlUrl is missing".to_owned() }),
            Some(Ok(xml_url)) => {
                let folders: Vec<&str> = folders.map(String::as_str).collect();
                let kept = &folders[..folders.len().min(DEEPEST)];
                let folder = if folders.is_empty() { category(tag) } else { Some(kept.join("/")) };
                let deeper = folders.len() - kept.len();
                let html_url = tag.attribute("htmlUrl").and_then(|it| address(&it).ok());
                let language = tag.attribute("language").filter(|it| !it.trim().is_empty());
                self.outlines.push(Outline { text, xml_url, html_url, folder, deeper, language, own });
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

/// A slash is between folders, so that none may stand in a name. In our own lists
/// it stands as it is: `R &lt` there is no slip for `R <`.
fn folder_name(tag: &Tag, is_ours: bool) -> Option<String> {
    let name = if is_ours { as_it_is(&tag.attribute("text").unwrap_or_default()) } else { name(tag) };
    let name = name.replace('/', "-");
    (!name.trim().is_empty()).then_some(name)
}

/// Some lists say the folder in `category`: the first of several, as in `/News/AI,/Tech`.
fn category(tag: &Tag) -> Option<String> {
    let all = tag.attribute("category")?;
    let first = all.split(',').next()?;
    let names: Vec<&str> = first.split('/').map(str::trim).filter(|name| !name.is_empty()).take(DEEPEST).collect();
    let folder = cut(&title(&names.join("/")), LONGEST_NAME_CHARS);
    (!folder.is_empty()).then_some(folder)
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

/// `feed:` was for programs that read feeds.
fn address(written: &str) -> Result<Url, String> {
    let written = written.trim();
    let shown = cut(written, 80);
    let wrong = |why: &str| format!("`{shown}` is no web address: {why}");
    let meant = match written.strip_prefix("feed:") {
        Some(bare) if bare.starts_with("//") => format!("http:{bare}"),
        Some(whole) => whole.to_owned(),
        None => written.to_owned(),
    };
    let mut url = Url::parse(&meant).map_err(|error| match error {
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
        assert_eq!((deep.folder.as_deref(), deep.deeper), (Some("a/a/a/a/a/a/a/a"), 2));
    }

    #[test]
    fn what_other_programs_write_is_read() {
        check(
            "<BODY><Outline TEXT='Q & A <b>x</b>' XMLURL=' feed://a.test/f?a=1&amp;b=2#x ' TYPE=rss />\
             <outline title='T' text='' type='atom' url='https://b.test/f'></BODY>",
            &["Q & A x: http://a.test/f?a=1&b=2", "T: https://b.test/f"],
        );
        check("<outline text='a page' type='link' url='https://a.test/'/><outline text='empty folder'/>", &[]);
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
