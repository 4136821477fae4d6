//! Names in what is done once: who buys a company, which judge rules, which
//! version is out. Titles alone are read: texts tell of other deals, cases and versions, too.
//!
//! Left out, since both may be right: partners and targets, of which there may be several, and courts, which one
//! publisher calls by their city and the next by their country.

use std::sync::LazyLock;

use regex::Regex;

use super::{COMPANY, Holder, NO_NAMES, Role, pattern};
use crate::facts::FactKind;
use crate::insight::reading::Line;
use crate::names::{Found, Sort};

const BUYER: &str = "buyer";
const JUDGE: &str = "judge";
const VERSION: &str = "version";

/// What stands between a buyer and what is bought.
static BUYS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^(?: has| is)?(?: agrees| agreed| set| signs deal| strikes deal)?(?: to)? (?:acquires?|acquired|buys?|bought|buying|acquiring) ",
        r"(?:(?:AI|the|chip|cloud|robotics|startup|start-up|maker|company|firm|lab|security|software|data) )*",
        r"|^(?:宣布|完成|正式)*收购"
    ))
});

/// What stands between what is bought and its buyer.
static BOUGHT_BY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?: is| to be| has been| was)? (?:acquired|bought|snapped up) by "));

/// The whole of a company, and not its chips.
static IS_WHOLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:$|[,.:;，。：；]| (?:for|in|to|as|after|amid|–|—|-)\b| [–—])"));

static BOUGHT: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("^(?:{COMPANY})")));

/// Who only thinks of it need not be the one who does it, and beside him there are others.
static UNDECIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(talks?|bids?|bidding|offers?|could|may|might|consider\w*|weigh\w*|eyes|eyeing|mulls?|seeks?|rumou?r\w*|",
        r"reportedly|plans?|wants?|stake|shares|reject\w*|rivals?|instead|if|why|should|near(s|ing)?|close to|tried|fail\w*)\b",
        r"|[?？]|拟|洽谈|传|或将|考虑|有意"
    ))
});

static RULING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b[Jj]udge (?P<person>[A-Z][\p{L}’'-]+(?: [A-Z]\.)?(?: [A-Z][\p{L}’'-]+){0,2}?) ",
        r"(?P<act>(?i:rul|order|dismiss|toss|block|deni|deny|approv|reject|grant|halt|allow|sanction|bar)(?:[a-z]+)?)\b"
    ))
});

static RELEASED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(releases?|released|launch(es|ed)?|unveils?|unveiled|introduc(es|ed)|debuts?|rolls out|announces?|announced|",
        r"ships?|shipped|is out|is here|open-?sources?)\b|发布|推出|上线|开源"
    ))
});

/// Where a title compares, each publisher may name another side of it.
static COMPARED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(than|over|vs|versus|beat\w*|against|success\w*|replac\w*|ahead|before|after|from|compared?|rivals?|upgrad\w*|next|",
        r"upcoming|delay\w*|deprecat\w*|retir\w*|previous|match\w*|outperform\w*|follow\w*|lik(e|es)|leak\w*|beta|preview|will|to)\b",
        r"|超越|超过|对比|取代|之前|相比|即将|预览|[?？]"
    ))
});

/// What follows a version and makes another thing of it, in small letters.
const VARIANTS: &[&str] = &["mini", "nano", "pro", "flash", "lite", "turbo", "max", "ultra", "thinking", "codex"];

/// What the title of a report says of it.
pub(super) fn acts(line: &Line, found: &[Found]) -> Vec<Role> {
    if line.place > 0 {
        return Vec::new();
    }
    buyer(line.text, found).into_iter().chain(judge(line.text)).chain(version(line)).collect()
}

/// Who buys what: known companies alone, of which one is not a part of the other under a name of its own.
fn buyer(text: &str, found: &[Found]) -> Option<Role> {
    if UNDECIDED.is_match(text) {
        return None;
    }
    let companies = || found.iter().filter(|name| name.name.sort == Sort::Company);
    let begins =
        |at: usize| text[..at].is_empty() || text[..at].ends_with([':', '：', '，']) || text[..at].ends_with(": ");
    let bought_at = |at: usize| {
        let known = found.iter().find(|name| name.start == at).map(|name| (name.name.id.clone(), name.end));
        known.or_else(|| BOUGHT.find(&text[at..]).map(|it| (it.as_str().to_lowercase(), at + it.end())))
    };
    let buying = companies().filter(|name| begins(name.start)).find_map(|name| {
        let target = name.end + BUYS.find(&text[name.end..])?.end();
        let (bought, end) = bought_at(target)?;
        IS_WHOLE.is_match(&text[end..]).then_some((name, bought))
    });
    let bought = || {
        let (bought, end) = bought_at(0)?;
        let at = end + BOUGHT_BY.find(&text[end..])?.end();
        companies().find(|name| name.start == at).map(|name| (name, bought))
    };
    let (name, of) = buying.or_else(bought)?;
    let key = name.name.of.clone().unwrap_or_else(|| name.name.id.clone());
    let holder = Holder { text: text[name.start..name.end].to_owned(), key };
    Some(Role { role: BUYER, of, holders: vec![holder] })
}

/// Who does what in court.
fn judge(text: &str) -> Option<Role> {
    let captures = RULING.captures(text)?;
    let (person, act) = (captures.name("person")?.as_str(), captures.name("act")?.as_str());
    if person.split(' ').any(|word| NO_NAMES.contains(&word.to_lowercase().as_str())) {
        return None;
    }
    let holder = Holder { text: person.to_owned(), key: person.to_lowercase() };
    let of = act.chars().take(3).collect::<String>().to_lowercase();
    Some(Role { role: JUDGE, of, holders: vec![holder] })
}

/// Which version of what is out, where the title names one alone and compares it with nothing.
fn version(line: &Line) -> Option<Role> {
    let versions = || {
        line.facts.iter().filter_map(|fact| match &fact.kind {
            FactKind::Version { name, version } if !name.is_empty() => Some((fact, name, version)),
            _ => None,
        })
    };
    let (fact, name, version) = versions().next().filter(|_| versions().count() == 1)?;
    // What is told with its day may be of another day.
    let is_dated = line.facts.iter().any(|fact| matches!(fact.kind, FactKind::Date(_)));
    if is_dated || !RELEASED.is_match(line.text) || COMPARED.is_match(line.text) {
        return None;
    }
    let next = line.text[fact.span.end..].split([' ', '-']).find(|word| !word.is_empty()).unwrap_or_default();
    let next = next.trim_end_matches(|letter: char| !letter.is_alphanumeric());
    let is_variant = next.starts_with(char::is_uppercase) || VARIANTS.contains(&next.to_lowercase().as_str());
    let of = if is_variant { format!("{name} {}", next.to_lowercase()) } else { name.clone() };
    let holder = Holder { text: fact.text.clone(), key: version.clone() };
    Some(Role { role: VERSION, of, holders: vec![holder] })
}

impl Role {
    /// Whether it is the very question whom the story is about: whose line it is keeps it from no dispute.
    pub(in crate::insight) fn says_whose_story(&self) -> bool {
        self.role == BUYER
    }

    /// Whether two reports of it may be of two things if they are a while apart: versions follow each other.
    pub(in crate::insight) fn is_of_its_day(&self) -> bool {
        self.role == VERSION
    }
}
