//! robots.txt (RFC 9309): where a site lets us go.

/// Our name in it, and the one that stands for everybody.
const OURS: &str = "recapd";
const ALL: &str = "*";

/// Rules beyond these are not read.
const MOST_RULES: usize = 2_000;

/// What a robots.txt says to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    /// With `*` for anything, and `$` at its end for the end.
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
                    let rule = Rule { pattern: value.to_owned(), allows: key == "allow" };
                    if let Some(ours) = ours.as_mut().filter(|ours| is_ours && is_sound(&rule, ours)) {
                        ours.push(rule.clone());
                    }
                    if is_everybodys && is_sound(&rule, &everybodys) {
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
        let fitting = self.rules.iter().filter(|rule| fits(&rule.pattern, path));
        fitting.max_by_key(|rule| (rule.pattern.len(), rule.allows)).is_none_or(|rule| rule.allows)
    }
}

/// The name of a robot without its version: `recapd/0.1` is `recapd`.
fn name(agent: &str) -> &str {
    let end = agent.find(|letter: char| !letter.is_ascii_alphabetic() && !matches!(letter, '-' | '_'));
    &agent[..end.unwrap_or(agent.len())]
}

fn is_sound(rule: &Rule, rules: &[Rule]) -> bool {
    !rule.pattern.is_empty() && rules.len() < MOST_RULES
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
}
