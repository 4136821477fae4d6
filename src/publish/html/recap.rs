//! The pages of weeks: one recap, the front page, the archive, an audience,
//! the running week.

use askama::Template;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::audience::Audience;
use crate::publish::card::Card;
use crate::publish::html::document;
use crate::publish::html::page::{Announced, Link, Page, announced};
use crate::publish::html::site::AudienceRow;
use crate::publish::{Document, Site, words};
use crate::recap::{AudienceName, Issue, Recap, State};
use crate::week::Week;

/// A recap's neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// The recap before, for the same readers.
    pub previous: Option<Link>,
    /// The recap after.
    pub next: Option<Link>,
}

/// A recap as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub week: Week,
    /// `Week 19: A, B, C`.
    pub title: String,
    /// Its page, below the site's root.
    pub path: String,
    /// When it came out.
    pub published: Timestamp,
    /// How many stories it holds.
    pub stories: usize,
}

impl Listed {
    /// How `recap` stands in a list.
    pub fn of(recap: &Recap) -> Self {
        Self {
            week: recap.week,
            title: recap.title(),
            path: recap.path(),
            published: recap.frozen,
            stories: recap.entries.len(),
        }
    }

    /// "Week 19".
    fn name(&self) -> String {
        format!("Week {}", self.week.number())
    }

    /// The title without the week.
    fn stories_named(&self) -> &str {
        self.title.split_once(": ").map_or(&self.title, |(_, names)| names)
    }
}

/// What the front page shows.
pub struct Home<'a> {
    /// The latest recap with its neighbours; none before the first.
    pub latest: Option<(&'a Recap, &'a Around)>,
    /// Recaps before the latest, newest first; as many as the strip should show.
    pub archive: &'a [Listed],
    /// Whether the stories of the running week may be seen.
    pub running: Running,
    /// Every configured audience.
    pub audiences: &'a [AudienceRow],
    /// Sources configured.
    pub sources: usize,
    /// Items collected so far in the running week.
    pub items: u64,
    /// When the next recap comes out.
    pub coming: Coming,
    /// When the page last changed.
    pub changed: Timestamp,
}

/// When the next recap comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coming {
    /// At this instant.
    At(Timestamp),
    /// The first one: after this round of polls, at no slot.
    AfterRound(FirstRound),
    /// It is being made: its week has ended, and no editor has time for it, or his is over.
    Now,
    /// Its editor had his time, and left his draft in a state in which nobody can read it.
    Held,
}

/// How far the first round of polls is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstRound {
    /// Sources that nobody waits for any more.
    pub answered: usize,
    /// All sources.
    pub sources: usize,
}

/// Whether the stories of the running week may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// At `/this-week/`.
    Shown,
    /// Nowhere.
    Hidden,
}

#[derive(Template)]
#[template(path = "recap.html")]
struct RecapPage<'a> {
    page: Page<'a>,
    week: WeekView<'a>,
    around: &'a Around,
    /// On the front page: what else there is.
    front: Option<&'a Home<'a>>,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'a> {
    page: Page<'a>,
    home: &'a Home<'a>,
}

#[derive(Template)]
#[template(path = "this_week.html")]
struct ThisWeekPage<'a> {
    page: Page<'a>,
    week: WeekView<'a>,
    chosen_at: Timestamp,
}

#[derive(Template)]
#[template(path = "archive.html")]
struct ArchivePage<'a> {
    page: Page<'a>,
    years: Vec<(i16, Vec<&'a Listed>)>,
}

#[derive(Template)]
#[template(path = "audience.html")]
struct AudiencePage<'a> {
    page: Page<'a>,
    audience: &'a Audience,
    week: Option<WeekView<'a>>,
    listed: &'a [Listed],
}

/// A recap with its stories ready to be shown.
struct WeekView<'a> {
    site: &'a Site,
    recap: &'a Recap,
    full: Vec<Card<'a>>,
    also: Vec<Card<'a>>,
}

/// One of the recap's views: all readers', or an audience's.
struct View<'a> {
    name: &'a str,
    href: String,
    stories: Option<usize>,
    current: Current,
}

/// Whether a view is the one on this page.
#[derive(PartialEq)]
enum Current {
    Here,
    Elsewhere,
}

impl<'a> WeekView<'a> {
    fn new(site: &'a Site, recap: &'a Recap) -> Self {
        let (full, also) = Card::sections(site, recap);
        Self { site, recap, full, also }
    }

    /// "Week 19".
    fn name(&self) -> String {
        words::weeks(self.recap)
    }

    fn href(&self) -> String {
        self.site.href(&self.recap.path())
    }

    fn days(&self) -> String {
        words::days(&self.recap.window, &self.site.zone)
    }

    /// The names of the top stories; empty for a week without any.
    fn names(&self) -> String {
        let names = self.recap.entries.iter().take(3).map(|entry| entry.headline.as_str());
        crate::text::listed("", names, 110)
    }

    fn in_short(&self) -> Vec<(&Card<'a>, String)> {
        self.full.iter().chain(&self.also).take(3).map(|card| (card, card.in_short())).collect()
    }

    fn label(&self) -> &'static str {
        match (self.recap.issue, self.recap.state) {
            (_, State::Draft) => "not yet published",
            (Issue::First, _) => "first issue",
            (_, State::Amended) => "amended",
            (Issue::Later, State::Published) => "",
        }
    }

    /// Whether it has a page of its own, and one for each audience.
    fn is_out(&self) -> bool {
        self.recap.state != State::Draft
    }

    fn views(&self) -> Vec<View<'a>> {
        let whole = format!("/w/{}/", self.recap.week);
        let own = self.recap.audience.as_ref().map(|audience| &audience.id);
        let current = |here: bool| if here { Current::Here } else { Current::Elsewhere };
        let all = View { name: "All", href: self.site.href(&whole), stories: None, current: current(own.is_none()) };
        let shares = self.recap.audiences.iter().filter(|share| share.stories > 0);
        let views = shares.map(|share| View {
            name: &share.audience.name,
            href: self.site.href(&format!("{whole}{}/", share.audience.id)),
            stories: Some(share.stories),
            current: current(own == Some(&share.audience.id)),
        });
        std::iter::once(all).chain(views).collect()
    }

    /// What the stories of the week were chosen from.
    fn chosen_from(&self) -> Vec<String> {
        let recap = self.recap;
        let sources = words::count(recap.sources, "source");
        let mut facts = match recap.items {
            0 => vec![format!("Nothing new from {sources}")],
            items => vec![words::count(items, "item"), sources],
        };
        facts.extend(words::model_gaps(recap));
        if recap.failed > 0 {
            facts.push(format!("{} failed this week", words::grouped(u64::from(recap.failed))));
        }
        facts
    }

    fn authors(&self) -> String {
        words::origins(self.full.iter().flat_map(Card::lines).flat_map(|line| line.parts))
    }

    fn data(&self) -> Value {
        let stories = self.full.iter().chain(&self.also);
        // Without their names: each has a page that says them, and they stand three times on this one.
        let listed =
            stories.map(|card| json!({ "@type": "ListItem", "position": card.entry.place, "url": card.permalink() }));
        json!({
            "@context": "https://schema.org",
            "@type": "CollectionPage",
            "name": self.recap.title(),
            "url": self.site.url(&self.recap.path()),
            "datePublished": self.recap.frozen,
            "inLanguage": self.site.language,
            "isPartOf": { "@type": "WebSite", "name": self.site.title, "url": self.site.url("/") },
            "mainEntity": { "@type": "ItemList", "itemListElement": listed.collect::<Vec<_>>() },
        })
    }

    fn description(&self) -> String {
        let short: Vec<String> = self.in_short().into_iter().map(|(_, line)| line).collect();
        crate::text::cut(&short.join(" · "), 300)
    }
}

/// A week's recap, for all readers or for one audience.
pub fn recap_page(site: &Site, recap: &Recap, around: &Around) -> Document {
    let week = WeekView::new(site, recap);
    let title = match &recap.audience {
        None => recap.title(),
        Some(audience) => format!("{}, for {}", recap.title(), audience.name),
    };
    let path = if week.is_out() { recap.path() } else { String::new() };
    let mut page = Page::new(site, &path, &title, &week.description());
    page.own = recap.audience.as_ref().map(|audience| audience_feeds(site, audience)).unwrap_or_default();
    // A machine would take it for what is published.
    page.data = week.is_out().then(|| week.data());
    document(&RecapPage { page, week, around, front: None }, recap.updated())
}

/// The front page: the latest recap, what came before and how to subscribe;
/// before the first recap, what is being collected and when it comes out.
pub fn home(site: &Site, home: &Home) -> Document {
    let Some((recap, around)) = home.latest else {
        let about = format!("{} is collecting its first week", site.title);
        return document(&WaitingPage { page: Page::new(site, "/", "", &about), home }, home.changed);
    };
    let week = WeekView::new(site, recap);
    let mut page = Page::new(site, "/", "", &week.description());
    page.data = Some(json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": site.title,
        "url": site.url("/"),
        "inLanguage": site.language,
    }));
    document(&RecapPage { page, week, around, front: Some(home) }, home.changed)
}

/// The stories of the running week as they come: `running` is the recap as it
/// would be chosen now, which will really happen at `chosen_at`.
pub fn this_week(site: &Site, running: &Recap, chosen_at: Timestamp) -> Document {
    let mut page = Page::new(site, "/this-week/", "This week so far", "Stories of the running week, not yet chosen");
    page.own = announced(site, &format!("{}: this week so far", site.title), "latest");
    document(&ThisWeekPage { page, week: WeekView::new(site, running), chosen_at }, running.frozen)
}

/// All recaps by year, newest first as given; of one year only, if `path`
/// names it.
pub fn archive(site: &Site, path: &str, listed: &[Listed], changed: Timestamp) -> Document {
    let mut years: Vec<(i16, Vec<&Listed>)> = Vec::new();
    for each in listed {
        match years.last_mut() {
            Some((year, recaps)) if *year == each.week.year() => recaps.push(each),
            _ => years.push((each.week.year(), vec![each])),
        }
    }
    let page = Page::new(site, path, "Archive", "Every recap that was published");
    document(&ArchivePage { page, years }, changed)
}

/// An audience: who they are, their feed, their latest week and past recaps.
pub fn audience_page(
    site: &Site,
    audience: &Audience,
    latest: Option<&Recap>,
    listed: &[Listed],
    changed: Timestamp,
) -> Document {
    let name = AudienceName { id: audience.id.clone(), name: audience.name.clone() };
    let mut page = Page::new(site, &format!("/audience/{}/", name.id), &name.name, &audience.about);
    page.own = audience_feeds(site, &name);
    let week = latest.map(|recap| WeekView::new(site, recap));
    document(&AudiencePage { page, audience, week, listed }, changed)
}

fn audience_feeds(site: &Site, audience: &AudienceName) -> Vec<Announced> {
    let title = format!("{} for {}", site.title, audience.name);
    announced(site, &title, &format!("audience/{}", audience.id))
}
