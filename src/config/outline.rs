//! A feed of somebody's list as a source of ours: what makes sense here is
//! taken, what does not is left out and told.

use std::time::Duration;

use url::Url;

use crate::discover::new_id;
use crate::id::{AudienceId, Share, SourceId};
use crate::opml::{Outline, Own};
use crate::publisher::{Kind, Publishers};
use crate::source::{Hub, Network};

use super::Config;
use super::value::{Language, Period};

/// A source that is to be added to the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSource {
    /// Identifies it for good.
    pub id: SourceId,
    /// What readers see.
    pub name: String,
    /// Where the feed is; http or https.
    pub feed: Url,
    /// Who speaks in it.
    pub kind: Kind,
    /// How much its word counts where the link's publisher is not configured.
    pub weight: Option<Share>,
    /// Audiences that all of its items are for.
    pub audiences: Vec<AudienceId>,
    /// The time between two polls; none: as `[fetch]` says.
    pub interval: Option<Duration>,
    /// BCP 47, where it is known.
    pub language: Option<String>,
    /// The folder it stands in, in lists for other readers.
    pub folder: Option<String>,
    /// Words quoted from one of its items at most.
    pub excerpt_words: Option<u32>,
    /// What becomes of its hub.
    pub hub: Hub,
    /// Private networks it may live in.
    pub allow_private: Vec<Network>,
}

impl NewSource {
    /// One of which no more is known.
    pub fn new(id: SourceId, name: &str, feed: Url) -> Self {
        Self {
            id,
            name: name.to_owned(),
            feed,
            kind: Kind::Press,
            weight: None,
            audiences: Vec::new(),
            interval: None,
            language: None,
            folder: None,
            excerpt_words: None,
            hub: Hub::Heard,
            allow_private: Vec::new(),
        }
    }
}

/// What a list has to fit into.
#[derive(Clone, Debug)]
pub struct Here<'h> {
    /// Who is known, by whom a feed's kind is told that its list does not say.
    pub publishers: &'h Publishers,
    /// The audiences that are configured.
    pub audiences: Vec<AudienceId>,
    /// `min_interval` of `[fetch]`.
    pub least: Duration,
    /// `max_interval` of `[fetch]`.
    pub most: Duration,
}

impl<'h> Here<'h> {
    /// The configuration as it stands.
    pub fn of(config: &'h Config) -> Self {
        let audiences = config.audiences.iter().map(|audience| audience.id.clone()).collect();
        Self {
            publishers: &config.publishers,
            audiences,
            least: config.fetch.min_interval,
            most: config.fetch.max_interval,
        }
    }
}

/// Whose an id is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has it, or ever had it.
    Free,
    /// A source has it.
    Taken,
    /// A source had it that is configured no more: its items and its memory are kept under it.
    Removed,
}

/// The source that `outline` is `here`, under its own id if that is free by what `claim` says;
/// and what of it was left out or changed, in words.
pub fn outline(outline: &Outline, here: &Here, claim: &dyn Fn(&str) -> Claim) -> (NewSource, Vec<String>) {
    let mut notes = Vec::new();
    let host = || outline.xml_url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
    let name = if outline.text.is_empty() { host() } else { outline.text.clone() };
    let id = id(outline, claim, &mut notes);
    let mut told = Told { own: &outline.own, here, notes };
    let kind = told.kind();
    let source = NewSource {
        kind: kind.unwrap_or_else(|| here.publishers.carrier(&outline.xml_url, &name)),
        weight: told.weight(),
        interval: told.interval(),
        audiences: told.audiences(),
        excerpt_words: told.excerpt_words(),
        hub: told.hub(),
        // Lists of others have anything here, `unknown` among it.
        language: outline.language.clone().and_then(|it| Language::try_from(it).ok()).map(|it| it.0),
        folder: outline.folder.clone(),
        ..NewSource::new(id, &name, outline.xml_url.clone())
    };
    told.notes.extend(outline.notes.iter().cloned());
    (source, told.notes)
}

/// What an outline tells of itself in our own attributes, and what of that makes no sense here.
struct Told<'o> {
    own: &'o Own,
    here: &'o Here<'o>,
    notes: Vec<String>,
}

impl Told<'_> {
    fn note(&mut self, why: String) {
        self.notes.push(why);
    }

    fn kind(&mut self) -> Option<Kind> {
        let written = self.own.kind.as_deref()?;
        Some(kind(written).unwrap_or_else(|| {
            self.note(format!("its kind `{written}` is none of press, primary, community, aggregator: press"));
            Kind::Press
        }))
    }

    fn weight(&mut self) -> Option<Share> {
        let written = self.own.weight.as_deref()?;
        let weight = written.parse().ok().filter(|weight| (0.0..=1.0).contains(weight)).map(Share::nearest);
        if weight.is_none() {
            self.note(format!("its weight `{written}` is none from 0 to 1: left out"));
        }
        weight
    }

    fn interval(&mut self) -> Option<Duration> {
        let written = self.own.interval.as_deref()?;
        let interval = match Period::try_from(written.to_owned()) {
            Ok(Period(interval)) => interval,
            Err(why) => {
                self.note(why);
                return None;
            }
        };
        let fits = (self.here.least..=self.here.most).contains(&interval);
        if !fits {
            self.note(format!("its interval {written} is outside `min_interval` and `max_interval`: left out"));
        }
        fits.then_some(interval)
    }

    fn audiences(&mut self) -> Vec<AudienceId> {
        let mut audiences = Vec::new();
        let named = self.own.audiences.as_deref().unwrap_or_default().split([' ', ',', '\t', '\n']);
        for named in named.filter(|named| !named.is_empty()) {
            match self.here.audiences.iter().find(|known| known.as_str() == named) {
                Some(known) if audiences.contains(known) => {}
                Some(known) => audiences.push(known.clone()),
                None => self.note(format!("its audience `{named}` is not configured: left out")),
            }
        }
        audiences
    }

    fn excerpt_words(&mut self) -> Option<u32> {
        let written = self.own.excerpt_words.as_deref()?;
        let words = written.parse().ok();
        if words.is_none() {
            self.note(format!("its excerptWords `{written}` is no number of words, as 40 is: left out"));
        }
        words
    }

    fn hub(&mut self) -> Hub {
        match self.own.websub.as_deref() {
            Some("false") => Hub::Ignored,
            None | Some("true") => Hub::Heard,
            Some(written) => {
                self.note(format!("its websub `{written}` is neither true nor false: true"));
                Hub::Heard
            }
        }
    }
}

/// A length of time as an operator writes it: `4h`.
///
/// # Errors
///
/// If it is none, in words.
pub fn interval(text: &str) -> Result<Duration, String> {
    Period::try_from(text.to_owned()).map(|Period(interval)| interval)
}

/// `interval` as an operator would write it: [`interval()`] reads it.
pub fn written_interval(interval: Duration) -> String {
    Period(interval).into()
}

fn id(outline: &Outline, claim: &dyn Fn(&str) -> Claim, notes: &mut Vec<String>) -> SourceId {
    let new = || new_id(&outline.text, &outline.xml_url, &|id| claim(id) != Claim::Free);
    let Some(written) = &outline.own.id else { return new() };
    match written.parse::<SourceId>().map(|id| (claim(id.as_str()), id)) {
        Ok((Claim::Free, id)) => return id,
        Ok((Claim::Taken, _)) => notes.push(format!("its id `{written}` is taken: it has another here")),
        Ok((Claim::Removed, _)) => notes.push(format!(
            "its id `{written}` was that of a source which is configured no more, and whose items are kept: \
             it has another here"
        )),
        Err(error) => notes.push(error.to_string()),
    }
    new()
}

fn kind(written: &str) -> Option<Kind> {
    [Kind::Press, Kind::Primary, Kind::Community, Kind::Aggregator].into_iter().find(|kind| kind.word() == written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opml::read;

    /// The notes on the one outline with these attributes.
    #[track_caller]
    fn check(attributes: &str, expected: &[&str]) -> NewSource {
        let list = format!("<opml><outline xmlUrl='https://www.a.test/f' {attributes}/></opml>");
        let hour = Duration::from_secs(3600);
        let publishers = Publishers::default();
        let here = Here {
            publishers: &publishers,
            audiences: vec!["developers".parse().unwrap()],
            least: hour,
            most: 24 * hour,
        };
        let outlines = read(&list).unwrap().outlines;
        let (source, notes) = outline(&outlines[0], &here, &|id| match id {
            "taken" => Claim::Taken,
            "gone" => Claim::Removed,
            _ => Claim::Free,
        });
        assert_eq!(notes, expected, "{attributes}");
        source
    }

    #[test]
    fn a_plain_outline_becomes_a_plain_source() {
        let source = check("text='A Chip' language='unknown'", &[]);
        assert_eq!(
            source,
            NewSource::new("a-chip".parse().unwrap(), "A Chip", "https://www.a.test/f".parse().unwrap())
        );
        assert_eq!(check("", &[]).name, "a.test");
    }

    #[test]
    fn our_own_attributes_count() {
        let source = check(
            "text='A' recapd:id='x' recapd:kind='primary' recapd:weight='0.7' recapd:audiences='developers' \
             recapd:interval='90m' recapd:excerptWords='40' recapd:websub='false' language='de'",
            &[],
        );
        assert_eq!((source.id.as_str(), source.kind, source.hub), ("x", Kind::Primary, Hub::Ignored));
        assert_eq!(source.weight, Some(Share::nearest(0.7)));
        assert_eq!((source.interval, source.excerpt_words), (Some(Duration::from_secs(5400)), Some(40)));
        assert_eq!((source.audiences.len(), source.language.as_deref()), (1, Some("de")));
    }

    #[test]
    fn what_makes_no_sense_here_is_left_out_and_told() {
        check("recapd:id='taken'", &["its id `taken` is taken: it has another here"]);
        let gone = "its id `gone` was that of a source which is configured no more, and whose items are kept: it has another here";
        check("recapd:id='gone'", &[gone]);
        let bad = "`X` cannot be an id: use 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit";
        check("recapd:id='X'", &[bad]);
        check("recapd:kind='presse'", &["its kind `presse` is none of press, primary, community, aggregator: press"]);
        check("recapd:weight='7'", &["its weight `7` is none from 0 to 1: left out"]);
        check("recapd:weight='NaN'", &["its weight `NaN` is none from 0 to 1: left out"]);
        check("recapd:audiences='nobody developers'", &["its audience `nobody` is not configured: left out"]);
        check("recapd:interval='1m'", &["its interval 1m is outside `min_interval` and `max_interval`: left out"]);
        let bad = "`soon` is no length of time: write it as in \"30m\", \"1h 30m\" or \"7d\"";
        check("recapd:interval='soon'", &[bad]);
        check("recapd:excerptWords='-3'", &["its excerptWords `-3` is no number of words, as 40 is: left out"]);
        check("recapd:websub='maybe'", &["its websub `maybe` is neither true nor false: true"]);
        assert_eq!(check("recapd:websub='true'", &[]).hub, Hub::Heard);
    }

    #[test]
    fn a_folder_that_is_too_deep_is_told() {
        let (open, close) = ("<outline text='a'>".repeat(9), "</outline>".repeat(9));
        let list = format!("<opml>{open}<outline xmlUrl='https://a.test/f'/>{close}</opml>");
        let hour = Duration::from_secs(3600);
        let publishers = Publishers::default();
        let here = Here { publishers: &publishers, audiences: Vec::new(), least: hour, most: hour };
        let (_, notes) = outline(&read(&list).unwrap().outlines[0], &here, &|_| Claim::Free);
        assert_eq!(notes, ["its folder is 1 deeper than the eight that are kept: it stands in the eighth"]);
    }
}
