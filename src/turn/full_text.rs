//! Which pages a turn's items would have read for their text, and what becomes
//! of what stood there. Only items that are new or changed: whatever a page
//! says later is asked for by nobody.

use std::cmp::Reverse;
use std::collections::HashMap;

use url::Url;

use super::Turn;
use crate::article::Article;
use crate::id::ItemId;
use crate::item::Item;
use crate::ledger::{Event, Note};
use crate::names::Names;

/// Pages of one poll: the daily news of most sources; of a backlog the newest.
pub const MOST_PAGES: usize = 20;

/// What came of pages, by their items: an article, or why not.
pub type Pages = HashMap<ItemId, Result<Article, Missing>>;

/// Why an item has no article; in words that follow "full text:".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Its publisher does not let it be read.
    Refused(String),
    /// Its page did not come, or holds none.
    Absent(String),
}

/// The pages to ask for, of the newest items first, [`MOST_PAGES`] at most.
pub fn pages(turn: &Turn) -> Vec<(ItemId, Url)> {
    let came = turn.intake.new.iter().chain(&turn.intake.changed);
    let mut linked: Vec<(&Item, &Url)> = came.filter_map(|item| Some((item, item.entry.link.as_ref()?))).collect();
    // What the feed does not date is as new as its place in it.
    linked.sort_by_key(|(item, _)| Reverse(item.entry.date().unwrap_or(turn.at).min(turn.at)));
    linked.into_iter().take(MOST_PAGES).map(|(item, link)| (item.id, link.clone())).collect()
}

/// The changed items that no page came of, and no refusal: what their pages said
/// before is still theirs.
pub fn without_page<'t>(turn: &'t Turn, pages: &'t Pages) -> impl Iterator<Item = &'t Item> {
    let came = |item: &&Item| !matches!(pages.get(&item.id), None | Some(Err(Missing::Absent(_))));
    turn.intake.changed.iter().filter(move |item| !came(item))
}

/// The memory that the texts of its items take.
pub fn text_bytes(turn: &Turn) -> usize {
    let came = turn.intake.new.iter().chain(&turn.intake.changed);
    let entries = came.map(|item| &item.entry);
    entries.map(|it| size_of::<Item>() + it.title.len() + it.summary_html.len() + it.content_html.len()).sum()
}

/// The `turn` with the articles of `pages` in its items, where they say more
/// than the feed, or with those they had `earlier`; the ledger hears of each page, and
/// of how many were not asked for.
pub fn with_pages(mut turn: Turn, mut pages: Pages, mut earlier: HashMap<ItemId, String>, names: &Names) -> Turn {
    let (at, source) = (turn.at, turn.source.clone());
    let note = |item: Option<ItemId>, detail: String| Note {
        source: Some(source.clone()),
        item,
        ..Event::FullText.at(at, detail)
    };
    let (mut left, mut all) = (0_usize, 0_usize);
    for item in turn.intake.new.iter_mut().chain(&mut turn.intake.changed) {
        all += 1;
        let before = earlier.remove(&item.id);
        match pages.remove(&item.id) {
            Some(page) => turn.notes.push(note(Some(item.id), taken(item, page, before))),
            None if is_kept(item, before) => {}
            None => left += usize::from(item.entry.link.is_some()),
        }
    }
    if left > 0 {
        let detail = format!("{left} of {all} items keep the feed's text: a poll reads the {MOST_PAGES} newest pages");
        turn.notes.push(note(None, detail));
    }
    turn.sign(names);
    turn
}

/// Takes the article of its page into `item`, or what that said `before`, and
/// says what became of it.
fn taken(item: &mut Item, page: Result<Article, Missing>, before: Option<String>) -> String {
    match page {
        Ok(article) if article.says_more_than(&item.entry) => {
            item.entry.article_html = article.html;
            format!("{} characters from its page", article.chars)
        }
        Ok(article) => format!("the feed's stays, its page has {} characters", article.chars),
        Err(Missing::Absent(why)) if is_kept(item, before) => format!("{why}; the text of its page from before stays"),
        Err(Missing::Refused(why) | Missing::Absent(why)) => why,
    }
}

/// Whether what its page said `before` says more than the feed does now: then
/// `item` has it again.
fn is_kept(item: &mut Item, before: Option<String>) -> bool {
    let Some(article) = before.map(Article::of).filter(|article| article.says_more_than(&item.entry)) else {
        return false;
    };
    item.entry.article_html = article.html;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::Intake;
    use crate::item::Entry;
    use crate::source::SourceState;

    fn item(number: usize, published: Option<&str>) -> Item {
        let source = "tnw".parse().unwrap();
        let at = "2026-05-06T09:00:00Z".parse().unwrap();
        let entry = Entry {
            title: format!("Title {number}"),
            link: format!("https://a.test/{number}").parse().ok(),
            summary_html: "In short.".to_owned(),
            published: published.map(|at| at.parse().unwrap()),
            ..Entry::default()
        };
        let (id, identity) = (ItemId::of(&source, &number.to_string(), 0), number.to_string());
        Item { id, source, identity, generation: 0, version: 1, first_seen: at, placed: Some(at), entry }
    }

    fn turn(new: Vec<Item>) -> Turn {
        let at = "2026-05-06T09:00:00Z".parse().unwrap();
        let state = SourceState::unknown(at);
        let heard = state.stance();
        let intake = Intake { new, ..Intake::default() };
        let (imprints, revised, notes) = Default::default();
        Turn { state, heard, at, source: "tnw".parse().unwrap(), intake, imprints, revised, footprint: None, notes }
    }

    #[track_caller]
    fn check(page: Result<Article, Missing>, article: &str, told: &str) {
        let one = item(1, None);
        let hash = one.entry.content_hash();
        let turn =
            with_pages(turn(vec![one.clone()]), Pages::from([(one.id, page)]), HashMap::new(), &Names::default());
        assert_eq!(turn.intake.new[0].entry.article_html, article);
        assert_eq!(turn.intake.new[0].entry.content_hash(), hash);
        assert_eq!(turn.imprints.len(), 1);
        let notes: Vec<String> = turn.notes.iter().map(|note| format!("{}: {}", note.event, note.detail)).collect();
        assert_eq!(notes, [told]);
    }

    #[test]
    fn the_longer_text_is_taken_and_told() {
        let article = |chars| Ok(Article { html: "All of it.".to_owned(), chars });
        check(article(300), "All of it.", "full text: 300 characters from its page");
        check(article(9), "", "full text: the feed's stays, its page has 9 characters");
        let why = "refused by its robots meta: `noarchive`".to_owned();
        check(Err(Missing::Refused(why.clone())), "", &format!("full text: {why}"));
    }

    #[test]
    fn the_newest_pages_are_asked_for_and_the_others_told_of_once() {
        let date = |day: usize| format!("2026-04-{day:02}T00:00:00Z");
        let mut items: Vec<Item> = (1..=25).map(|day| item(day, Some(&date(day)))).collect();
        items.push(item(26, None));
        items[3].entry.link = None;
        let turn = turn(items);
        let asked = pages(&turn);
        let first: Vec<&str> = asked.iter().map(|(_, link)| link.path()).take(3).collect();
        assert_eq!((asked.len(), first), (MOST_PAGES, vec!["/26", "/25", "/24"]));
        let read = asked.into_iter().map(|(id, _)| (id, Err(Missing::Absent("no".to_owned())))).collect();
        let turn = with_pages(turn, read, HashMap::new(), &Names::default());
        assert_eq!(turn.notes.len(), MOST_PAGES + 1);
        let last = turn.notes.last().unwrap();
        assert_eq!(last.item, None);
        assert_eq!(last.detail, "5 of 26 items keep the feed's text: a poll reads the 20 newest pages");
    }

    #[test]
    fn an_edit_keeps_what_the_page_said_unless_its_publisher_takes_it_back() {
        let check = |page: Option<Missing>, before: &str, article: &str, told: &str| {
            let one = item(1, None);
            let pages = page.map(|missing| (one.id, Err(missing))).into_iter().collect();
            let mut turn = turn(Vec::new());
            turn.intake.changed = vec![one.clone()];
            let wanted = without_page(&turn, &pages).count();
            let earlier = HashMap::from([(one.id, before.to_owned())]);
            let turn = with_pages(turn, pages, if wanted == 1 { earlier } else { HashMap::new() }, &Names::default());
            assert_eq!(turn.intake.changed[0].entry.article_html, article);
            let notes: Vec<&str> = turn.notes.iter().map(|note| note.detail.as_str()).collect();
            assert_eq!(notes.join("; "), told);
        };
        let (absent, refused) = (|| Some(Missing::Absent("no".into())), || Some(Missing::Refused("no".into())));
        let all = "<p>At the length of its page.</p>";
        check(absent(), all, all, "no; the text of its page from before stays");
        check(refused(), all, "", "no");
        check(absent(), "<p>Less.</p>", "", "no");
        check(None, all, all, "");
        check(None, "", "", "1 of 1 items keep the feed's text: a poll reads the 20 newest pages");
    }
}
