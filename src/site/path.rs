//! The addresses of the published tree.

use crate::id::AudienceId;
use crate::publish::feed::Format;
use crate::week::Week;

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `/`
    Home,
    /// `/w/2026-W19/`
    Recap(Week),
    /// `/w/2026-W19/founders/`
    AudienceRecap(Week, AudienceId),
    /// `/w/2026-W19/recap.md`, `/w/2026-W19/founders/recap.json`
    RecapFile(Week, Option<AudienceId>, Form),
    /// `/s/2026/05/<slug>-<id8>/`
    Story {
        /// The eight digits.
        short: String,
    },
    /// `/audience/founders/`
    Audience(AudienceId),
    /// `/feeds/weekly.atom`: a feed by name and format
    Feed(String, Format),
    /// `/archive/`
    Archive,
    /// `/archive/2026/`
    ArchiveOf(i16),
    /// `/sources/`
    Sources,
    /// `/about/`
    About,
    /// `/about/ranking/`
    Ranking,
    /// `/this-week/`
    ThisWeek,
    /// `/search`
    Search,
    /// `/sources.opml`
    Opml,
    /// `/sitemap.xml`
    Sitemap,
    /// `/robots.txt`
    Robots,
    /// `/style.css`
    Style,
    /// An address that people guess, or one without its last slash.
    Moved(String),
}

/// The feed of what a search finds, below `/feeds/`.
pub const SEARCH: &str = "search";

/// A recap as a file to work on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `recap.json`
    Json,
    /// `recap.md`
    Markdown,
    /// `recap.txt`
    Text,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Markdown, Self::Text];

    /// The last part of its address.
    pub fn file(self) -> &'static str {
        match self {
            Self::Json => "recap.json",
            Self::Markdown => "recap.md",
            Self::Text => "recap.txt",
        }
    }
}

fn form(file: &str) -> Option<Form> {
    Form::ALL.into_iter().find(|form| form.file() == file)
}

impl Place {
    /// The addresses of which there is one each, the guessed ones left out.
    pub const FIXED: [&str; 9] = [
        "/",
        "/about/",
        "/about/ranking/",
        "/archive/",
        "/robots.txt",
        "/sitemap.xml",
        "/sources.opml",
        "/sources/",
        "/style.css",
    ];

    /// What `path` stands for; none if nothing can stand there.
    pub fn of(path: &str) -> Option<Self> {
        if path.contains("//") {
            return None;
        }
        let fixed = match path {
            "/" | "/index.html" => Self::Home,
            "/archive/" => Self::Archive,
            "/sources/" => Self::Sources,
            "/about/" => Self::About,
            "/about/ranking/" => Self::Ranking,
            "/this-week/" => Self::ThisWeek,
            "/search" => Self::Search,
            "/search/" => Self::Moved("/search".to_owned()),
            "/sources.opml" => Self::Opml,
            "/sitemap.xml" => Self::Sitemap,
            "/robots.txt" => Self::Robots,
            "/style.css" => Self::Style,
            "/feed.xml" | "/feed" | "/feed/" | "/atom.xml" => Self::Moved("/feeds/weekly.atom".to_owned()),
            "/rss" | "/rss/" | "/rss.xml" => Self::Moved("/feeds/weekly.rss".to_owned()),
            "/feed.json" => Self::Moved("/feeds/weekly.json".to_owned()),
            _ => return Self::of_one(path),
        };
        Some(fixed)
    }

    fn of_one(path: &str) -> Option<Self> {
        if let Some(name) = path.strip_prefix("/feeds/") {
            let (name, ending) = name.rsplit_once('.')?;
            let format = Format::ALL.into_iter().find(|format| format.ending() == ending)?;
            return Some(Self::Feed(name.to_owned(), format));
        }
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let place = match segments.as_slice() {
            ["w", week] => Self::Recap(week.parse().ok()?),
            ["w", week, file] if file.contains('.') => Self::RecapFile(week.parse().ok()?, None, form(file)?),
            ["w", week, audience, file] => {
                Self::RecapFile(week.parse().ok()?, Some(audience.parse().ok()?), form(file)?)
            }
            ["w", week, audience] => Self::AudienceRecap(week.parse().ok()?, audience.parse().ok()?),
            ["s", _, _, name] => Self::Story { short: short(name)? },
            ["audience", audience] => Self::Audience(audience.parse().ok()?),
            ["archive", year] if year.bytes().all(|byte| byte.is_ascii_digit()) => Self::ArchiveOf(year.parse().ok()?),
            ["archive" | "sources" | "about" | "this-week"] | ["about", "ranking"] => Self::Moved(format!("{path}/")),
            _ => return None,
        };
        let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
        let lacks_slash = !path.ends_with('/') && !is_file && !matches!(place, Self::Moved(_));
        Some(if lacks_slash { Self::Moved(format!("{path}/")) } else { place })
    }
}

/// The eight digits at the end of a story's address.
fn short(name: &str) -> Option<String> {
    let short = name.rsplit('-').next()?;
    (short.len() == 8 && short.bytes().all(|b| b.is_ascii_hexdigit())).then(|| short.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<Place>) {
        assert_eq!(Place::of(path), expected, "{path}");
    }

    #[test]
    fn every_fixed_address_is_a_place() {
        for path in Place::FIXED {
            assert!(matches!(Place::of(path), Some(place) if !matches!(place, Place::Moved(_))), "{path}");
        }
    }

    #[test]
    fn addresses_say_what_they_stand_for() {
        let week: Week = "2026-W19".parse().unwrap();
        check("/w/2026-W19/", Some(Place::Recap(week)));
        check("/w/2026-W19/founders/", Some(Place::AudienceRecap(week, "founders".parse().unwrap())));
        check("/w/2026-W19/recap.json", Some(Place::RecapFile(week, None, Form::Json)));
        check("/s/2026/05/big-fund-0a1b2c3d/", Some(Place::Story { short: "0a1b2c3d".to_owned() }));
        check("/feeds/audience/founders.rss", Some(Place::Feed("audience/founders".to_owned(), Format::Rss)));
    }

    #[test]
    fn guesses_are_led_on() {
        check("/w/2026-W19", Some(Place::Moved("/w/2026-W19/".to_owned())));
        check("/archive", Some(Place::Moved("/archive/".to_owned())));
        check("/search/", Some(Place::Moved("/search".to_owned())));
        check("/feed.xml", Some(Place::Moved("/feeds/weekly.atom".to_owned())));
    }

    #[test]
    fn nonsense_stands_for_nothing() {
        for path in [
            "/w/2026-W99/",
            "/s/2026/05/x/",
            "/feeds/weekly",
            "/feeds/weekly.xml",
            "/../etc/passwd",
            "/wp-login.php",
            "/archive//",
            "//sources",
            "/archive/+7/",
            "//",
        ] {
            check(path, None);
        }
    }
}
