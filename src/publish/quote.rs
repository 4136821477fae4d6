//! How much of one item we repeat: a right to quote is not a right to copy.

use std::collections::HashMap;

use crate::id::ItemId;
use crate::insight::{Cite, Insight, Origin, Part};
use crate::recap::Entry;
use crate::text::token::is_unspaced;

/// The card of `entry` with at most `words` of the publishers' own words from any
/// one item, see [`within`].
pub fn of(entry: &Entry, words: u32) -> Insight {
    let headlines: Vec<&str> = entry.coverage.iter().map(|report| report.title.as_str()).collect();
    within(&entry.insight, &headlines, |_| words as usize)
}

/// The card with at most so many of the publishers' own words as `words` says of each
/// item. What comes first in a reader's eye is kept first: what changed, why
/// it matters, the takeaways, the rest. A part that no longer fits is left
/// out; "what changed" is cut after a word instead.
///
/// Headlines, as those of its reports, are names, not quotations, and do not count; nor does what the
/// card says twice. What parts and figures rest on is quoted for programs: of these quotes
/// there is so much as the parts have left of an item, and nothing of those after it.
pub fn within(card: &Insight, headlines: &[&str], words: impl Fn(ItemId) -> usize) -> Insight {
    let mut ration = Ration { words, used: HashMap::new(), said: Vec::new(), left: HashMap::new() };
    let mut card = card.clone();
    card.what_changed = card.what_changed.and_then(|part| ration.cut(part));
    card.why_it_matters.retain(|part| ration.allows(part));
    card.what_to_do_next = card.what_to_do_next.filter(|part| ration.allows(part));
    card.takeaways.retain(|part| ration.allows(part));
    card.technical.retain(|part| ration.allows(part));
    card.outlook.retain(|part| ration.allows(part));
    // What another story tells stands there under its headline.
    card.timeline.retain(|dated| dated.story.is_some() || ration.allows(&dated.part));
    ration.said.extend(headlines.iter().map(|headline| (*headline).to_owned()));
    ration.said.extend(parts(&mut card).map(|part| part.text.clone()));
    parts(&mut card).flat_map(|part| &mut part.cites).for_each(|cite| ration.shorten(cite));
    let figures = card.disagreements.iter_mut().flat_map(|one| &mut one.figures);
    figures.flat_map(|figure| &mut figure.cites).for_each(|cite| ration.shorten(cite));
    card
}

/// All that the card says, but for figures that publishers disagree on.
fn parts(card: &mut Insight) -> impl Iterator<Item = &mut Part> {
    let lines = card.hook.iter_mut().chain(&mut card.what_changed).chain(&mut card.why_it_matters);
    let lines = lines.chain(&mut card.what_to_do_next).chain(&mut card.takeaways).chain(&mut card.technical);
    let lines = lines.chain(&mut card.outlook).chain(&mut card.note);
    let dated = card.timeline.iter_mut().map(|dated| &mut dated.part);
    let rows = card.comparison.iter_mut().flat_map(|table| &mut table.rows);
    lines.chain(dated).chain(rows.flat_map(|row| row.cells.iter_mut().flatten()))
}

/// What has been quoted so far, by item.
struct Ration<W> {
    words: W,
    used: HashMap<ItemId, usize>,
    said: Vec<String>,
    /// What is left of the quotes that the card does not say.
    left: HashMap<(ItemId, String), String>,
}

impl<W: Fn(ItemId) -> usize> Ration<W> {
    /// Whether `part` may still be quoted; if so, it counts from now on.
    fn allows(&mut self, part: &Part) -> bool {
        let Some(item) = quoted(part) else { return true };
        if self.said.contains(&part.text) {
            return true;
        }
        let used = self.used.entry(item).or_default();
        let length = words_of(&part.text);
        if *used + length > (self.words)(item) {
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
        let item = quoted(&part)?;
        let most = (self.words)(item);
        let used = self.used.entry(item).or_default();
        let end = head(&part.text, most.saturating_sub(*used)).len();
        *used = most;
        part.text.truncate(end);
        part.text += " …";
        (end > 0).then_some(part)
    }

    /// Leaves of a quote what its item has words for, and says that more stood there.
    fn shorten(&mut self, cite: &mut Cite) {
        // That of an earlier story, too.
        let is_headline = cite.span.0 == 0;
        if is_headline || self.said.iter().any(|said| said.contains(&cite.quote)) {
            return;
        }
        let whole = (cite.item, cite.quote.clone());
        if let Some(left) = self.left.get(&whole) {
            cite.quote.clone_from(left);
            return;
        }
        let used = self.used.entry(cite.item).or_default();
        let room = (self.words)(cite.item).saturating_sub(*used);
        let length = words_of(&cite.quote);
        if length > room {
            cite.quote.truncate(head(&whole.1, room).len());
            if !cite.quote.is_empty() {
                cite.quote += " …";
            }
        }
        *used += length.min(room);
        self.left.insert(whole, cite.quote.clone());
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
    use crate::insight::{Comparison, Disagreement, Figure, Row};
    use crate::publish::fixture::{item, part};

    fn limited(card: &Insight, words: u32) -> Insight {
        within(card, &[], |_| words as usize)
    }

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
        let kept: Vec<String> = limited(&card, 5).takeaways.into_iter().map(|part| part.text).collect();
        assert_eq!(kept, ["one two three four", "seven", "from another item altogether"]);
    }

    #[test]
    fn sentences_of_one_item_count_together() {
        let card = Insight {
            what_changed: Some(part("one two three four", &[item(1), item(1)])),
            takeaways: vec![part("five six", &[item(1)]), part("told by both", &[item(1), item(2)])],
            ..Insight::default()
        };
        let kept: Vec<String> = limited(&card, 5).takeaways.into_iter().map(|part| part.text).collect();
        assert_eq!(kept, ["told by both"]);
    }

    #[track_caller]
    fn check_news(text: &str, words: u32, cut: Option<&str>) {
        let card = Insight { what_changed: Some(part(text, &[item(1), item(1)])), ..Insight::default() };
        assert_eq!(limited(&card, words).what_changed.map(|part| part.text).as_deref(), cut, "{text} {words}");
    }

    #[test]
    fn the_news_itself_is_cut_rather_than_lost() {
        check_news("one two three four", 3, Some("one two three …"));
        check_news("one two three four", 4, Some("one two three four"));
        check_news("one two", 0, None);
    }

    /// A quote of `item`, not of its headline.
    fn cite(item: i64, quote: &str) -> Cite {
        Cite { item: ItemId(item), version: 1, span: (20, 40), quote: quote.to_owned() }
    }

    /// A card whose table and whose one disagreement rest on these quotes.
    fn resting_on(cell: Cite, figures: &[Cite]) -> Insight {
        let cell = Part { cites: vec![cell], ..part("$45 billion", &[]) };
        let row = Row { attribute: "Valuation".to_owned(), cells: vec![None, Some(cell)] };
        let figure =
            |cite: &Cite| Figure { text: "$45B".to_owned(), publishers: Vec::new(), cites: vec![cite.clone()] };
        let figures = figures.iter().map(figure).collect();
        Insight {
            comparison: Some(Comparison { caption: String::new(), columns: Vec::new(), rows: vec![row] }),
            disagreements: vec![Disagreement { about: "valuation".to_owned(), figures, first: None }],
            ..Insight::default()
        }
    }

    /// All quotes of a card, in order.
    fn quotes(mut card: Insight) -> Vec<String> {
        let figures: Vec<Cite> =
            card.disagreements.drain(..).flat_map(|one| one.figures).flat_map(|it| it.cites).collect();
        let of_parts: Vec<Cite> = parts(&mut card).flat_map(|part| part.cites.clone()).collect();
        of_parts.into_iter().chain(figures).map(|cite| cite.quote).collect()
    }

    #[test]
    fn what_a_figure_rests_on_is_no_way_around_it() {
        let card = resting_on(cite(1, "one two three four five six"), &[]);
        let kept = limited(&card, 4);
        assert_eq!(kept.comparison, limited(&kept, 4).comparison, "stable");
        assert_eq!(quotes(kept), ["one two three four …"]);
    }

    #[test]
    fn quotes_of_one_item_count_together_and_each_once() {
        let figures =
            [cite(1, "one two three"), cite(1, "four five six"), cite(1, "seven"), cite(2, "of another item")];
        let card = resting_on(cite(1, "one two three"), &figures);
        assert_eq!(quotes(limited(&card, 5)), ["one two three", "one two three", "four five …", "", "of another item"]);
        let of_parts = Insight { takeaways: vec![part("Item one says so", &[item(1)])], ..card };
        let quotes = quotes(limited(&of_parts, 5));
        assert_eq!(quotes, ["Item one says so", "one …", "one …", "", "", "of another item"], "parts come first");
    }

    #[test]
    fn a_cut_sentence_is_not_whole_in_what_it_rests_on() {
        let news = "One two three. Four five six. Seven eight nine.";
        let cites = ["One two three.", "Four five six.", "Seven eight nine."].map(|quote| cite(1, quote)).to_vec();
        let card = Insight { what_changed: Some(Part { cites, ..part(news, &[]) }), ..Insight::default() };
        let kept = limited(&card, 4);
        assert_eq!(kept.what_changed.as_ref().unwrap().text, "One two three. Four …");
        assert_eq!(quotes(kept), ["One two three.", "", ""]);
        assert_eq!(quotes(limited(&card, 9)), quotes(card), "all of it stands on the card");
    }

    #[test]
    fn headlines_are_no_quotations_there_either() {
        let headline = Cite { span: (0, 20), ..cite(1, "Lab raises money again and again") };
        assert_eq!(quotes(limited(&resting_on(headline, &[]), 0)), ["Lab raises money again and again"]);
        let card = resting_on(cite(1, "raises money"), &[]);
        let titles = ["Lab raises money again and again"];
        assert_eq!(quotes(within(&card, &titles, |_| 0)), ["raises money"], "words of it");
        assert_eq!(quotes(limited(&card, 0)), [""]);
    }

    #[test]
    fn each_publisher_may_allow_less() {
        let card = resting_on(cite(1, "one two three"), &[cite(2, "one two three")]);
        let allowed = |item: ItemId| if item == ItemId(2) { 1 } else { usize::MAX };
        assert_eq!(quotes(within(&card, &[], allowed)), ["one two three", "one …"]);
    }

    #[test]
    fn two_characters_of_an_unspaced_script_are_a_word() {
        check_news("三万名美国学生使用", 5, Some("三万名美国学生使用"));
        check_news("三万名美国学生使用", 4, Some("三万名美国学生使 …"));
        check_news("苹果 GPT-5 发布会", 3, Some("苹果 GPT-5 发布 …"));
    }
}
