//! The words around a figure, which decide what it means: "by 80 %" is not
//! "at 80 %", "up to" is not "at least", a valuation is no round.

use super::super::super::manner::whole_words;
use super::super::synonyms::key;
use super::super::words::{Word, clause, stem, words};
use super::figures::{Figure, Sort};

/// How a figure stands to what it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// A change of so much.
    By,
    /// What it is, or became.
    At,
    /// What it was.
    From,
    /// So much of something.
    Of,
    /// Not said.
    Bare,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Exact,
    Least,
    Most,
    /// "fines reach $1 million": so much, and no more.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// What the words around a figure say of it.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    relation: Relation,
    bound: Bound,
    direction: Option<Direction>,
    /// What the nearest words of the clause say it is of, the nearest first.
    near: Vec<&'static str>,
    /// Everything that a word of the whole sentence may say it is of.
    subjects: Vec<&'static str>,
    /// It is of one part: of a division, of a product.
    part: Option<&'static str>,
    /// "a week", after the figure.
    per: Option<&'static str>,
    /// The spans of time that its sentence speaks of.
    spans: Vec<&'static str>,
    /// It was so at first, or is so no more.
    is_past: bool,
    /// "was", before the figure.
    was: bool,
    /// "longer", right after the figure or a word later.
    comparative: Option<String>,
}

/// What a comparative is the opposite of.
const COMPARATIVES: &[(&str, &[&str])] = &[
    ("faster", &["slower", "longer"]),
    ("quicker", &["slower", "longer"]),
    ("shorter", &["longer"]),
    ("earlier", &["later"]),
    ("sooner", &["later"]),
    ("higher", &["lower"]),
    ("more", &["less", "fewer"]),
    ("larger", &["smaller"]),
    ("bigger", &["smaller"]),
    ("better", &["worse"]),
    ("cheaper", &["dearer"]),
];

/// Stems that say that a figure went up. Not those of "more" and "added", which are no way that a figure went.
pub(super) const UP: &[&str] = &[
    "ris", "grow", "gain", "up", "increas", "climb", "jump", "surg", "soar", "higher", "expand", "doubl", "tripl",
    "rais",
];

/// Stems that say that it went down.
pub(super) const DOWN: &[&str] = &[
    "fall", "drop", "cut", "lower", "declin", "slip", "down", "reduc", "slash", "shed", "los", "cheaper", "less",
    "fewer", "shrink", "plung", "sink", "discount",
];

/// Verbs that "up" and "down" belong to.
const WITH_UP_OR_DOWN: &[&str] =
    &["turn", "shut", "set", "back", "giv", "tak", "sign", "mak", "pick", "spun", "split", "lay"];

/// Between a figure and the word that says how it is meant.
const FILLERS: &[&str] = &[
    "about",
    "around",
    "nearly",
    "roughly",
    "some",
    "approximately",
    "almost",
    "a",
    "an",
    "the",
    "us",
    "just",
    "only",
    "as",
    "its",
    "their",
    "another",
    "further",
];

/// What figures are of, with the stems that say so.
const SUBJECTS: &[(&str, &[&str])] = &[
    ("a valuation", &["valu", "worth", "估值"]),
    ("a round", &["round", "fund", "financ", "invest", "rais", "融资", "募资"]),
    ("revenue", &["revenu", "sal", "turnover", "营收", "收入"]),
    ("profit", &["profit", "earn", "利润"]),
    ("a loss", &["loss", "亏损"]),
    ("a price", &["pric", "cost", "charg", "fee", "pay", "buy", "定价", "价格"]),
    ("savings", &["sav", "saving"]),
    ("damages", &["damag", "fin", "penalty", "settl", "罚款"]),
];

/// Of one of these alone, a company's figure is not the company's.
const PARTS: &[(&str, &[&str])] = &[
    (
        "data centres",
        &[
            "data-center",
            "data-centre",
            "datacenter",
            "data center",
            "data centre",
            "data centers",
            "data centres",
            "数据中心",
        ],
    ),
    ("cloud", &["cloud", "云"]),
    ("gaming", &["gaming", "游戏"]),
    ("active parameters", &["active", "激活"]),
];

impl Frame {
    /// Of the figure `of` in `text`.
    pub(super) fn of(text: &str, of: &Figure) -> Self {
        let around = clause(text, of.span.start);
        let lower = crate::text::lower(text);
        let before = words(&text[around.start..of.span.start]);
        let after = words(text.get(of.span.end..around.end).unwrap_or_default());
        let bound = bound(&before, &after, &lower[of.span.end..]);
        let (relation, direction) = relation(&before, &after, of);
        let mut of_clause = subjects(&before, &after);
        let everything = words(text);
        let subjects = subjects(&everything, &[]).into_iter().map(|(subject, _)| subject).collect();
        of_clause.sort_by_key(|(_, distance)| *distance);
        let nearest = of_clause.first().map_or(0, |(_, distance)| *distance);
        let near_by =
            of_clause.into_iter().filter(|(_, distance)| *distance <= nearest + 1).map(|(subject, _)| subject);
        let is_comparative = |word: &&Word| {
            COMPARATIVES.iter().any(|(one, others)| word.lower == *one || others.contains(&word.lower.as_str()))
        };
        let comparative = after.iter().take(2).find(is_comparative).map(|word| word.lower.clone());
        let is_part = |(_, spellings): &&(&str, &[&str])| {
            spellings.iter().any(|spelling| {
                let clause = &lower[around.start..around.end];
                clause.contains(spelling) && near(clause, spelling, of.span.start - around.start)
            })
        };
        let per = per(&after);
        let spans = UNITS.iter().copied().filter(|unit| speaks_of(&everything, unit)).collect();
        let is_past = PAST.iter().any(|word| lower[around.start..around.end].contains(word));
        let was = before.iter().any(|word| matches!(word.lower.as_str(), "was" | "were" | "had"));
        let part = PARTS.iter().find(is_part).map(|(part, _)| *part);
        Self {
            relation,
            bound,
            direction,
            near: near_by.collect(),
            subjects,
            part,
            per,
            spans,
            is_past,
            was,
            comparative,
        }
    }

    /// How this frame says something else than `there`, the same figure's where
    /// it is cited; none if it does not.
    pub(super) fn turned_from(&self, there: &Frame, figure: &Figure) -> Option<String> {
        if let (Some(here), Some(there)) = (self.direction, there.direction)
            && here != there
        {
            let word = |direction| if direction == Direction::Up { "up" } else { "down" };
            return Some(format!("{}, not {}", word(there), word(here)));
        }
        let is_open = self.bound == Bound::Open || there.bound == Bound::Open;
        let is_least = self.bound == Bound::Least || there.bound == Bound::Least;
        if self.bound != there.bound && (!is_open || is_least) {
            let word = |bound| match bound {
                Bound::Exact => "that much",
                Bound::Least => "more than that",
                Bound::Most | Bound::Open => "that much at most",
            };
            return Some(format!("{}, not {}", word(there.bound), word(self.bound)));
        }
        let is_turned = match (self.relation, there.relation) {
            (Relation::By, Relation::At | Relation::Of | Relation::From)
            | (Relation::At | Relation::Of, Relation::By)
            | (Relation::From, Relation::Of | Relation::By)
            | (Relation::By, Relation::Bare) => true,
            (Relation::From, Relation::At) => !there.was,
            (Relation::From, Relation::Bare) => there.direction.is_none(),
            _ => false,
        };
        if is_turned && matches!(figure.sort, Sort::Share | Sort::Money(_) | Sort::Count(_) | Sort::Bare) {
            let word = |relation| match relation {
                Relation::By => "a change by that much",
                Relation::At => "what it is",
                Relation::From => "what it was",
                Relation::Of => "a share",
                Relation::Bare => "the figure alone",
            };
            return Some(format!("{}, not {}", word(there.relation), word(self.relation)));
        }
        if let Some(subject) = self.near.first().filter(|_| !figure.is_year()) {
            let said = if there.near.is_empty() { &there.subjects } else { &there.near };
            // "starts at $5 a month" is a price, and need not say so.
            let is_plain = *subject == "a price" && said.is_empty() && there.per.is_some();
            if !said.contains(subject) && !is_plain {
                return Some(format!("it is not said to be {subject}"));
            }
        }
        if let (Some(here), Some(there)) = (&self.comparative, &there.comparative) {
            let are_opposite = |one: &str, other: &str| {
                COMPARATIVES.iter().any(|(known, others)| *known == one && others.contains(&other))
            };
            if are_opposite(here, there) || are_opposite(there, here) {
                return Some(format!("{there}, not {here}"));
            }
        }
        if let Some(here) = self.per
            && there.per != Some(here)
            && (there.per.is_some() || !there.spans.contains(&here))
        {
            return Some(format!("not so much a {here}"));
        }
        if there.is_past && !self.is_past {
            return Some("so it was, and is not".to_owned());
        }
        if let Some(part) = there.part
            && self.part != Some(part)
        {
            return Some(format!("of {part} alone"));
        }
        None
    }
}

impl Frame {
    /// Whether the figure is said to be more than before; none where nothing is said of it.
    pub(super) fn grows(&self) -> Option<bool> {
        self.direction.map(|direction| direction == Direction::Up)
    }

    /// Whether it is what was before.
    pub(super) fn is_from(&self) -> bool {
        self.relation == Relation::From
    }
}

/// Say that a figure in their clause was given up.
const PAST: &[&str] = &["at first", "originally", "initially", "previously", "formerly", "原定", "原先", "此前"];

/// Whether `spelling` stands as a word within 40 bytes of `at`.
fn near(clause: &str, spelling: &str, at: usize) -> bool {
    whole_words(clause, spelling).any(|found| found.abs_diff(at) <= 40)
}

/// Spans of time: in these a figure counts, and says nothing of what.
pub(super) const UNITS: &[&str] = &["second", "minute", "hour", "day", "week", "month", "quarter", "year"];

/// "450,000 trips a week": what a figure is counted by.
fn per(after: &[Word]) -> Option<&'static str> {
    let unit = |word: &Word| UNITS.iter().find(|unit| **unit == word.lower).copied();
    let is_each = |word: &Word| matches!(word.lower.as_str(), "a" | "an" | "per" | "each" | "every");
    after.windows(2).take(5).find_map(|two| is_each(&two[0]).then(|| unit(&two[1]))?)
}

/// Of these it is not a figure for each.
const MANY: &[&str] = &["seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years"];

/// Whether a text speaks of this span of time at all: "annual", "in the year".
fn speaks_of(everything: &[Word], unit: &str) -> bool {
    let unit = stem(unit);
    everything.iter().any(|word| key(&word.stem) == key(&unit) && !MANY.contains(&word.lower.as_str()))
}

/// Whether it is so much, that much at least, or at most: by the words of its clause, and the `rest` of the sentence.
fn bound(before: &[Word], after: &[Word], rest: &str) -> Bound {
    let last: Vec<&str> = before.iter().rev().map(|word| word.lower.as_str()).take(4).collect();
    let first: Vec<&str> = after.iter().map(|word| word.lower.as_str()).take(2).collect();
    let mut last = last.as_slice();
    while let [filler, rest @ ..] = last
        && matches!(*filler, "about" | "around" | "a" | "some")
    {
        last = rest;
    }
    let is_time = first.first().is_some_and(|unit| {
        ["week", "weeks", "month", "months", "year", "years", "day", "days", "hour", "hours"].contains(unit)
    });
    // "no more than 50", "may not quote more than 50".
    let is_denied =
        before.iter().rev().take(8).any(|word| matches!(word.lower.as_str(), "not" | "no" | "never" | "cannot"));
    match last {
        ["than", "more" | "higher" | "greater" | "larger" | "longer", ..] if is_denied => Bound::Most,
        ["than", "less" | "fewer" | "lower" | "smaller", ..] if is_denied => Bound::Least,
        // "four times as much as two years ago", "hands over 15%".
        ["as", "much" | "many", "as", "times", ..] => Bound::Exact,
        ["over", verb, ..] if WITH_OVER.contains(&stem(verb).as_str()) => Bound::Exact,
        // "over six weeks" is how long it took.
        ["over", ..] if is_time => Bound::Exact,
        ["than", "more" | "higher" | "greater" | "larger", ..]
        | ["least", "at", ..]
        | ["over" | "above" | "exceeding" | "exceeds" | "exceeded" | "past" | "topped" | "tops" | "surpassing", ..] => {
            Bound::Least
        }
        ["reach" | "total" | "hit", "can" | "could" | "may" | "might" | "still", ..]
        | ["than", "less" | "lower" | "fewer" | "smaller", ..]
        | ["to", "up", ..]
        | ["most", "at", ..]
        | ["under" | "below", ..]
        | ["as", "much" | "many", "as", ..] => Bound::Most,
        ["reach" | "reaches", ..] => Bound::Open,
        [run, ..] if ["超过", "超", "逾", "至少"].iter().any(|word| run.ends_with(word)) => Bound::Least,
        [run, ..] if ["不足", "低于", "最多", "不到"].iter().any(|word| run.ends_with(word)) => Bound::Most,
        _ if says_or(after, &["more", "longer", "higher"]) || rest.starts_with('+') => Bound::Least,
        _ if says_or(after, &["less", "fewer", "lower"]) => Bound::Most,
        _ => Bound::Exact,
    }
}

/// Verbs that "over" belongs to.
const WITH_OVER: &[&str] = &["hand", "hands", "tak", "turn", "win", "giv", "sign", "carry", "spread"];

/// "twelve weeks or more".
fn says_or(after: &[Word], list: &[&str]) -> bool {
    after.windows(2).take(4).any(|two| two[0].lower == "or" && list.contains(&two[1].lower.as_str()))
}

/// How a figure stands to what it is of, and which way that went, by the words of its clause.
fn relation(before: &[Word], after: &[Word], figure: &Figure) -> (Relation, Option<Direction>) {
    let mut left: Vec<&Word> = before.iter().collect();
    while left.last().is_some_and(|word| FILLERS.contains(&word.lower.as_str())) {
        left.pop();
    }
    // What makes a bound of it has been read.
    for bound in [&["more", "than"][..], &["less", "than"], &["up", "to"], &["at", "least"], &["at", "most"], &["over"]]
    {
        let is_there = left.len() >= bound.len()
            && left[left.len() - bound.len()..].iter().zip(bound.iter()).all(|(word, bound)| word.lower == *bound);
        if is_there {
            left.truncate(left.len() - bound.len());
            break;
        }
    }
    let is_share = figure.sort == Sort::Share;
    let last = left.last().map(|word| word.lower.as_str());
    let but_last = left.len().checked_sub(2).map(|at| left[at].lower.as_str());
    let direction_of = |word: &Word| direction(word, figure);
    // "turned down" went nowhere.
    let is_with_verb = |at: usize| {
        let verb = at.checked_sub(1).map(|before| left[before].stem.as_str());
        matches!(left[at].lower.as_str(), "up" | "down") && verb.is_some_and(|verb| WITH_UP_OR_DOWN.contains(&verb))
    };
    let direction_left =
        (0..left.len()).rev().take(10).filter(|at| !is_with_verb(*at)).find_map(|at| direction_of(left[at]));
    let direction_right = after.iter().take(3).take_while(|word| word.lower != "of").find_map(direction_of);
    let by_last_word = left.len().checked_sub(1).filter(|at| !is_with_verb(*at)).and_then(|at| direction_of(left[at]));
    // "against 29% a year earlier".
    let is_compared = matches!((but_last, last), (Some("compared"), Some("with" | "to")));
    let is_earlier = after.iter().take(4).any(|word| matches!(word.lower.as_str(), "earlier" | "before" | "ago"))
        && after.iter().take(3).any(|word| UNITS.contains(&word.lower.as_str()));
    let is_span = after.first().is_some_and(|word| UNITS.contains(&word.lower.trim_end_matches('s')));
    const CHANGES: &[&str] = &["growth", "increase", "decline", "drop", "fall", "rise", "gain"];
    let is_growth = is_share && left.iter().rev().take(4).any(|word| CHANGES.contains(&word.lower.as_str()));
    let relation = match (last, but_last) {
        _ if figure.is_year() || is_span => Relation::Bare,
        (Some("was" | "is" | "of" | "were"), _) if is_growth => Relation::By,
        _ if is_compared && is_earlier => Relation::From,
        // "sued by five publishers" is no change.
        (Some("by"), _) if is_share || direction_left.is_some() => Relation::By,
        (Some("to"), _) => Relation::At,
        (Some(run), _) if ["至", "到", "为"].iter().any(|word| run.ends_with(word)) => Relation::At,
        _ if is_share && after.first().is_some_and(|word| word.lower == "to") && last != Some("from") => Relation::By,
        (Some("after"), _) => Relation::From,
        // "learn it from 10%" is no change.
        (Some("from"), _)
            if is_share && direction_left.is_none() && after.first().is_none_or(|word| word.lower != "to") =>
        {
            Relation::Bare
        }
        (Some("from"), _) | (Some("of"), Some("instead")) | (Some("than"), Some("rather")) => Relation::From,
        (Some("at" | "is" | "are" | "was" | "were" | "now" | "reached" | "hit" | "costs" | "cost"), _) => Relation::At,
        _ if by_last_word.is_some() => Relation::By,
        _ if is_share && direction_right.is_some() => Relation::By,
        _ if is_share && after.first().is_some_and(|word| word.lower == "of") => Relation::Of,
        _ => Relation::Bare,
    };
    let direction = match relation {
        // "from X" belongs to the change that follows or went before.
        Relation::Bare if !is_share => by_last_word,
        _ => direction_left.or(direction_right.filter(|_| is_share)),
    };
    // Money that is raised goes nowhere.
    (if relation == Relation::By && !is_share && last != Some("by") { Relation::Bare } else { relation }, direction)
}

/// Which way a word says that `figure` went, if it says so.
fn direction(word: &Word, figure: &Figure) -> Option<Direction> {
    let is_share = figure.sort == Sort::Share;
    let stem = word.stem.as_str();
    // "raised $2 billion" and "lost $2 billion" are no way that a figure went.
    if !is_share && matches!(stem, "rais" | "los" | "cut" | "shed") {
        return None;
    }
    // In scripts without spaces the run right before a figure.
    let ends = |list: &[&str]| list.iter().any(|word_of_change| word.lower.ends_with(word_of_change));
    if !stem.is_ascii() && ends(&["上涨", "增长", "上升", "提高", "增加", "升至", "涨"]) {
        return Some(Direction::Up);
    }
    if !stem.is_ascii() && ends(&["下降", "下跌", "减少", "下调", "降低", "降至", "降", "跌"]) {
        return Some(Direction::Down);
    }
    if UP.contains(&stem) {
        Some(Direction::Up)
    } else if DOWN.contains(&stem) {
        Some(Direction::Down)
    } else {
        None
    }
}

/// What the words say a figure is of, each with how far off the word is.
fn subjects(before: &[Word], after: &[Word]) -> Vec<(&'static str, usize)> {
    let mut found = Vec::new();
    let left = before.iter().rev().enumerate();
    let right = after.iter().enumerate();
    for (distance, word) in left.chain(right) {
        let is_said = |stem: &str| if stem.is_ascii() { word.stem == stem } else { word.lower.contains(stem) };
        let subject = SUBJECTS.iter().find(|(_, stems)| stems.iter().any(|stem| is_said(stem)));
        found.extend(subject.map(|(subject, _)| (*subject, distance)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::figures::figures;
    use super::*;

    #[track_caller]
    fn check(text: &str, grows: Option<bool>) {
        let all = figures(text, "2026-05-06".parse().unwrap());
        assert_eq!(Frame::of(text, all.last().unwrap()).grows(), grows, "{text}");
    }

    #[test]
    fn words_of_change_show_which_way_a_figure_went() {
        check("Sales sank to 40% of the plan.", Some(false));
        check("Sales shrank to 40% of the plan.", Some(false));
        check("Staff doubled to 400.", Some(true));
        check("It has 400 people.", None);
    }
}
