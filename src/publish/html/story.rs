//! The page of one story, the seed of the whole product.

use askama::Template;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::insight::Part;
use crate::publish::card::Card;
use crate::publish::html::document;
use crate::publish::html::page::Page;
use crate::publish::{Document, Site, inert, words};
use crate::recap::{Entry, Recap, Withdrawn};
use crate::week::Week;

#[derive(Template)]
#[template(path = "story.html")]
struct StoryPage<'a> {
    page: Page<'a>,
    card: Card<'a>,
    later: &'a [Later],
}

/// A story of a later week that follows one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// The week in which it stands.
    pub week: Week,
    /// What it is called.
    pub headline: String,
    /// Its page, below the site's root.
    pub path: String,
    /// What is new in it: "$10B → $45B (valuation)"; may be empty.
    pub changed: String,
    /// When it was published.
    pub published: Timestamp,
}

impl Later {
    /// "week 19".
    fn week_name(&self) -> String {
        format!("week {}", self.week.number())
    }
}

/// A link that hands the page on to a network of people.
struct Handover {
    name: &'static str,
    href: String,
}

impl StoryPage<'_> {
    /// Where the week of the story is.
    fn week_name(&self) -> String {
        words::weeks(self.card.recap)
    }

    fn share(&self) -> Vec<Handover> {
        let permalink = self.card.permalink();
        let post = [("text", self.card.entry.headline.as_str()), ("url", permalink.as_str())];
        let to = |name, base: &str, pairs: &[(&str, &str)]| {
            Url::parse_with_params(base, pairs).ok().map(|url| Handover { name, href: url.into() })
        };
        let links = [
            to("Post", "https://x.com/intent/post", &post),
            to("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/", &post[1..]),
        ];
        links.into_iter().flatten().collect()
    }

    /// Whether there is more to say than the three lines.
    fn goes_deep(&self) -> bool {
        let card = &self.card.insight;
        card.comparison.is_some()
            || [&card.takeaways, &card.technical, &card.outlook].iter().any(|parts| !parts.is_empty())
            || !card.timeline.is_empty()
    }

    fn origins(&self, parts: &[Part]) -> String {
        words::origins(parts)
    }

    fn kind(&self) -> &str {
        self.card.insight.kind.as_ref().map_or("", |kind| kind.name.as_str())
    }
}

/// The page of `entry`, which stands in `recap`, with what followed `later`, the earliest first.
pub fn story_page(site: &Site, recap: &Recap, entry: &Entry, later: &[Later]) -> Document {
    let card = Card::new(site, recap, entry);
    let mut page = Page::new(site, &entry.path(), &entry.headline, &card.summary());
    page.kind = "article";
    page.data = Some(data(&card));
    let followed = later.iter().map(|story| story.published);
    let changed = followed.chain([recap.story_updated(entry.story)]).max();
    document(&StoryPage { page, card, later }, changed.unwrap_or(recap.frozen))
}

#[derive(Template)]
#[template(path = "withdrawn.html")]
struct WithdrawnPage<'a> {
    page: Page<'a>,
    recap: &'a Recap,
    gone: &'a Withdrawn,
}

impl WithdrawnPage<'_> {
    fn week_name(&self) -> String {
        words::weeks(self.recap)
    }

    fn week_href(&self) -> String {
        self.page.href(&self.recap.path())
    }
}

/// What is left of the page of a story that was withdrawn from `recap`.
pub fn withdrawn_page(site: &Site, recap: &Recap, gone: &Withdrawn) -> Document {
    let page = Page::new(site, &gone.path, "A story that was withdrawn", &gone.reason);
    document(&WithdrawnPage { page, recap, gone }, gone.at)
}

fn data(card: &Card) -> Value {
    let (site, entry) = (card.site, card.entry);
    let reports = entry.coverage.iter().filter_map(|report| {
        let url = report.url.as_deref().and_then(inert::web)?;
        let publisher = json!({ "@type": "Organization", "name": report.publisher });
        Some(json!({ "@type": "Article", "headline": report.title, "url": url, "publisher": publisher }))
    });
    json!({
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": crate::text::cut(&entry.headline, 110),
        "description": card.summary(),
        "url": card.permalink(),
        "datePublished": card.recap.frozen,
        "inLanguage": site.language,
        "publisher": { "@type": "Organization", "name": site.title, "url": site.url("/") },
        "isPartOf": { "@type": "CollectionPage", "name": words::weeks(card.recap), "url": site.url(&card.recap.path()) },
        "isBasedOn": reports.collect::<Vec<_>>(),
    })
}
