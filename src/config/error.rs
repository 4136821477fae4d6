//! What is wrong with a configuration: everything at once, each with its
//! file, line and a caret under the place.

use std::fmt;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::place::Place;

/// Everything that is wrong; at least one thing. File by file, from top to bottom.
#[derive(Debug)]
pub struct ConfigErrors(Vec<Problem>);

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Problem {
    /// What it is, in one line.
    title: String,
    /// What would be right; stands beside the caret.
    hint: Option<String>,
    place: Option<Place>,
    /// Another place that explains it, with words.
    other: Option<(Place, String)>,
}

impl Problem {
    /// Something at a place. A second line of `title` is the hint.
    pub(super) fn at(place: Place, title: impl Into<String>) -> Self {
        let title = title.into();
        match title.split_once('\n') {
            Some((title, hint)) => Self::of(title.to_owned(), Some(place)).hint(hint),
            None => Self::of(title, Some(place)),
        }
    }

    /// A file that cannot be read, named at `place` if by another file.
    pub(super) fn unreadable(path: &Path, error: &std::io::Error, place: Option<Place>) -> Self {
        let path = path.display().to_string();
        let named = place.as_ref().map_or(path.as_str(), |place| place.quotable(&path));
        Self::of(format!("cannot read `{named}`: {error}"), place)
    }

    fn of(title: String, place: Option<Place>) -> Self {
        Self { title, hint: None, place, other: None }
    }

    /// With what would be right.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// With another place that explains it.
    pub(super) fn because(self, place: Place, words: &str) -> Self {
        Self { other: Some((place, words.to_owned())), ..self }
    }

    /// Whether it lies within the bytes of `area`.
    pub(super) fn lies_in(&self, area: &Place) -> bool {
        self.place
            .as_ref()
            .is_some_and(|place| place.document.path == area.document.path && area.span.contains(&place.span.start))
    }

    fn render(&self, renderer: &Renderer) -> String {
        let title = Level::ERROR.primary_title(self.title.as_str());
        let Some(place) = &self.place else {
            return renderer.render(&[Group::with_title(title)]).to_string();
        };
        let caret = AnnotationKind::Primary.span(place.span.clone()).label(self.hint.as_deref());
        let mut snippet = Snippet::source(place.document.text.as_str())
            .path(place.document.path.display().to_string())
            .annotation(caret);
        let mut elsewhere = None;
        if let Some((other, words)) = &self.other {
            let mark = AnnotationKind::Context.span(other.span.clone()).label(words.as_str());
            if other.document.path == place.document.path {
                snippet = snippet.annotation(mark);
            } else {
                let path = other.document.path.display().to_string();
                elsewhere = Some(Snippet::source(other.document.text.as_str()).path(path).annotation(mark));
            }
        }
        let group = title.element(snippet);
        let group = match elsewhere {
            Some(elsewhere) => group.element(elsewhere),
            None => group,
        };
        renderer.render(&[group]).to_string()
    }
}

impl ConfigErrors {
    /// `problems`, those without a place first, then file by file and from top
    /// to bottom.
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        let paths: Vec<_> =
            problems.iter().filter_map(|it| it.place.as_ref()).map(|it| it.document.path.clone()).collect();
        let nth = |path: &Path| paths.iter().position(|it| it == path);
        problems.sort_by_key(|it| it.place.as_ref().map(|place| (nth(&place.document.path), place.span.start)));
        Self(problems)
    }

    /// How many things are wrong.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// As for a terminal that shows colours.
    pub fn coloured(&self) -> String {
        self.rendered(&Renderer::styled())
    }

    fn rendered(&self, renderer: &Renderer) -> String {
        let reports: Vec<String> = self.0.iter().map(|it| it.render(renderer)).collect();
        reports.join("\n\n")
    }
}

/// Without colours.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.rendered(&Renderer::plain()))
    }
}

impl std::error::Error for ConfigErrors {}
