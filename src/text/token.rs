//! What texts are compared by: folded words of spaced scripts, pairs of
//! characters of the others, figures with their units.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The script that most of a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Script {
    /// Latin letters.
    Latin,
    /// Chinese characters, also among Japanese syllables.
    Han,
    /// Any other, or none.
    Other,
}

/// Whether `letter` is a Chinese character, as used in Chinese, Japanese and Korean.
pub fn is_han(letter: char) -> bool {
    matches!(letter as u32, 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Whether `letter` is of a script that writes without spaces: Chinese characters and kana.
pub fn is_unspaced(letter: char) -> bool {
    is_han(letter) || matches!(letter as u32, 0x3040..=0x30FF | 0x31F0..=0x31FF)
}

/// The script of most letters of `text`. A Chinese character counts as three
/// letters, since it says as much: headlines are full of Latin names.
pub fn script(text: &str) -> Script {
    // Most titles, and Unicode's tables are slow.
    if text.is_ascii() {
        return if text.bytes().any(|byte| byte.is_ascii_alphabetic()) { Script::Latin } else { Script::Other };
    }
    script_of_any(text)
}

fn script_of_any(text: &str) -> Script {
    let (mut han, mut latin, mut other) = (0, 0, 0);
    for letter in text.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' => latin += 1,
            _ if letter.is_ascii() || !letter.is_alphabetic() => {}
            _ if is_unspaced(letter) => han += 3,
            _ if (letter as u32) < 0x250 => latin += 1,
            _ => other += 1,
        }
    }
    match () {
        () if han > 0 && han >= latin.max(other) => Script::Han,
        () if latin > 0 && latin >= other => Script::Latin,
        () => Script::Other,
    }
}

/// The tokens of `text`, in order: `"OpenAI's GPT-5.6 costs $45 billion"` is
/// `openai gpt-5.6 cost $45b`, and `发布模型` is `发布 布模 模型`.
///
/// Empty for a text without letters and figures.
pub fn tokens(text: &str) -> Vec<String> {
    let folded = folded(text);
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' => 1,
            letter if is_unspaced(letter) => unspaced(rest, &mut tokens),
            letter if letter.is_alphanumeric() || is_money(rest) => {
                let written = written(rest);
                let word = short_scale(stem(written));
                match tokens.last_mut() {
                    Some(last) if ends_with_digit(last) => match scale(&word) {
                        Some(scale) => last.push(scale),
                        None => tokens.push(word.into_owned()),
                    },
                    _ => tokens.push(word.into_owned()),
                }
                written.len()
            }
            letter => letter.len_utf8(),
        };
        rest = &rest[length..];
    }
    tokens
}

/// One spelling for one letter: small, without marks, in its usual width.
fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    if text.chars().all(is_small_only) {
        return text.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    }
    let bare: Vec<char> = text.nfkd().filter(|letter| !is_combining_mark(*letter)).nfc().collect();
    bare.into_iter().flat_map(char::to_lowercase).collect()
}

/// Whether there is nothing to fold but a capital: so it is in most headlines,
/// and Unicode's tables are slow.
fn is_small_only(letter: char) -> bool {
    letter.is_ascii() || matches!(letter, '‘' | '’' | '“' | '”' | '–' | '—' | '\u{4e00}'..='\u{9fff}')
}

fn ends_with_digit(word: &str) -> bool {
    word.ends_with(|letter: char| letter.is_ascii_digit())
}

fn is_money(rest: &str) -> bool {
    let figure = rest.strip_prefix(['$', '€', '£', '¥']);
    figure.is_some_and(|figure| figure.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// The letter that stands for a scale after a figure.
fn scale(word: &str) -> Option<char> {
    match word {
        "thousand" => Some('k'),
        "million" | "mn" | "mln" => Some('m'),
        "billion" | "bn" | "bln" => Some('b'),
        "trillion" | "tn" | "trn" => Some('t'),
        _ => None,
    }
}

/// Adds pairs of neighbours in the run of unspaced letters that `rest` begins with, or a single one itself.
/// How many bytes the run is.
fn unspaced(rest: &str, tokens: &mut Vec<String>) -> usize {
    let run = &rest[..rest.find(|letter| !is_unspaced(letter)).unwrap_or(rest.len())];
    let seconds = run.char_indices().skip(1).map(|(at, letter)| at + letter.len_utf8());
    let before = tokens.len();
    tokens.extend(run.char_indices().zip(seconds).map(|((from, _), to)| run[from..to].to_owned()));
    if tokens.len() == before {
        tokens.push(run.to_owned());
    }
    run.len()
}

/// The word or figure that `rest` begins with, as it is written there.
fn written(rest: &str) -> &str {
    let plain = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    // Most words are letters of ASCII and end where no word goes on.
    let is_end = |byte: &u8| byte.is_ascii() && !matches!(byte, b'.' | b',' | b'-' | b'\'' | b'%');
    if plain > 0 && rest.as_bytes().get(plain).is_none_or(is_end) {
        return &rest[..plain];
    }
    written_anyhow(rest)
}

fn written_anyhow(rest: &str) -> &str {
    let is_letter = |letter: &char| letter.is_alphanumeric() && !is_unspaced(*letter);
    let mut letters = rest.char_indices().peekable();
    let mut before = letters.next().map_or(' ', |(_, first)| first);
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let is_inside = match letter {
            letter if is_letter(&letter) => true,
            '.' | ',' => before.is_ascii_digit() && next.is_some_and(|next| next.is_ascii_digit()),
            '-' => next.is_some_and(|next| next.is_ascii_digit()),
            '\'' | '’' => next.as_ref().is_some_and(is_letter),
            '%' => before.is_ascii_digit(),
            _ => false,
        };
        if !is_inside {
            return &rest[..at];
        }
        before = letter;
    }
    rest
}

/// One spelling for `45bn` and `45b`.
fn short_scale(word: Cow<'_, str>) -> Cow<'_, str> {
    if !word.bytes().any(|byte| byte.is_ascii_digit()) {
        return word;
    }
    let digits = word.trim_end_matches(char::is_alphabetic);
    match scale(&word[digits.len()..]) {
        Some(scale) if ends_with_digit(digits) => Cow::Owned(format!("{digits}{scale}")),
        _ => word,
    }
}

/// Without the possessive, the commonest plural endings, and the commas of a figure.
fn stem(word: &str) -> Cow<'_, str> {
    let word = word.find(['\'', '’']).map_or(word, |end| &word[..end]);
    let is_plural = word.len() > 3 && word.ends_with('s') && word.chars().all(char::is_alphabetic);
    if !is_plural || ["ss", "us", "is"].iter().any(|ending| word.ends_with(ending)) {
        return if word.contains(',') { Cow::Owned(word.replace(',', "")) } else { Cow::Borrowed(word) };
    }
    let single = &word[..word.len() - 1];
    match single.strip_suffix("ie") {
        Some(head) if single.len() > 3 => Cow::Owned(format!("{head}y")),
        _ => Cow::Borrowed(single),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(tokens(text).join(" "), expected);
    }

    #[test]
    fn words_are_folded() {
        check("OpenAI's Companies’ Models launch Café", "openai company model launch cafe");
        check("Open-weight, state-of-the-art", "open weight state of the art");
    }

    #[test]
    fn figures_keep_their_units() {
        check("GPT-5.6 costs $45 billion or $45B or $45bn", "gpt-5.6 cost $45b or $45b or $45b");
        check("1,100 jobs, up 34%", "1100 job up 34%");
    }

    #[test]
    fn unspaced_scripts_give_pairs() {
        check("DeepSeek发布新模型V4", "deepseek 发布 布新 新模 模型 v4");
        check("AI 大 会议", "ai 大 会议");
    }

    #[test]
    fn what_has_nothing_to_fold_is_as_if_folded() {
        let headline = "A Firm’s “New” Model – 128K, ‘Open’ — 发布模型";
        assert!(headline.chars().all(is_small_only));
        let slowly: String = headline.nfkd().filter(|letter| !is_combining_mark(*letter)).nfc().collect();
        assert_eq!(folded(headline), slowly.to_lowercase());
    }

    #[test]
    fn nothing_comes_of_nothing() {
        check("", "");
        check("🙂 — !!! $", "");
    }

    #[test]
    fn a_headline_full_of_latin_names_may_be_chinese() {
        assert_eq!(script("OpenAI发布GPT-Realtime-2"), Script::Latin);
        assert_eq!(script("OpenAI发布三款语音模型，GPT-Realtime-2上下文扩至128K"), Script::Han);
        assert_eq!(script("Google I/O"), Script::Latin);
        assert_eq!(script("Яндекс"), Script::Other);
        assert_eq!(script("42"), Script::Other);
    }

    proptest::proptest! {
        #[test]
        fn what_is_plain_is_read_as_all_else(
            text in "([a-zA-Z]{1,5}|[0-9]{1,3}|[ -~]|[.,’'“%-]|é|[一-十]|カ|\\PC){0,12}",
        ) {
            proptest::prop_assert_eq!(written(&text), written_anyhow(&text));
            proptest::prop_assert_eq!(script(&text), script_of_any(&text));
        }
    }
}
