//! What readers look for: a query, what of a published story it is held against,
//! and where in a text its words are.

use std::ops::Range;

use url::form_urlencoded;

use crate::insight::Insight;
use crate::recap::{Entry, Recap};
use crate::text::token::{is_unspaced, tokens};
use crate::text::{head, one_line};

/// What counts of a query, in characters; the rest is not looked for.
pub const MOST_CHARS: usize = 200;

/// Words and phrases that are looked for, at most.
const MOST_PHRASES: usize = 16;

/// Letters from which on the beginning of a word is enough.
const PREFIX_CHARS: usize = 3;

/// How the words of stories are folded. Another number whenever that changes: what is stored is
/// made anew then.
pub const RULES: u32 = 2;

/// A query as it was meant: phrases that must all be there. Without any there is nothing to
/// look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    text: String,
    phrases: Vec<Phrase>,
}

/// Words that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// Folded, without white space and quotes; at least one.
    pub words: Vec<String>,
    /// How far the last of them goes.
    pub ending: Ending,
}

/// Whether a word may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is the whole word.
    Closed,
    /// It is how the word begins.
    Open,
}

impl Query {
    /// What `typed` asks for. Words between quotes follow each other, and so do the parts of
    /// `GPT-5`; nothing else in it has a meaning of its own.
    pub fn of(typed: &str) -> Self {
        let end = typed.char_indices().nth(MOST_CHARS).map_or(typed.len(), |(at, _)| at);
        // No control character of it gets further than this.
        let plain: String = typed[..end].chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        let text = one_line(&plain);
        let mut phrases: Vec<Phrase> = Vec::new();
        for (index, part) in text.split(['"', '“', '”']).enumerate() {
            // Every second part stands between quotes, if they are closed.
            if index % 2 == 1 {
                phrases.extend(Phrase::of(part, Ending::Closed));
            } else {
                phrases.extend(apart(part).iter().filter_map(|word| Phrase::of(word, Ending::Open)));
            }
        }
        phrases.truncate(MOST_PHRASES);
        Self { text, phrases }
    }

    /// As typed, in one line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands behind the question mark in an address that asks for it: `q=big+fund`.
    pub fn asked(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).append_pair("q", &self.text).finish()
    }

    /// What has to be there; empty if it has no word.
    pub fn phrases(&self) -> &[Phrase] {
        &self.phrases
    }

    /// Whether all of it is in `texts` together.
    pub fn fits<'t>(&self, texts: impl Iterator<Item = &'t str>) -> bool {
        let texts: Vec<Vec<String>> = texts.map(words).collect();
        self.phrases.iter().all(|phrase| texts.iter().any(|words| phrase.is_in(words)))
    }

    /// Where words of it stand in `text`: byte ranges in order, none touching the next.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = Vec::new();
        for piece in pieces(text) {
            if !self.phrases.iter().any(|phrase| phrase.has(&words(&text[piece.clone()]))) {
                continue;
            }
            match marks.last_mut() {
                Some(last) if last.end >= piece.start => last.end = piece.end.max(last.end),
                _ => marks.push(piece),
            }
        }
        marks
    }
}

/// The words of a text, each for itself; a figure with its scale (`$45 billion`) is one.
fn apart(text: &str) -> Vec<String> {
    let mut apart: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(last) = apart.last_mut() {
            let together = format!("{last} {word}");
            let is_scale = words(&together).len() == words(last).len() && !words(word).is_empty();
            if is_scale {
                *last = together;
                continue;
            }
        }
        apart.push(word.to_owned());
    }
    apart
}

impl Phrase {
    fn of(text: &str, ending: Ending) -> Option<Self> {
        let words = words(text);
        let last = words.last()?;
        let is_word = last.chars().all(|letter| letter.is_alphabetic() && !is_unspaced(letter));
        // Of a text without spaces, pairs are known: a single character is how a pair begins.
        let is_single = last.chars().count() == 1 && last.chars().all(is_unspaced);
        // A plural lost its ending: what else begins like that is not what was asked for.
        let typed = text.chars().rev().skip_while(|letter| !letter.is_alphabetic());
        let is_whole = typed.take_while(|letter| letter.is_alphabetic()).count() == last.chars().count();
        let may_go_on = is_single || (is_word && is_whole && last.chars().count() >= PREFIX_CHARS);
        Some(Self { ending: if may_go_on { ending } else { Ending::Closed }, words })
    }

    /// Whether it stands in a text of these words.
    fn is_in(&self, words: &[String]) -> bool {
        words.windows(self.words.len()).any(|window| {
            let last = self.words.len() - 1;
            window[..last] == self.words[..last] && self.is_last(&window[last])
        })
    }

    /// Whether any of `words` is one of its own.
    fn has(&self, words: &[String]) -> bool {
        let (last, others) = self.words.split_last().expect("a phrase has a word");
        words.iter().any(|word| others.contains(word) || word == last || self.is_last(word))
    }

    fn is_last(&self, word: &str) -> bool {
        let Some(last) = self.words.last() else { return false };
        match self.ending {
            Ending::Closed => word == last,
            Ending::Open => word.starts_with(last.as_str()),
        }
    }
}

/// The words of a text as they are looked for: `GPT-5.6 costs $45 billion` is `gpt 5.6 cost 45b`.
fn words(text: &str) -> Vec<String> {
    let parts = |token: String| -> Vec<String> {
        let bare = token.trim_start_matches(['$', '€', '£', '¥']);
        bare.split('-').filter(|part| !part.is_empty()).map(singular).collect()
    };
    tokens(text).into_iter().flat_map(parts).collect()
}

/// `movies` is `movy` by the rules of plurals, and so is `movie` here.
fn singular(word: &str) -> String {
    match word.strip_suffix("ie").filter(|stem| stem.len() > 1) {
        Some(stem) => format!("{stem}y"),
        None => word.to_owned(),
    }
}

/// What of a text may be marked, one by one: words with what stands at them, and pairs of
/// characters where there are no spaces.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let end_of = |at: usize| letters.get(at + 1).map_or(text.len(), |(start, _)| *start);
    let mut at = 0;
    while at < letters.len() {
        let (start, letter) = letters[at];
        let inside = |(_, letter): &&(usize, char)| !letter.is_whitespace() && !is_unspaced(*letter);
        if is_unspaced(letter) {
            let next = letters.get(at + 1).filter(|(_, next)| is_unspaced(*next));
            pieces.push(start..end_of(if next.is_some() { at + 1 } else { at }));
            at += 1;
        } else if letter.is_alphanumeric() {
            let length = letters[at..].iter().take_while(inside).count();
            let word = &text[start..end_of(at + length - 1)];
            let bare = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
            pieces.push(start..start + bare.len());
            at += length;
        } else {
            at += 1;
        }
    }
    with_scales(text, pieces)
}

/// The same, a figure and its scale (`45 billion`) as one.
fn with_scales(text: &str, pieces: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut together: Vec<Range<usize>> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let figure =
            together.last_mut().filter(|last| text[(*last).clone()].ends_with(|letter: char| letter.is_ascii_digit()));
        match figure {
            Some(figure) if words(&text[figure.start..piece.end]).len() == 1 => figure.end = piece.end,
            _ => together.push(piece),
        }
    }
    together
}

/// What of a story is looked through, as folded words with a space between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    /// Its headline.
    pub headline: String,
    /// What its card says.
    pub card: String,
    /// Who reports it, and for whom it is.
    pub names: String,
    /// The headlines of its reports.
    pub reports: String,
}

/// Words of one part of a story that are looked through, at most: a byte count, since they are stored.
const MOST_BYTES: usize = 64 * 1024;

impl Searched {
    /// What is looked through of `entry` of `recap`.
    pub fn of(recap: &Recap, entry: &Entry) -> Self {
        let names =
            recap.audiences.iter().filter(|share| entry.audiences.iter().any(|tag| tag.audience == share.audience.id));
        let names = names.map(|share| share.audience.name.as_str());
        Self {
            headline: folded(std::iter::once(entry.headline.as_str())),
            card: folded(said(&entry.insight)),
            names: folded(names.chain(entry.publishers.iter().map(String::as_str))),
            reports: folded(entry.coverage.iter().map(|report| report.title.as_str())),
        }
    }
}

fn folded<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let words: Vec<String> = texts.flat_map(words).collect();
    head(&words.join(" "), MOST_BYTES).to_owned()
}

/// What a card says, the most telling first.
pub fn said(card: &Insight) -> impl Iterator<Item = &str> {
    let lines = [&card.hook, &card.what_changed].into_iter().flatten().chain(&card.why_it_matters);
    let deep = card.takeaways.iter().chain(&card.technical).chain(&card.outlook);
    lines.chain(&card.note).chain(&card.what_to_do_next).chain(deep).map(|part| part.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A query as phrases: `gpt 5* | deal`.
    #[track_caller]
    fn check(typed: &str, expected: &str) {
        let shown = |phrase: &Phrase| {
            let star = if phrase.ending == Ending::Open { "*" } else { "" };
            format!("{}{star}", phrase.words.join(" "))
        };
        let query = Query::of(typed);
        assert_eq!(query.phrases().iter().map(shown).collect::<Vec<_>>().join(" | "), expected, "{typed:?}");
    }

    #[test]
    fn words_are_looked_for_by_their_beginning_and_figures_as_a_whole() {
        check("Fund rounds at $45 billion", "fund* | round | at | 45b");
        check("news of movies and a movie", "new | of | movy | and* | a | movy");
        check("Café de Flore", "cafe* | de | flore*");
        check("GPT-5.6", "gpt 5.6");
        check("5 AI", "5 | ai");
    }

    #[test]
    fn what_stands_between_quotes_follows_each_other() {
        check("\"Big Fund\" deal", "big fund | deal*");
        check("“Big Fund", "big fund");
        check("\"$45 billion\"", "45b");
    }

    #[test]
    fn chinese_is_looked_for_by_pairs() {
        check("模型", "模型");
        check("新模型", "新模 模型");
        check("大", "大*");
    }

    #[test]
    fn nothing_in_it_has_another_meaning() {
        check("NEAR(a b) AND -x OR headline:y ^z*", "near a | b | and* | x | or | headline y | z");
        check("'; DROP TABLE story; --", "drop* | table* | story*");
        check("", "");
        check("\"\" ''' () * ^ : {} \u{0} \u{1b}", "");
    }

    #[test]
    fn what_was_typed_stands_in_an_address() {
        assert_eq!(Query::of(" \"big  fund\" & 1+1=ü").asked(), "q=%22big+fund%22+%26+1%2B1%3D%C3%BC");
    }

    #[test]
    fn of_a_long_query_the_beginning_counts() {
        let query = Query::of(&"word \u{0}模".repeat(3_000));
        assert!(query.text().chars().count() <= MOST_CHARS && !query.text().contains('\u{0}'));
        assert_eq!(query.phrases().len(), MOST_PHRASES);
    }

    #[track_caller]
    fn fits(typed: &str, texts: &[&str], expected: bool) {
        assert_eq!(Query::of(typed).fits(texts.iter().copied()), expected, "{typed}");
    }

    #[test]
    fn all_of_it_has_to_be_there_and_may_be_apart() {
        let texts = ["China’s Big Fund leads the round", "它估值约450亿美元"];
        fits("fund 估值", &texts, true);
        fits("fund missing", &texts, false);
        fits("\"big fund\"", &texts, true);
        fits("\"fund big\"", &texts, false);
        fits("fun", &texts, true);
        fits("un", &texts, false);
        fits("亿", &texts, true);
        fits("", &texts, true);
    }

    #[track_caller]
    fn marked(typed: &str, text: &str, expected: &str) {
        let mut shown = String::new();
        let mut at = 0;
        for mark in Query::of(typed).marks(text) {
            shown += &format!("{}[{}]", &text[at..mark.start], &text[mark.clone()]);
            at = mark.end;
        }
        assert_eq!(format!("{shown}{}", &text[at..]), expected);
    }

    #[test]
    fn words_are_marked_where_they_stand() {
        marked("fund", "“Funds” of the fund, (funding).", "“[Funds]” of the [fund], ([funding]).");
        marked("cafe gpt-5", "Le Café: GPT-5 & GPT 4", "Le [Café]: [GPT-5] & [GPT] 4");
        marked("模型", "发布新模型V4模型", "发布新[模型]V4[模型]");
        marked("新模型", "新模型", "[新模型]");
        marked(
            "$45 billion",
            "It costs $45 billion, or $45B, or 45 bn.",
            "It costs $[45 billion], or $[45B], or [45 bn].",
        );
        marked("x", "🦀 𝔘 \u{202e}", "🦀 𝔘 \u{202e}");
        marked("", "nothing", "nothing");
    }
}
