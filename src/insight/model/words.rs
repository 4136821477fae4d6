//! Texts as the check reads them: words with their stems, and where clauses end.

use crate::text::token::is_unspaced;

/// A word or a figure as it stands in a text; of scripts without spaces, a run.
#[derive(Clone, Debug)]
pub(super) struct Word<'t> {
    /// As written, without a possessive ending.
    pub(super) text: &'t str,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// In small letters.
    pub(super) lower: String,
    /// What is the same in its other forms: `lead` of "led".
    pub(super) stem: String,
}

/// Forms that no ending shows.
const IRREGULAR: &[(&str, &str)] = &[
    ("led", "lead"),
    ("bought", "buy"),
    ("sold", "sell"),
    ("won", "win"),
    ("paid", "pay"),
    ("took", "tak"),
    ("taken", "tak"),
    ("gave", "giv"),
    ("given", "giv"),
    ("made", "mak"),
    ("said", "say"),
    ("fell", "fall"),
    ("fallen", "fall"),
    ("rose", "ris"),
    ("risen", "ris"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("growth", "grow"),
    ("built", "build"),
    ("kept", "keep"),
    ("beaten", "beat"),
    ("lost", "los"),
    ("loss", "los"),
    ("found", "find"),
    ("chose", "choos"),
    ("chosen", "choos"),
    ("held", "hold"),
    ("ran", "run"),
    ("began", "begin"),
    ("begun", "begin"),
    ("drove", "driv"),
    ("driven", "driv"),
    ("spent", "spend"),
    ("shrank", "shrink"),
    ("shrunk", "shrink"),
    ("sank", "sink"),
    ("sent", "send"),
    ("came", "com"),
    ("broke", "break"),
    ("broken", "break"),
    ("shown", "show"),
    ("known", "know"),
    ("goes", "go"),
    ("went", "go"),
    ("brought", "bring"),
    ("left", "leav"),
    ("wrote", "writ"),
    ("written", "writ"),
    ("sought", "seek"),
    ("overtook", "overtak"),
    ("met", "meet"),
    ("got", "get"),
    ("hurt", "hurt"),
    ("cut", "cut"),
    ("put", "put"),
    ("set", "set"),
    ("hit", "hit"),
    ("let", "let"),
    ("shut", "shut"),
    ("told", "tell"),
    ("struck", "strik"),
    ("threw", "throw"),
    ("thrown", "throw"),
    ("drew", "draw"),
    ("drawn", "draw"),
    ("fought", "fight"),
    ("taught", "teach"),
    ("caught", "catch"),
    ("thought", "think"),
    ("felt", "feel"),
    ("meant", "mean"),
    ("lent", "lend"),
    ("borne", "bear"),
    ("bore", "bear"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("saw", "see"),
    ("seen", "see"),
    ("became", "becom"),
    ("stood", "stand"),
    ("undercut", "undercut"),
    ("sues", "su"),
    ("suing", "su"),
    ("sue", "su"),
    ("sued", "su"),
    ("centre", "center"),
    ("centres", "center"),
    ("centers", "center"),
    ("licence", "licens"),
    ("licences", "licens"),
];

/// Whether it is a form that no ending shows: mostly of a verb, and past.
pub(super) fn is_irregular(lower: &str) -> bool {
    IRREGULAR.iter().any(|(form, _)| *form == lower)
}

/// Whether two stems are of one root, as `exploit` and `exploitation`: they begin alike for most of their length.
pub(super) fn is_kin(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let alike = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    let is_begun = alike == short.len() && alike >= 4 && long.len() <= alike + 3;
    short.is_ascii() && long.is_ascii() && (is_begun || (alike >= 5 && alike * 10 >= long.len() * 6))
}

/// The words of `text`, in order.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let mut at = 0;
    while at < letters.len() {
        let (start, first) = letters[at];
        if !first.is_alphanumeric() {
            at += 1;
            continue;
        }
        let begin = at;
        at += 1;
        while at < letters.len() && joins(&letters, at, is_unspaced(first)) {
            at += 1;
        }
        let end = letters.get(at).map_or(text.len(), |(end, _)| *end);
        let whole = &text[start..end];
        let bare = ["'s", "’s", "s'", "s’"].iter().find_map(|ending| whole.strip_suffix(ending)).unwrap_or(whole);
        let lower = bare.to_lowercase();
        debug_assert!(begin < at, "every word has a letter");
        found.push(Word {
            text: &text[start..start + bare.len()],
            start,
            end: start + bare.len(),
            stem: stem(&lower),
            lower,
        });
    }
    found
}

/// Whether the letter at `at` goes on with the word before it.
fn joins(letters: &[(usize, char)], at: usize, unspaced: bool) -> bool {
    let letter = letters[at].1;
    let before = letters[at - 1].1;
    let next = letters.get(at + 1).map(|(_, next)| *next);
    let is_inside = |letter: char| letter.is_alphanumeric() && is_unspaced(letter) == unspaced;
    match letter {
        letter if letter.is_alphanumeric() => is_unspaced(letter) == unspaced,
        '-' | '‑' | '\'' | '’' => !unspaced && next.is_some_and(is_inside),
        '.' | ',' => before.is_ascii_digit() && next.is_some_and(|next| next.is_ascii_digit()),
        _ => false,
    }
}

/// What is left of a small word when its commonest endings are gone.
pub(super) fn stem(lower: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(form, _)| *form == lower) {
        return (*stem).to_owned();
    }
    let mut stem = lower.to_owned();
    if !stem.is_ascii() || stem.contains(|letter: char| letter.is_ascii_digit()) {
        return stem;
    }
    for (ending, instead) in [("ies", "y"), ("ied", "y"), ("sses", "ss")] {
        if stem.len() > ending.len() + 2 && stem.ends_with(ending) {
            stem.truncate(stem.len() - ending.len());
            return stem + instead;
        }
    }
    for ending in ["ations", "ation", "ments", "ment", "ings", "ing", "ed", "ions", "ion", "es", "s"] {
        let is_plural = ending != "s" || !["ss", "us", "is"].iter().any(|other| stem.ends_with(other));
        if stem.len() > ending.len() + 2 && stem.ends_with(ending) && is_plural {
            stem.truncate(stem.len() - ending.len());
            break;
        }
    }
    let mut last = stem.chars().rev();
    if let (Some(one), Some(two)) = (last.next(), last.next())
        && one == two
        && !matches!(one, 'l' | 's' | 'e' | 'o')
    {
        stem.pop();
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    stem
}

/// Whether a word is written like a name: with a capital, or with letters and then
/// a figure. What begins with a figure is one.
pub(super) fn is_capital(word: &str) -> bool {
    let mut letters = word.chars();
    if word.starts_with(|letter: char| letter.is_ascii_digit()) {
        return false;
    }
    let first = letters.next().is_some_and(char::is_uppercase);
    let has_letter = word.chars().any(char::is_alphabetic);
    first || (has_letter && letters.any(|letter| letter.is_uppercase() || letter.is_ascii_digit()))
}

/// The clause of `text` that `at` stands in: between two of `,;:()` and dashes.
pub(super) fn clause(text: &str, at: usize) -> std::ops::Range<usize> {
    let is_edge = |index: usize, mark: char| match mark {
        ';' | '，' | '；' | '、' | '。' | '(' | ')' | '（' | '）' | '—' | '–' => true,
        // Not the comma of 1,100.
        ',' | ':' | '.' => text[index + 1..].starts_with(char::is_whitespace),
        _ => false,
    };
    let edges: Vec<(usize, char)> = text.char_indices().filter(|(index, mark)| is_edge(*index, *mark)).collect();
    let start = edges.iter().rev().find(|(index, _)| *index < at).map_or(0, |(index, mark)| index + mark.len_utf8());
    let end = edges.iter().find(|(index, _)| *index >= at).map_or(text.len(), |(index, _)| *index);
    start..end.max(start)
}

/// Small words that say nothing by themselves.
pub(super) fn is_stopword(lower: &str) -> bool {
    const STOPWORDS: &[&str] = &[
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "of",
        "in",
        "on",
        "at",
        "to",
        "by",
        "for",
        "from",
        "with",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "their",
        "they",
        "he",
        "she",
        "his",
        "her",
        "has",
        "have",
        "had",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "should",
        "do",
        "does",
        "did",
        "not",
        "no",
        "than",
        "then",
        "so",
        "if",
        "when",
        "while",
        "who",
        "which",
        "what",
        "where",
        "there",
        "here",
        "into",
        "over",
        "under",
        "about",
        "after",
        "before",
        "up",
        "down",
        "out",
        "off",
        "also",
        "more",
        "most",
        "less",
        "some",
        "any",
        "all",
        "each",
        "both",
        "own",
        "other",
        "such",
        "only",
        "just",
        "now",
        "yet",
        "still",
        "according",
        "said",
        "says",
        "say",
        "one",
        "per",
        "you",
        "your",
        "between",
        "against",
        "because",
        "since",
        "until",
        "during",
        "through",
        "within",
        "without",
        "among",
        "very",
        "us",
        "we",
        "our",
    ];
    STOPWORDS.contains(&lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_figures_and_lose_their_endings() {
        let found: Vec<String> = words("Nvidia's H100 chips cost 1,100.50, OpenAI’s 英伟达 said.")
            .into_iter()
            .map(|word| format!("{}/{}", word.text, word.stem))
            .collect();
        assert_eq!(
            found.join(" "),
            "Nvidia/nvidia H100/h100 chips/chip cost/cost 1,100.50/1,100.50 OpenAI/openai 英伟达/英伟达 said/say"
        );
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (one, other) in
            [("led", "lead"), ("saving", "save"), ("cutting", "cuts"), ("valuation", "valued"), ("plans", "planned")]
        {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_ne!(stem("buy"), stem("sell"));
    }

    #[test]
    fn words_of_one_root_are_kin() {
        for (one, other) in [("exploit", "exploitation"), ("accurate", "accuracy")] {
            assert!(is_kin(&stem(one), &stem(other)), "{one} {other}");
        }
        for (one, other) in [("compute", "company"), ("rise", "risk"), ("the", "them"), ("higher", "hire")] {
            assert!(!is_kin(&stem(one), &stem(other)), "{one} {other}");
        }
    }

    #[test]
    fn clauses_end_at_commas_but_not_within_figures() {
        let text = "It cut 1,100 jobs, a fifth of its staff, on Thursday.";
        assert_eq!(&text[clause(text, 8)], "It cut 1,100 jobs");
        assert_eq!(&text[clause(text, 22)].trim(), &"a fifth of its staff");
    }
}
