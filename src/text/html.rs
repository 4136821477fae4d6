//! HTML made safe, and plain text made from it. The only module that knows
//! `ammonia`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative, UrlRelativeEvaluate};
use memchr::{memchr, memchr2, memchr3};
use url::Url;

use crate::text::{head, mojibake, one_line};

mod depth;
mod fold;
mod lists;
mod pictures;
mod pixels;
mod runs;
mod safe;
mod scan;
mod title;
mod words;

pub use depth::flattened;
pub use lists::VOID;
pub use title::{entity, title, title_and_original, without_controls};
pub use words::is_html;

use depth::{Flat, flat};
use fold::{Fold, Gap};
use lists::{ATTRIBUTES, KEPT, UNSEEN, is_block};
use pixels::without_pixels;
use safe::safe;
use scan::unescaped;
use title::without_low_controls;
use words::as_words;

pub(super) use scan::{Piece, pieces};
pub(super) use title::{LONGEST_ENTITY_BYTES, MEANT};

/// More HTML than this is cut before it is read: an article is not that long.
const MOST_BYTES: usize = 2 << 20;

/// A document that still changes after so many passes is left as it is: safe,
/// if not stable.
const MOST_MOVES: usize = 4;

/// The links of a document, made absolute, may come to so many times its own
/// bytes, and to so many bytes however short it is. Those after them are dropped.
const MOST_GROWTH: usize = 4;
const LEAST_GROWTH_BYTES: usize = 2 << 10;

/// What the ends of tags that a cut leaves open may come to.
const ENDS_BYTES: usize = 4 << 10;

/// HTML that recapd keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safe {
    /// Sanitised.
    pub html: String,
    /// The same with its mojibake, if there was any that could be mended; C1
    /// controls are a part of that.
    pub garbled: Option<String>,
}

/// A publisher's HTML made safe: an allow-list of elements and attributes,
/// http and https links only, relative ones made absolute against
/// `base` (dropped without one), tracking pixels and scripts gone, mojibake
/// mended. What only looks like a tag is text.
///
/// Stable: what is sanitised once stays as it is.
pub fn sanitised(html: &str, base: Option<&Url>) -> String {
    made_safe(html, base).html
}

/// As [`sanitised`], and what it would be had nobody mended it.
pub fn made_safe(html: &str, base: Option<&Url>) -> Safe {
    let mut safe = Safe { html: inert(&without_low_controls(html), base), garbled: None };
    // What a control character kept apart may be mended without it.
    for _ in 0..MOST_MOVES {
        let mended = mojibake::mended_html(&safe.html);
        if mended.is_some() && safe.garbled.is_none() {
            safe.garbled = Some(safe.html.clone());
        }
        match without_controls(mended.as_deref().unwrap_or(&safe.html)) {
            Cow::Owned(clean) => safe.html = clean,
            Cow::Borrowed(_) => {
                safe.html = mended.unwrap_or(safe.html);
                break;
            }
        }
    }
    safe
}

/// As [`made_safe`], cut to `most_bytes` (at least 8 KiB) where links made
/// absolute or escapes come to more.
pub fn made_safe_within(html: &str, base: Option<&Url>, most_bytes: usize) -> Safe {
    let safe = made_safe(html, base);
    let cut = |html: String| match html.len() {
        length if length <= most_bytes => html,
        // What is open at the cut gets an end.
        _ => sanitised(whole_tags(&html, most_bytes.saturating_sub(ENDS_BYTES)), base),
    };
    Safe { html: cut(safe.html), garbled: safe.garbled.map(cut) }
}

/// As [`sanitised`], with nothing mended.
fn inert(html: &str, base: Option<&Url>) -> String {
    if is_plain(html) {
        return html.trim().to_owned();
    }
    // Of most texts nothing more is asked.
    if let Some(safe) = safe(html) {
        return trimmed(safe);
    }
    let html = as_words(html);
    if let Cow::Owned(html) = &html
        && let Some(safe) = safe(html)
    {
        return trimmed(safe);
    }
    parsed(&html, base)
}

/// What only the parser can tell.
fn parsed(html: &str, base: Option<&Url>) -> String {
    let html = pictures::shown(html);
    // Made safe, and whether anything was moved meanwhile.
    let pass = |html: &str| {
        let Flat { html, moves } = flat(html);
        (cleaned(&html, base), moves)
    };
    let (mut safe, mut moves) = pass(whole_tags(&html, MOST_BYTES));
    // What stands wrongly in a table moves out of it, by the rules of HTML,
    // and may only then be seen to nest wrongly.
    for _ in 0..MOST_MOVES {
        if !moves || !safe.contains("<table") {
            break;
        }
        let (again, again_moves) = pass(&safe);
        if again == safe {
            break;
        }
        (safe, moves) = (again, again_moves);
    }
    without_pixels(&safe).trim().to_owned()
}

/// The plain text of a publisher's HTML: blocks on lines of their own, cells
/// apart, entities decoded once, white space folded, no markup left.
pub fn plain(html: &str) -> String {
    if is_plain(html) { one_line(html) } else { plain_of_safe(&sanitised(html, None)) }
}

/// As [`plain`], of HTML that [`sanitised`] made: there is no parser to be afraid for.
pub fn plain_of_safe(safe: &str) -> String {
    let mut text = beginning_of_safe(safe, usize::MAX);
    text.shrink_to_fit();
    text
}

/// The beginning of [`plain_of_safe`]: at least `least_chars` of it, if there are so many.
pub fn beginning_of_safe(safe: &str, least_chars: usize) -> String {
    let mut text = String::with_capacity(safe.len().min(least_chars.saturating_add(LEAST_PART_BYTES)));
    tell_plain(safe, least_chars, |piece| text += piece);
    text
}

/// Tells the text that [`plain_of_safe`] gives piece by piece, so that nothing
/// need hold all of it; stops at the first piece after `least_chars`.
pub fn tell_plain(safe: &str, least_chars: usize, tell: impl FnMut(&str)) {
    let mut fold = Fold::new(tell);
    for piece in pieces(safe) {
        match piece {
            Piece::Text(words) => tell_words(words, least_chars, &mut fold),
            Piece::Tag { name, .. } if is_block(name) => fold.gap(Gap::Line),
            Piece::Tag { name: "td" | "th", .. } => fold.gap(Gap::Cell),
            Piece::Tag { .. } => {}
        }
        if fold.len() >= least_chars {
            break;
        }
    }
}

/// Where no tag ends it, a run of words may be all of a long text: it is told in parts of about a thousand bytes, and
/// of fewer where no more is asked for.
fn tell_words<T: FnMut(&str)>(words: &str, least_chars: usize, fold: &mut Fold<T>) {
    let mut rest = words;
    while !rest.is_empty() && fold.len() < least_chars {
        // At a space, where nothing that is escaped is cut in two.
        let least = (least_chars - fold.len()).clamp(LEAST_PART_BYTES, PART_BYTES);
        let space = rest.as_bytes().get(least..).and_then(|rest| memchr(b' ', rest));
        let (part, left) = rest.split_at(space.map_or(rest.len(), |at| least + at));
        fold.words(&unescaped(part));
        rest = left;
    }
}

/// See [`tell_words`].
const PART_BYTES: usize = 1_000;
const LEAST_PART_BYTES: usize = 64;

/// At most `limit_bytes` of `html`, without the tag that this would cut in two.
fn whole_tags(html: &str, limit_bytes: usize) -> &str {
    let begin = head(html, limit_bytes);
    let cut_tag = begin.rfind('<').filter(|at| begin.len() < html.len() && !begin[*at..].contains('>'));
    &begin[..cut_tag.unwrap_or(begin.len())]
}

/// Plain text as HTML: escaped, paragraphs and lines kept.
pub fn from_plain(text: &str) -> String {
    let escaped = text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let paragraphs = escaped.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    let lines = paragraphs.map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join("<br>"));
    match lines.collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        many => many.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect(),
    }
}

fn cleaned(html: &str, base: Option<&Url>) -> String {
    /// The entries of a feed share their base, and making a cleaner takes
    /// longer than cleaning most of them.
    struct Last {
        base: Url,
        cleaner: Builder<'static>,
    }
    thread_local! {
        static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
    }
    static BASELESS: LazyLock<Builder> = LazyLock::new(|| cleaner(None));

    let Some(base) = base else { return BASELESS.clean(html).to_string() };
    ROOM_BYTES.set(MOST_GROWTH * html.len() + LEAST_GROWTH_BYTES);
    LAST.with_borrow_mut(|last| {
        let last = match last {
            Some(last) if last.base == *base => last,
            other => other.insert(Last { base: base.clone(), cleaner: cleaner(Some(base)) }),
        };
        last.cleaner.clean(html).to_string()
    })
}

thread_local! {
    /// What the links of the document that is being cleaned may still come to.
    static ROOM_BYTES: Cell<usize> = const { Cell::new(0) };
}

/// Makes links absolute for as long as there is room.
struct Absolute(Url);

impl UrlRelativeEvaluate<'static> for Absolute {
    fn evaluate<'l>(&self, link: &'l str) -> Option<Cow<'l, str>> {
        let absolute = String::from(self.0.join(link).ok()?);
        ROOM_BYTES.set(ROOM_BYTES.get().checked_sub(absolute.len())?);
        Some(Cow::Owned(absolute))
    }
}

fn cleaner(base: Option<&Url>) -> Builder<'static> {
    let attributes: HashMap<&str, HashSet<&str>> =
        ATTRIBUTES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(KEPT.iter().copied().collect())
        .tag_attributes(attributes)
        .clean_content_tags(UNSEEN.iter().copied().collect())
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(base.map_or(UrlRelative::Deny, |base| UrlRelative::Custom(Box::new(Absolute(base.clone())))))
        .link_rel(None)
        .strip_comments(true);
    builder
}

/// As `str::trim`, in the same memory.
fn trimmed(mut text: String) -> String {
    text.truncate(text.trim_end().len());
    let begin = text.len() - text.trim_start().len();
    text.drain(..begin);
    text
}

/// Whether there is nothing in it that an HTML parser would read.
fn is_plain(html: &str) -> bool {
    let bytes = html.as_bytes();
    memchr3(b'<', b'&', b'>', bytes).is_none()
        && memchr2(b'\0', b'\r', bytes).is_none()
        // The first byte of a no-break space, before all others.
        && (memchr(0xc2, bytes).is_none() || !html.contains('\u{a0}'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        let base = Url::parse("https://a.test/dir/page").unwrap();
        let once = sanitised(html, Some(&base));
        assert_eq!(once, expected);
        assert_eq!(sanitised(&once, Some(&base)), once, "sanitised HTML is stable");
    }

    #[track_caller]
    fn check_plain(html: &str, expected: &str) {
        assert_eq!(plain(html), expected);
    }

    #[test]
    fn a_long_run_of_words_is_told_in_parts_and_comes_out_whole() {
        let words = "R&amp;D  costs ".repeat(500);
        assert_eq!(plain_of_safe(&words), "R&D costs ".repeat(500).trim_end());
        assert!((400..=PART_BYTES).contains(&beginning_of_safe(&words, 400).len()));
        let one = "x".repeat(3 * PART_BYTES);
        assert_eq!(plain_of_safe(&one), one, "what has no space is one part");
    }

    #[test]
    fn a_beginning_is_that_of_the_whole_text() {
        let words = "R&amp;D  costs 国家, <b>caf&nbsp;é</b> &amp;&lt;&gt;<br>\u{a0}\t x ".repeat(60);
        let whole = plain_of_safe(&words);
        for least in [0, 1, 63, 64, 65, 400, 999, 1_001, usize::MAX] {
            let begin = beginning_of_safe(&words, least);
            assert!(whole.starts_with(&begin), "{begin}");
            assert!(begin.chars().count() >= least.min(whole.chars().count()), "{least}");
        }
    }

    #[test]
    fn structure_stays_and_decoration_goes() {
        check("<p class=x style='color:red'>a <b id=y>b</b></p>", "<p>a <b>b</b></p>");
        check("<pre><code>a\n  b</code></pre>", "<pre><code>a\n  b</code></pre>");
        check("<span class=k>a</span><font size=7>b</font>", "<span>a</span>b");
        check("plain words", "plain words");
        check("for n<m and k<sqrt(n), x>y.", "for n&lt;m and k&lt;sqrt(n), x&gt;y.");
    }

    #[test]
    fn scripts_are_gone_with_their_text() {
        check("a<script>alert(1)</script>b", "ab");
        check("<style>p{}</style><p onclick=x()>b</p>", "<p>b</p>");
        check("<a href='javascript:alert(1)'>x</a>", "<a>x</a>");
        check("<img src=x onerror=alert(1)>", "<img src=\"https://a.test/dir/x\">");
        check("<svg><script>1</script></svg><iframe src=//b.test></iframe>", "");
    }

    #[test]
    fn links_become_absolute() {
        check("<a href='../b?c=d'>x</a>", "<a href=\"https://a.test/b?c=d\">x</a>");
        check("<a href='//c.test/'>x</a>", "<a href=\"//c.test/\">x</a>".replace("//c", "https://c").as_str());
        check("<a href='mailto:a@b.test'>x</a>", "<a>x</a>");
        assert_eq!(sanitised("<a href='/b'>x</a>", None), "<a>x</a>");
    }

    #[test]
    fn links_grow_only_so_much() {
        let base = Url::parse(&format!("https://a.test/{}/", "x".repeat(8_000))).unwrap();
        let html = "<img src=x>".repeat(10_000);
        let grown = sanitised(&html, Some(&base)).len();
        assert!((8_000..=5 * html.len() + LEAST_GROWTH_BYTES).contains(&grown), "{grown} bytes");
        let base = Url::parse(&format!("https://a.test/{}/", "x".repeat(500))).unwrap();
        let few = sanitised(&"<img src=x>".repeat(3), Some(&base));
        assert_eq!(few.matches("src=").count(), 3);
    }

    #[test]
    fn what_grows_is_cut_between_tags() {
        let html = "<p>a & b <b>c</b></p>".repeat(5_000);
        let safe = made_safe_within(&html, None, 64 << 10);
        assert!(safe.html.len() <= 64 << 10 && safe.html.len() > 59 << 10, "{} bytes", safe.html.len());
        assert!(safe.html.ends_with("</p>"));
        assert_eq!(made_safe_within("<p>a", None, 64 << 10).html, "<p>a</p>");
    }

    #[test]
    fn tracking_pixels_are_gone() {
        check("a<img src='https://t.test/p.gif' width=1 height=1>b", "ab");
        check("a<img src='https://t.test/p.gif' width=100 height=1>b", "ab");
        check("<img alt=nothing>", "");
        check("a<img src=\"https://pixel.wp.com/b.gif\">b", "ab");
        check("<img src='https://t.test/p.gif' width=10>", "<img src=\"https://t.test/p.gif\" width=\"10\">");
        for unseen in
            ["hidden", "style='display: NONE'", "style='border:0;width:1px !important'", "width='1 '", "height=01.0"]
        {
            check(&format!("a<img src='https://t.test/p.gif' {unseen}>b"), "ab");
        }
        check("a<img src=\"https://t.test/p.gif\" style=\"display:none\">b", "ab");
    }

    #[test]
    fn blocks_stand_on_lines_of_their_own() {
        check_plain("<p>One <b>two</b></p><p>three</p>", "One two\nthree");
        check_plain("a<br>b<ul><li>c<li>d</ul>", "a\nb\nc\nd");
        check_plain("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 | 2\n3");
        check_plain("a\n  b", "a b");
        check_plain("<p>a\n  b</p>", "a b");
    }

    #[test]
    fn a_span_is_no_end_of_a_sentence() {
        check_plain("<p>The lab <span>OpenAI</span> raised <span>$5</span>.</p>", "The lab OpenAI raised $5.");
    }

    #[test]
    fn entities_are_decoded_once() {
        check_plain("a &amp; b &lt;b&gt; &amp;amp; &eacute;&#8217;", "a & b <b> &amp; é’");
        check_plain("1 < 2 && 3 > 2", "1 < 2 && 3 > 2");
    }

    #[test]
    fn mojibake_is_mended_in_text_and_nowhere_else() {
        check("It&acirc;&euro;&trade;s Ã&nbsp; <b>\u{c3}\u{a9}</b>", "It’s à <b>é</b>");
        check("â\u{80}\u{9d} and \u{80}5", "” and €5");
        let link = "<a href=\"https://a.test/%C3%83%C2%A9\" title=\"é\">é</a>";
        check("<a href='/Ã©' title='Ã©'>Ã©</a>", link);
        assert_eq!(made_safe("CafÃ©", None).garbled.as_deref(), Some("CafÃ©"));
        assert!(made_safe("<p>Café&nbsp;!</p>", None).garbled.is_none());
    }

    #[test]
    fn deep_nesting_is_no_trouble() {
        let deep = "<div>".repeat(100_000) + "text";
        assert_eq!(plain(&deep), "text");
        let evading = "<div><table></div>".repeat(20_000) + "text";
        assert!(plain(&evading).ends_with("text"));
    }

    #[test]
    fn a_break_in_a_text_is_not_seen() {
        let words = "<aside>R&amp;D &amp; caf&nbsp;é, ".repeat(3_000);
        let safe = sanitised(&words, None);
        assert!(safe == words.replace("<aside>", "").trim(), "{}", &safe[..200]);
        assert!(sanitised(&safe, None) == safe, "it is stable");
    }

    /// Whether something is moved out of a table.
    #[track_caller]
    fn check_moves(html: &str, moves: bool) {
        assert_eq!(flat(html).moves, moves, "{html}");
    }

    #[test]
    fn all_but_blanks_is_moved_out_of_a_table() {
        check_moves("<table> <tr>\t\n\x0c\r<td>a\u{a0}</table>", false);
        check_moves("<table>\u{a0}<tr><td>a</table>", true);
        check_moves("<table><tr> \u{2003} <td>a</table>", true);
    }

    #[test]
    fn plain_text_becomes_html() {
        assert_eq!(from_plain("a < b\nc"), "a &lt; b<br>c");
        assert_eq!(from_plain("a\n\nb"), "<p>a</p><p>b</p>");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_made_safe_and_stays_so(html in "(<(p|b|script|table|td|a href=x|img src=y|/p|/b|/script|/table|/a|li|ul|/ul|br|svg|!--)>?|[a-z<>&\" ]|--&gt;|&amp;){0,30}") {
            let base = Url::parse("https://a.test/").unwrap();
            let once = sanitised(&html, Some(&base));
            prop_assert!(!once.contains("<script") && !once.contains("<svg"));
            prop_assert_eq!(sanitised(&once, Some(&base)), once);
        }

        // For this no second pass is made of it.
        #[test]
        fn where_nothing_is_moved_one_more_pass_changes_nothing(html in "(<table>|<table><tr><td>|<td>|<th>|</td><td>|</table>|</?(table|tr|td|th|caption|p|b|br|select|template|svg)>|words|\u{a0}| ){0,16}") {
            let pass = |html: &str| cleaned(&flat(html).html, None);
            let once = pass(&html);
            prop_assert!(flat(&html).moves || !once.contains("<table") || pass(&once) == once, "{}", once);
        }

        #[test]
        fn plain_text_has_no_markup(html in "(<(p|b|script|td|/p|/script|img src=y)>|[a-z \n]){0,30}") {
            prop_assert!(!plain(&html).contains('<'));
        }
    }
}
