//! What every page has: its head, its name plate, its foot.

use jiff::Timestamp;
use serde_json::Value;

use crate::publish::feed::Format;
use crate::publish::{Site, words};
use crate::search;

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// "Week 18".
    pub title: String,
    /// Below the site's root.
    pub path: String,
}

/// A feed as a page announces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// "Weekly AI Recap (Atom)".
    pub title: String,
    /// Of the feed.
    pub media_type: &'static str,
    /// "Atom".
    pub format: &'static str,
    /// As our pages link it.
    pub href: String,
}

/// The frame of a page.
pub struct Page<'a> {
    /// The site it belongs to.
    pub site: &'a Site,
    /// Of the page itself; empty for the front page.
    pub title: String,
    /// One line for search engines and link previews.
    pub description: String,
    /// Its address, below the site's root; empty where it has none of its own.
    pub path: String,
    /// `website` or `article`, as Open Graph has it.
    pub kind: &'static str,
    /// What it announces before the weekly feed.
    pub own: Vec<Announced>,
    /// What it says to machines.
    pub data: Option<Value>,
}

impl<'a> Page<'a> {
    /// A page of `site` at `path`.
    pub fn new(site: &'a Site, path: &str, title: &str, description: &str) -> Self {
        Self {
            site,
            title: title.to_owned(),
            description: description.to_owned(),
            path: path.to_owned(),
            kind: "website",
            own: Vec::new(),
            data: None,
        }
    }

    /// What a window's tab says.
    pub fn tab(&self) -> String {
        if self.title.is_empty() { self.site.title.clone() } else { format!("{} · {}", self.title, self.site.title) }
    }

    /// What a link preview says.
    pub fn headline(&self) -> &str {
        if self.title.is_empty() { &self.site.title } else { &self.title }
    }

    /// Its address for everybody.
    pub fn canonical(&self) -> String {
        self.site.url(&self.path)
    }

    /// One of our paths, as a link.
    pub fn href(&self, path: &str) -> String {
        self.site.href(path)
    }

    /// The weekly feed in all formats.
    pub fn weekly(&self) -> Vec<Announced> {
        announced(self.site, &self.site.title, "weekly")
    }

    /// The data block, unable to end the element it stands in.
    pub fn json_ld(&self) -> String {
        let text = self.data.as_ref().map(Value::to_string).unwrap_or_default();
        text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
    }

    /// "6 May 2026".
    pub fn day(&self, at: &Timestamp) -> String {
        words::day(*at, &self.site.zone)
    }

    /// "6 May 2026, 08:00 UTC".
    pub fn moment(&self, at: &Timestamp) -> String {
        words::moment(*at, &self.site.zone)
    }

    /// What a search may have, in characters.
    pub fn longest_search(&self) -> usize {
        search::MOST_CHARS
    }

    /// Whether `path` leads to this page.
    pub fn is_at(&self, path: &str) -> bool {
        self.path == path
    }
}

/// The feed `/feeds/<name>` in all formats.
pub fn announced(site: &Site, title: &str, name: &str) -> Vec<Announced> {
    let feed = |format: Format| Announced {
        title: format!("{title} ({})", format.name()),
        media_type: format.media_type(),
        format: format.name(),
        href: site.href(&format!("/feeds/{name}.{}", format.ending())),
    };
    Format::ALL.map(feed).to_vec()
}
