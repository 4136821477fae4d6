//! robots.txt (RFC 9309): where a site lets us go.

use std::fmt::Write as _;

/// Our name in it, and the one that stands for everybody.
const OURS: &str = "recapd";
const ALL: &str = "*";

/// Rules beyond these are not read.
const MOST_RULES: usize = 2_000;

/// No address that we ask for is longer, so that a longer rule is for nobody.
const LONGEST_RULE_BYTES: usize = 2_048;

/// What a robots.txt says to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// As [`plain`] has it, with `*` for anything, and `$` at its end for the end.
    pattern: String,
    allows: bool,
}

impl Robots {
    /// The rules of `text` that are for us: those of the groups under our
    /// name, else those for everybody.
    pub fn of(text: &str) -> Self {
        let (mut ours, mut everybodys) = (None, Vec::new());
        let (mut is_ours, mut is_everybodys) = (false, false);
        let mut naming = false;
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "user-agent" => {
                    if !naming {
                        (is_ours, is_everybodys) = (false, false);
                    }
                    naming = true;
                    if name(value).eq_ignore_ascii_case(OURS) {
                        is_ours = true;
                        ours.get_or_insert_with(Vec::new);
                    }
                    is_everybodys |= value == ALL;
                }
                "allow" | "disallow" => {
                    naming = false;
                    // An empty one says nothing.
                    let is_rule = (1..=LONGEST_RULE_BYTES).contains(&value.len());
                    if !is_rule || !(is_ours || is_everybodys) {
                        continue;
                    }
                    let rule = Rule { pattern: pattern(value), allows: key == "allow" };
                    if let Some(ours) = ours.as_mut().filter(|ours| is_ours && ours.len() < MOST_RULES) {
                        ours.push(rule.clone());
                    }
                    if is_everybodys && everybodys.len() < MOST_RULES {
                        everybodys.push(rule);
                    }
                }
                _ => {}
            }
        }
        Self { rules: ours.unwrap_or(everybodys) }
    }

    /// Whether we may ask for `path`, query and all: the longest rule that fits
    /// counts, and of two as long the one that allows.
    pub fn allow(&self, path: &str) -> bool {
        let path = plain(path);
        let fitting = self.rules.iter().filter(|rule| fits(&rule.pattern, &path));
        fitting.max_by_key(|rule| (rule.pattern.len(), rule.allows)).is_none_or(|rule| rule.allows)
    }

    /// The memory that it takes.
    pub fn size_bytes(&self) -> usize {
        let rules = self.rules.iter().map(|rule| size_of::<Rule>() + rule.pattern.capacity());
        size_of::<Self>() + rules.sum::<usize>()
    }
}

/// The name of a robot without its version: `recapd/0.1` is `recapd`.
fn name(agent: &str) -> &str {
    let end = agent.find(|letter: char| !letter.is_ascii_alphabetic() && !matches!(letter, '-' | '_'));
    &agent[..end.unwrap_or(agent.len())]
}

/// `text` in the one form that is compared (RFC 9309, 2.2.2): what is written
/// like `%C3%A9` is what it stands for if that is a visible letter of ASCII,
/// and everything else is written so. Then no `*` or `$` in it has a meaning.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let meant = if *first == b'%' { after.get(..2).and_then(escaped) } else { None };
        rest = if meant.is_some() { &after[2..] } else { after };
        match meant.unwrap_or(*first) {
            byte if byte.is_ascii_graphic() && !matches!(byte, b'%' | b'*' | b'$') => plain.push(char::from(byte)),
            byte => write!(plain, "%{byte:02X}").expect("writing to a string cannot fail"),
        }
    }
    plain
}

fn escaped(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(digits[at]).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(0)? << 4 | digit(1)?)
}

/// The `rule` of a robots.txt with its parts [`plain`].
fn pattern(rule: &str) -> String {
    let (rule, end) = rule.strip_suffix('$').map_or((rule, ""), |rule| (rule, "$"));
    let mut pattern = rule.split('*').map(plain).collect::<Vec<_>>().join("*") + end;
    pattern.shrink_to_fit();
    pattern
}

/// Whether `path` begins like `pattern`. The earliest place for each part is as
/// good as any other, so that nothing is tried twice.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return !to_the_end || rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    if to_the_end { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, allowed: &[&str], refused: &[&str]) {
        let robots = Robots::of(text);
        allowed.iter().for_each(|path| assert!(robots.allow(path), "{path} is allowed by {robots:?}"));
        refused.iter().for_each(|path| assert!(!robots.allow(path), "{path} is refused by {robots:?}"));
    }

    #[test]
    fn nothing_said_is_nothing_refused() {
        check("", &["/", "/a?b=c"], &[]);
        check("User-agent: *\nDisallow:", &["/"], &[]);
        check("<html>404: not found</html>", &["/"], &[]);
        check("Disallow: /", &["/"], &[]);
    }

    #[test]
    fn the_longest_rule_counts_and_a_tie_allows() {
        check("user-agent: *\ndisallow: /a\nallow: /a/b", &["/", "/a/b/c"], &["/a", "/ab", "/a/c"]);
        check("user-agent: *\nallow: /a\ndisallow: /a", &["/a"], &[]);
    }

    #[test]
    fn our_own_group_counts_before_everybodys() {
        let text = "User-Agent: other\nDisallow: /\n\nUser-Agent: RECAPD/1.0 # us\nuser-agent: more\nDisallow: /b\n\
                    User-agent: *\nDisallow: /";
        check(text, &["/a"], &["/b"]);
        check("user-agent: other\ndisallow: /\nuser-agent: *\nsitemap: /s\ndisallow: /c", &["/a"], &["/c"]);
        check(
            "user-agent: recapd\nuser-agent: *\ndisallow: /c\nuser-agent: recapd\ndisallow: /d",
            &["/"],
            &["/c", "/d"],
        );
        check("user-agent: recapdother\ndisallow: /", &["/"], &[]);
    }

    #[test]
    fn stars_and_ends_are_understood() {
        check("user-agent: *\ndisallow: /*.pdf$", &["/a.pdf?x", "/pdf"], &["/a.pdf", "/a.pdf.pdf"]);
        check("user-agent: *\ndisallow: /a/*/print", &["/a/print"], &["/a/b/print/c"]);
        check("user-agent: *\ndisallow: /*?", &["/a"], &["/a?b"]);
        check("user-agent: *\ndisallow: /$", &["/a"], &["/"]);
        check("user-agent: *\ndisallow: *", &[], &["/"]);
    }

    #[test]
    fn an_address_is_one_however_it_is_written() {
        let cafe = ["/café/1", "/caf%C3%A9/1", "/caf%c3%a9/1"];
        check("user-agent: *\ndisallow: /café", &["/cafe/1"], &cafe);
        check("user-agent: *\ndisallow: /caf%c3%A9", &["/cafe/1"], &cafe);
        check("user-agent: *\ndisallow: /%7Eme", &["/me"], &["/~me/1", "/%7eme/1"]);
        check("user-agent: *\ndisallow: /?u=https://b.test", &["/?u=b"], &["/?u=https%3A%2F%2Fb.test"]);
        check("user-agent: *\ndisallow: /a'b\ndisallow: /c d", &["/ab"], &["/a%27b", "/c%20d"]);
        check("user-agent: *\ndisallow: /100%", &["/100"], &["/100%", "/100%25", "/100%/a"]);
    }

    #[test]
    fn a_star_that_is_meant_is_no_wildcard() {
        check("user-agent: *\ndisallow: /a%2A\ndisallow: /b%24", &["/ab", "/b", "/b/"], &["/a*", "/a%2a", "/b$c"]);
        check("user-agent: *\ndisallow: /a$b", &["/a"], &["/a$b/c", "/a%24b"]);
    }

    #[test]
    fn rules_without_measure_are_not_kept() {
        let long = "a".repeat(LONGEST_RULE_BYTES);
        let robots = Robots::of(&format!("user-agent: *\ndisallow: /{long}\ndisallow: /b"));
        assert!(robots.allow(&format!("/{long}")) && !robots.allow("/b"));
        let robots = Robots::of(&format!("user-agent: *\n{}", "disallow: /b\n".repeat(10_000)));
        assert_eq!(robots.rules.len(), MOST_RULES);
        assert!(robots.size_bytes() < MOST_RULES * 64, "{}", robots.size_bytes());
    }
}
