//! The pages that people read: templates in `src/publish/templates`, filled
//! with what a recap holds. Useful without JavaScript, no request to anybody
//! else, nothing inline that a strict content security policy forbids.

mod page;
mod recap;
mod site;
mod story;

use askama::Template;
use jiff::Timestamp;

use crate::publish::Document;

pub use page::{Announced, Link};
pub use recap::{Around, Home, Listed, archive, audience_page, home, recap_page, this_week};
pub use site::{About, AudienceRow, SourceRow, about, about_ranking, not_found, sources};
pub use story::story_page;

/// The one stylesheet, served at `/style.css`.
pub fn stylesheet() -> Document {
    // It has no date of its own: readers revalidate it by its ETag.
    Document::new("text/css; charset=utf-8", include_str!("templates/style.css"), Timestamp::UNIX_EPOCH)
}

/// The policy that is enough for every page.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn document(template: &impl Template, changed: Timestamp) -> Document {
    let body = template.render().expect("writing to memory cannot fail");
    Document::new("text/html; charset=utf-8", body, changed)
}
