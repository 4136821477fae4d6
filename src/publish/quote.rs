//! How much of one item we repeat: a right to quote is not a right to copy.

use std::collections::HashMap;

use crate::id::ItemId;
use crate::insight::{Cite, Insight, Origin, Part};
use crate::text::token::is_unspaced;

/// The card with at most `words` of the publishers' own words from any one
/// item. What comes first in a reader's eye is kept first: what changed, why
/// it matters, the takeaways, the rest. A part that no longer fits is left
/// out; "what changed" is cut after a word instead.
///
/// Headlines are names, not quotations, and do not count; nor does what the
/// card says twice. What a part rests on is quoted for programs, one sentence each: no longer either.
pub fn within(card: &Insight, words: u32) -> Insight {
    let mut ration = Ration { words: words as usize, used: HashMap::new(), said: Vec::new() };
    let mut card = card.clone();
    card.what_changed = card.what_changed.and_then(|part| ration.cut(part));
    card.why_it_matters.retain(|part| ration.allows(part));
    card.what_to_do_next = card.what_to_do_next.filter(|part| ration.allows(part));
    card.takeaways.retain(|part| ration.allows(part));
    card.technical.retain(|part| ration.allows(part));
    card.outlook.retain(|part| ration.allows(part));
    // What another story tells stands there under its headline.
    card.timeline.retain(|dated| dated.story.is_some() || ration.allows(&dated.part));
    for cite in cites(&mut card) {
        shorten(&mut cite.quote, words as usize);
    }
    card
}

/// All that the card rests on.
fn cites(card: &mut Insight) -> impl Iterator<Item = &mut Cite> {
    let lines = card.hook.iter_mut().chain(&mut card.what_changed).chain(&mut card.why_it_matters);
    let lines = lines.chain(&mut card.what_to_do_next).chain(&mut card.takeaways).chain(&mut card.technical);
    let lines = lines.chain(&mut card.outlook).chain(&mut card.note);
    let dated = card.timeline.iter_mut().map(|dated| &mut dated.part);
    let rows = card.comparison.iter_mut().flat_map(|table| &mut table.rows);
    let cells = rows.flat_map(|row| row.cells.iter_mut().flatten());
    let figures = card.disagreements.iter_mut().flat_map(|one| &mut one.figures);
    lines.chain(dated).chain(cells).flat_map(|part| &mut part.cites).chain(figures.flat_map(|it| &mut it.cites))
}

/// Leaves the first `words` words of `text`, and says that more stood there.
fn shorten(text: &mut String, words: usize) {
    if words_of(text) > words {
        text.truncate(head(text, words).len());
        *text += " …";
    }
}

/// What has been quoted so far, by item.
struct Ration {
    words: usize,
    used: HashMap<ItemId, usize>,
    said: Vec<String>,
}

impl Ration {
    /// Whether `part` may still be quoted; if so, it counts from now on.
    fn allows(&mut self, part: &Part) -> bool {
        let Some(item) = quoted(part) else { return true };
        if self.said.contains(&part.text) {
            return true;
        }
        let used = self.used.entry(item).or_default();
        let length = words_of(&part.text);
        if *used + length > self.words {
            return false;
        }
        *used += length;
        self.said.push(part.text.clone());
        true
    }

    /// `part`, cut to what is left of its item; none if that is nothing.
    fn cut(&mut self, mut part: Part) -> Option<Part> {
        if self.allows(&part) {
            return Some(part);
        }
        let used = self.used.entry(quoted(&part)?).or_default();
        let end = head(&part.text, self.words - *used).len();
        *used = self.words;
        part.text.truncate(end);
        part.text += " …";
        (end > 0).then_some(part)
    }
}

/// The item whose words a part repeats, however many of its sentences; none
/// where recapd counted, a playbook advises or a model writes.
fn quoted(part: &Part) -> Option<ItemId> {
    match (&part.origin, part.cites.as_slice()) {
        (Origin::Extract, [first, rest @ ..]) if rest.iter().all(|cite| cite.item == first.item) => Some(first.item),
        _ => None,
    }
}

/// How many words, as the card's author counts them: in unspaced scripts two
/// characters are one.
fn words_of(text: &str) -> usize {
    let unspaced = text.chars().filter(|letter| is_unspaced(*letter)).count();
    let spaced = text.split(|letter: char| letter.is_whitespace() || is_unspaced(letter));
    unspaced.div_ceil(2) + spaced.filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// The first `words` words of `text`.
fn head(text: &str, words: usize) -> &str {
    let ends = text.char_indices().filter(|(_, letter)| letter.is_whitespace() || is_unspaced(*letter));
    let fitting = ends.map(|(at, _)| &text[..at]).take_while(|head| words_of(head) <= words);
    fitting.last().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::{Comparison, Row};
    use crate::publish::fixture::{item, part};

    #[test]
    fn no_item_gives_more_than_its_share() {
        let card = Insight {
            what_changed: Some(part("one two three four", &[item(1)])),
            takeaways: vec![
                part("five six", &[item(1)]),
                part("one two three four", &[item(1)]),
                part("seven", &[item(1)]),
                part("from another item altogether", &[item(2)]),
            ],
            ..Insight::default()
        };
        let kept: Vec<String> = within(&card, 5).takeaways.into_iter().map(|part| part.text).collect();
        assert_eq!(kept, ["one two three four", "seven", "from another item altogether"]);
    }

    #[test]
    fn sentences_of_one_item_count_together() {
        let card = Insight {
            what_changed: Some(part("one two three four", &[item(1), item(1)])),
            takeaways: vec![part("five six", &[item(1)]), part("told by both", &[item(1), item(2)])],
            ..Insight::default()
        };
        let kept: Vec<String> = within(&card, 5).takeaways.into_iter().map(|part| part.text).collect();
        assert_eq!(kept, ["told by both"]);
    }

    #[track_caller]
    fn check_news(text: &str, words: u32, cut: Option<&str>) {
        let card = Insight { what_changed: Some(part(text, &[item(1), item(1)])), ..Insight::default() };
        assert_eq!(within(&card, words).what_changed.map(|part| part.text).as_deref(), cut, "{text} {words}");
    }

    #[test]
    fn the_news_itself_is_cut_rather_than_lost() {
        check_news("one two three four", 3, Some("one two three …"));
        check_news("one two three four", 4, Some("one two three four"));
        check_news("one two", 0, None);
    }

    #[test]
    fn what_a_figure_rests_on_is_no_way_around_it() {
        let mut cell = part("$45 billion", &[item(1)]);
        cell.cites[0].quote = "one two three four five six".to_owned();
        let row = Row { attribute: "Valuation".to_owned(), cells: vec![None, Some(cell)] };
        let table = Comparison { caption: String::new(), columns: Vec::new(), rows: vec![row] };
        let card = within(&Insight { comparison: Some(table), ..Insight::default() }, 4);
        let cell = card.comparison.unwrap().rows[0].cells[1].clone().unwrap();
        assert_eq!((cell.text.as_str(), cell.cites[0].quote.as_str()), ("$45 billion", "one two three four …"));
    }

    #[test]
    fn two_characters_of_an_unspaced_script_are_a_word() {
        check_news("三万名美国学生使用", 5, Some("三万名美国学生使用"));
        check_news("三万名美国学生使用", 4, Some("三万名美国学生使 …"));
        check_news("苹果 GPT-5 发布会", 3, Some("苹果 GPT-5 发布 …"));
    }
}
