//! Names in a role that not everybody can have: who leads a round, who is the chief executive of what;
//! and what is done once (`acts`).

mod acts;

use std::sync::LazyLock;

use regex::Regex;

use super::reading::Line;
use crate::names::{Found, Names, Sort};

/// Who a line says has a role.
#[derive(Clone, Debug)]
pub(super) struct Role {
    /// As a reader says it: "lead investor".
    pub(super) role: &'static str,
    /// In what: the company, in small letters; empty where it is the story's.
    of: String,
    /// At least one.
    holders: Vec<Holder>,
}

/// Somebody, by name.
#[derive(Clone, Debug)]
struct Holder {
    /// As written.
    text: String,
    /// Its id in `names.toml`, or its words in small letters.
    key: String,
}

const LEADS: &str = "lead investor";
const CHIEF: &str = "chief executive";
const NEW_CHIEF: &str = "new chief executive";

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant and is compiled by the tests")
}

/// What tells that a line may have a role in it.
static ANY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bled by\b|\blead(s|ing)?\b|领投|\bCEO\b|chief executive"));

/// A round that somebody leads, before the words that say who.
static A_ROUND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(round|series [a-k]|funding|financing|raise[sd]?|raising|seed|investment)\b|[$€£] ?[0-9]|[0-9] ?(million|billion)",
    )
});

/// "co-led by the venture firm ": what follows is who.
static LED_BY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:co-)?led (?:jointly )?by (?:(?:the|a|venture|capital|firm|investors?|existing|new|private|equity|fund|",
        r"backers?|tech|chip|chipmaker|giant|long-time|longtime) )*"
    ))
});

/// ".. leads the $900M round": what stands before is who.
static LEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i) (?:is |are |will |to |in talks to |co-)?(?:co-)?lead(?:s|ing)?\b[^.;,]{0,48}?\b(?:round|series [a-k]|funding|financing|investment)\b",
    )
});

/// Where a team or a company is led by somebody, nobody invests.
const LED_OTHERWISE: &[&str] =
    &["startup", "start-up", "company", "team", "lab", "group", "firm", "effort", "project", "researchers", "unit"];

/// A firm by the last word of its name.
static FIRM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:[A-Z0-9][\w&.’'-]* ){1,3}?(?:Capital|Ventures|Partners|Fund|Management|Equity|Holdings|Investments?|",
        r"Group|Growth|Advisors|Venture Partners|Investment Partners)\b"
    ))
});

/// The same at the end of what stands before.
static FIRM_LAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:[A-Z0-9][\w&.’'-]* ){1,2}(?:Capital|Ventures|Partners|Fund|Management|Equity|Holdings|Investments?|",
        r"Group|Growth|Advisors)$"
    ))
});

const PERSON: &str = r"[A-Z][\p{L}’'-]+(?: [A-Z]\.)?(?: (?:de|van|von|der|bin|al|el|la|di))* [A-Z][\p{L}’'-]+";
const COMPANY: &str = r"[A-Z][\w&.-]*(?: [A-Z][\w&.-]*){0,2}";

static CHIEF_OF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<before>\S+ )?\b(?P<company>{COMPANY})(?:['’]s)? (?:CEO|[Cc]hief [Ee]xecutive(?: [Oo]fficer)?),? (?P<person>{PERSON})"
    ))
});

static WHO_IS_CHIEF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<before>\S+ )?\b(?P<person>{PERSON}), (?:the )?(?:CEO|chief executive(?: officer)?) (?:of|at) (?P<company>{COMPANY})"
    ))
});

static APPOINTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        concat!(
            r"(?P<before>\S+ )?\b(?P<company>{company}) (?:has )?(?i:names|named|appoints|appointed|hires|hired|taps|tapped|picks|promotes) ",
            r"(?P<person>{person}),? (?:as |to be )?(?:its |the )?(?:new |next )?(?:global )?(?:CEO|[Cc]hief [Ee]xecutive)"
        ),
        company = COMPANY,
        person = PERSON
    ))
});

/// Where one goes and another comes, a company has two.
static CHANGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(step(s|ped|ping)? (down|aside|back)|resign\w*|replac\w+|succe(ed|ss)\w*|oust\w*|depart\w*|former|outgoing|",
        r"incoming|interim|acting|fired|co-ceos?|co-chief|new (ceo|chief)|next (ceo|chief)|takes? over|took over)\b|离任|卸任|接任|辞职|前首席"
    ))
});

/// Before or within what looks like a name, these say that it is none, or not now.
const NO_NAMES: &[&str] = &[
    "former", "ex", "then", "new", "interim", "acting", "incoming", "outgoing", "deputy", "co", "says", "said",
    "warns", "tells", "told", "calls", "defends", "wants", "sees", "thinks", "on", "in", "of", "at", "the", "and",
    "to", "is", "will", "has", "why", "how", "ai", "its", "as", "with", "for", "from", "admits", "predicts", "claims",
    "urges",
];

/// The roles that `line` tells of.
pub(super) fn roles(line: &Line, names: &Names) -> Vec<Role> {
    let found = names.find(line.text);
    let acts = acts::acts(line, &found);
    if !ANY.is_match(line.text) {
        return acts;
    }
    let text = line.text;
    let led = LED_BY.find_iter(text).filter_map(|by| {
        let before = &text[..by.start()];
        let last = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
        let is_a_round = A_ROUND.is_match(before) && !LED_OTHERWISE.contains(&last.as_str());
        is_a_round.then(|| listed(text, by.end(), &found)).flatten()
    });
    let leading = LEADING.find_iter(text).filter_map(|verb| listed_before(text, verb.start(), &found));
    let chinese = text.match_indices("领投").filter_map(|(at, _)| {
        let at =
            ["联合", "共同", "独家"].iter().find(|word| text[..at].ends_with(*word)).map_or(at, |word| at - word.len());
        listed_before(text, at, &found)
    });
    let leaders = led.chain(leading).chain(chinese);
    let mut roles: Vec<Role> = leaders.map(|holders| Role { role: LEADS, of: String::new(), holders }).collect();
    for (pattern, role) in [(&APPOINTED, NEW_CHIEF), (&WHO_IS_CHIEF, CHIEF), (&CHIEF_OF, CHIEF)] {
        if role == CHIEF && (CHANGE.is_match(text) || is_in_title_case(text)) {
            continue;
        }
        roles.extend(pattern.captures_iter(text).filter_map(|captures| chief(&captures, role, &found)));
    }
    roles.extend(acts);
    roles
}

/// Who is chief of what; nobody where the words before say "former", or a word of the name is none.
fn chief(captures: &regex::Captures, role: &'static str, found: &[Found]) -> Option<Role> {
    let (company, person) = (captures.name("company")?, captures.name("person")?);
    let is_a_name = |words: &str| {
        let mut words = words.split([' ', '-']).filter(|word| !word.is_empty());
        words.all(|word| !NO_NAMES.contains(&word.to_lowercase().as_str()))
    };
    let before = captures.name("before").map_or("", |before| before.as_str());
    if !is_a_name(person.as_str()) || !is_a_name(before.trim()) || !is_a_name(company.as_str()) {
        return None;
    }
    let known = found.iter().find(|name| (name.start, name.end) == (company.start(), company.end()));
    let of = known.map_or_else(|| company.as_str().to_lowercase(), |known| known.name.id.clone());
    let holder = Holder { text: person.as_str().to_owned(), key: person.as_str().to_lowercase() };
    Some(Role { role, of, holders: vec![holder] })
}

fn is_in_title_case(text: &str) -> bool {
    let words = || text.split_whitespace().filter(|word| word.chars().count() > 3);
    words().filter(|word| word.starts_with(char::is_uppercase)).count() * 10 > words().count() * 7
}

/// The firms listed from `at`: "Sequoia, Accel and a16z". None where one cannot be made out.
fn listed(text: &str, mut at: usize, found: &[Found]) -> Option<Vec<Holder>> {
    let mut holders = Vec::new();
    while let Some((holder, end)) = firm_at(text, at, found) {
        let rest = &text[end..];
        // Of "SoftBank's Vision Fund" the fund leads, and whose it is does not say its name.
        if rest.starts_with(['’', '\'']) {
            return None;
        }
        holders.push(holder);
        let Some(next) = [", and ", ", ", " and ", " & ", " alongside ", " together with ", " with "]
            .iter()
            .find_map(|word| rest.starts_with(word).then(|| end + word.len()))
        else {
            break;
        };
        at = next;
    }
    (!holders.is_empty()).then_some(holders)
}

fn firm_at(text: &str, at: usize, found: &[Found]) -> Option<(Holder, usize)> {
    if let Some(known) = found.iter().find(|name| name.start == at && may_invest(name)) {
        return Some((holder(known, text), known.end));
    }
    let firm = FIRM.find(&text[at..])?;
    Some((Holder { text: firm.as_str().to_owned(), key: firm.as_str().to_lowercase() }, at + firm.end()))
}

/// The firms listed up to `at`, the last one first; none where the first cannot be made out.
fn listed_before(text: &str, mut at: usize, found: &[Found]) -> Option<Vec<Holder>> {
    let mut holders = Vec::new();
    loop {
        let known = found.iter().find(|name| name.end == at && may_invest(name));
        let (holder, start) = match known {
            Some(known) => (holder(known, text), known.start),
            None => {
                let firm = FIRM_LAST.find(&text[..at])?;
                (Holder { text: firm.as_str().to_owned(), key: firm.as_str().to_lowercase() }, firm.start())
            }
        };
        holders.push(holder);
        let joint = ["、", "和", "与", " and ", ", ", "及"].iter().find(|word| text[..start].ends_with(*word));
        match joint {
            Some(word) => at = start - word.len(),
            None => break,
        }
    }
    holders.reverse();
    Some(holders)
}

fn may_invest(found: &Found) -> bool {
    matches!(found.name.sort, Sort::Company | Sort::Investor | Sort::Body)
}

fn holder(found: &Found, text: &str) -> Holder {
    Holder { text: text[found.start..found.end].to_owned(), key: found.name.id.clone() }
}

impl Role {
    /// The names as written: "Sequoia and a16z".
    pub(super) fn text(&self) -> String {
        let names: Vec<&str> = self.holders.iter().map(|holder| holder.text.as_str()).collect();
        names.join(" and ")
    }

    /// Equal for equal ones.
    pub(super) fn key(&self) -> String {
        let mut keys: Vec<&str> = self.holders.iter().map(|holder| holder.key.as_str()).collect();
        keys.sort_unstable();
        keys.join("+")
    }

    /// Whether it is the same role in the same company.
    pub(super) fn is_comparable(&self, other: &Role) -> bool {
        self.role == other.role && self.of == other.of
    }

    /// Whether nobody has it who has it there: of two who lead together one may go unnamed.
    pub(super) fn differs(&self, other: &Role) -> bool {
        self.holders.iter().all(|one| other.holders.iter().all(|two| !is_one(&one.key, &two.key)))
    }

    /// Words that a text which names these holders has, in small letters.
    pub(super) fn last_names(&self) -> impl Iterator<Item = &str> {
        self.holders.iter().filter_map(|holder| holder.text.split_whitespace().next_back())
    }

    /// Whether nobody shares it: a report that names two tells how both can be right.
    pub(super) fn is_of_one(&self) -> bool {
        self.role != LEADS
    }
}

/// Whether two names may be one: in a word of both, in one that begins the
/// other, or but for a letter or two.
fn is_one(one: &str, other: &str) -> bool {
    const OF_ALL: [&str; 8] = ["capital", "ventures", "partners", "fund", "group", "the", "management", "investment"];
    let words = |name: &str| -> Vec<String> {
        let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() > 1);
        words.map(str::to_owned).filter(|word| !OF_ALL.contains(&word.as_str())).collect()
    };
    let squeezed = |name: &str| name.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let (ones, others) = (words(one), words(other));
    let is_begun = || {
        let (one, other) = (squeezed(one), squeezed(other));
        one.starts_with(&other) || other.starts_with(&one)
    };
    ones.iter().any(|word| others.iter().any(|two| is_near(word, two))) || is_begun()
}

/// One word, or two spellings of it: no more than two letters apart, of five and more.
fn is_near(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let shorter = one.len().min(other.len());
    if shorter < 5 || one.len().abs_diff(other.len()) > 2 {
        return false;
    }
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let tail = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    head + tail + 2 >= one.len().max(other.len())
}
