//! Words that an operator looks for, whole in whatever script has spaces between words.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};

/// The letters, marks and figures of scripts that put spaces between words. Of
/// the others, Chinese, Japanese, Thai and their kin write none, and Korean puts
/// its particles right behind a word: there a word is found wherever it stands,
/// and `AI` stands whole in `用AI写`.
const SPACED: &str = r"[\w--[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Yi}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\u30FC]]";

static IS_SPACED: LazyLock<Regex> = LazyLock::new(|| Regex::new(SPACED).expect("the class is right"));

/// Words or phrases, each of which is looked for whole and in whatever case.
#[derive(Clone, Debug)]
pub struct Words {
    /// Each in a group; beside it the sign that it ends at, if it needs one.
    pattern: Regex,
}

impl Words {
    /// These `words`; none for no words.
    ///
    /// # Errors
    ///
    /// If they are too many for one pattern: some thousands are not.
    pub fn of(words: &[String]) -> Result<Option<Self>, regex::Error> {
        let is_edge = |letter: Option<char>| letter.is_some_and(|it| IS_SPACED.is_match(it.encode_utf8(&mut [0; 4])));
        // A class for each word would make a pattern of megabytes.
        let mut by_edges: BTreeMap<(bool, bool), Vec<String>> = BTreeMap::new();
        for word in words.iter().filter(|word| !word.is_empty()) {
            let edges = (is_edge(word.chars().next()), is_edge(word.chars().last()));
            by_edges.entry(edges).or_default().push(regex::escape(word));
        }
        if by_edges.is_empty() {
            return Ok(None);
        }
        let other = format!("[^{SPACED}]");
        let bounded = |((begins, ends), words): (&(bool, bool), &Vec<String>)| {
            let before = if *begins { format!("(?:^|{other})") } else { String::new() };
            let after = if *ends { format!("(?:{other}|$)") } else { String::new() };
            format!("{before}({}){after}", words.join("|"))
        };
        let alternatives: Vec<String> = by_edges.iter().map(bounded).collect();
        Ok(Some(Self { pattern: compiled(alternatives.join("|"))? }))
    }

    /// Whether any of them stands in `text`.
    pub fn are_in(&self, text: &str) -> bool {
        self.pattern.is_match(text)
    }

    /// The first that stands in `text`, as it is written there.
    pub fn first_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        let groups = self.pattern.captures(text)?;
        groups.iter().skip(1).flatten().next().map(|found| found.as_str())
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.pattern.as_str() == other.pattern.as_str()
    }
}

/// Patterns that were made, by how they are written: with the classes at the edges one takes milliseconds, and thousands
/// of sources may have the same filter, which a daemon reads again with each edit.
static MADE: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());

/// More of them are not kept.
const MOST_KEPT: usize = 256;

fn compiled(pattern: String) -> Result<Regex, regex::Error> {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = made.get(&pattern) {
        return Ok(known.clone());
    }
    let new = RegexBuilder::new(&pattern).case_insensitive(true).build()?;
    if made.len() >= MOST_KEPT {
        made.clear();
    }
    made.insert(pattern, new.clone());
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, text: &str, expected: Option<&str>) {
        let words = Words::of(&[word.to_owned(), "unheard-of".to_owned()]).unwrap().unwrap();
        assert_eq!(words.first_in(text), expected, "{word} in {text}");
        assert_eq!(words.are_in(text), expected.is_some(), "{word} in {text}");
    }

    #[test]
    fn a_word_is_whole_in_whatever_script_has_spaces() {
        check("мир", "Мировой рынок растёт", None);
        check("мир", "Война и Мир: роман", Some("Мир"));
        check("pass", "Le passé composé", None);
        check("été", "Des étés chauds", None);
        check("été", "Un Été chaud", Some("Été"));
        check("ΑΓΟΡΑ", "η αγορά", None);
        check("αγορά", "η αγορά", Some("αγορά"));
        check("שלום", "שלומות", None);
        check("سلام", "السلامة", None);
        check("pass", "passe\u{301}", None);
        check("AI", "AI2 and AI_x", None);
        check("GPT-5", "gpt-5.1", Some("gpt-5"));
    }

    #[test]
    fn where_no_spaces_are_written_a_word_stands_anywhere() {
        check("广告", "这是广告内容", Some("广告"));
        check("AI", "用AI写", Some("AI"));
        check("データ", "ビッグデータ分析", Some("データ"));
        check("コーヒー", "コーヒーA", Some("コーヒー"));
        check("ai", "AI는 어디에나", Some("AI"));
        check("ข่าว", "อ่านข่าววันนี้", Some("ข่าว"));
    }

    #[test]
    fn signs_need_no_edge() {
        check("C++", "In C++17", Some("C++"));
        check("C++", "ObjC++", None);
        check("$5", "US$5", Some("$5"));
        check("$5", "$50", None);
    }

    #[test]
    fn the_first_of_several_is_told_however_it_is_bounded() {
        let words: Vec<String> = ["広告", "deal", "+1"].map(str::to_owned).to_vec();
        let words = Words::of(&words).unwrap().unwrap();
        assert_eq!(words.first_in("A Deal +1 広告"), Some("Deal"));
        assert_eq!(words.first_in("ideal+1 deal"), Some("+1"));
        assert_eq!(Words::of(&[String::new()]).unwrap(), None);
    }
}
