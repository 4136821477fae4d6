//! Whether what somebody names is configured, and fits what is.

use std::time::Duration;

use super::Config;
use super::near::nearest;
use super::outline::written_interval;
use crate::id::{AudienceId, SourceId};

/// A name that no source has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no source `{source_id}` in the configuration; {}`recapd status` lists them", hint(near))]
pub struct UnknownSource {
    /// As named.
    pub source_id: SourceId,
    /// What was probably meant.
    pub near: Option<SourceId>,
}

/// A name that no audience has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no audience is called `{audience}`; {}", said(near, known))]
pub struct UnknownAudience {
    /// As named.
    pub audience: AudienceId,
    /// What was probably meant.
    pub near: Option<String>,
    /// Those there are.
    pub known: Vec<String>,
}

fn said(near: &Option<String>, known: &[String]) -> String {
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.join(", ")),
    }
}

/// An interval that no source may have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{interval} is outside `min_interval` ({least}) and `max_interval` ({most}) of [fetch]")]
pub struct IntervalOutside {
    interval: String,
    least: String,
    most: String,
}

fn hint(near: &Option<SourceId>) -> String {
    near.as_ref().map(|near| format!("did you mean `{near}`? ")).unwrap_or_default()
}

impl Config {
    /// Checks that each of `sources` is configured.
    ///
    /// # Errors
    ///
    /// With the first that is not.
    pub fn check_known(&self, sources: &[SourceId]) -> Result<(), UnknownSource> {
        let is_known = |id: &&SourceId| self.sources.iter().any(|source| source.id == **id);
        let Some(unknown) = sources.iter().find(|id| !is_known(id)) else { return Ok(()) };
        let near = nearest(unknown.as_str(), self.sources.iter().map(|source| source.id.as_str()));
        let near = self.sources.iter().map(|source| &source.id).find(|id| Some(id.as_str()) == near);
        Err(UnknownSource { source_id: unknown.clone(), near: near.cloned() })
    }

    /// Checks that each of `audiences` is configured.
    ///
    /// # Errors
    ///
    /// With the first that is not.
    pub fn check_audiences(&self, audiences: &[AudienceId]) -> Result<(), UnknownAudience> {
        let known: Vec<String> = self.audiences.iter().map(|audience| audience.id.to_string()).collect();
        let Some(unknown) = audiences.iter().find(|id| !known.iter().any(|it| *it == id.as_str())) else {
            return Ok(());
        };
        let near = nearest(unknown.as_str(), known.iter().map(String::as_str)).map(str::to_owned);
        Err(UnknownAudience { audience: unknown.clone(), near, known })
    }

    /// Checks that a source may have this interval.
    ///
    /// # Errors
    ///
    /// If it is outside the bounds of `[fetch]`.
    pub fn check_interval(&self, interval: Duration) -> Result<(), IntervalOutside> {
        let (least, most) = (self.fetch.min_interval, self.fetch.max_interval);
        if (least..=most).contains(&interval) {
            return Ok(());
        }
        let [interval, least, most] = [interval, least, most].map(written_interval);
        Err(IntervalOutside { interval, least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(named: &[&str], expected: &str) {
        let source = |id: &str| format!("[[source]]\nid = \"{id}\"\nfeed = \"https://{id}.example/feed\"\n");
        let config = super::super::parse_str(&(source("tnw") + &source("ars-technica")), &|_| None).unwrap();
        let named: Vec<SourceId> = named.iter().map(|id| id.parse().unwrap()).collect();
        let said = config.check_known(&named).err().map(|error| error.to_string());
        assert_eq!(said.as_deref().unwrap_or("known"), expected);
    }

    #[test]
    fn a_name_that_no_source_has_is_told_with_the_nearest() {
        check(&["tnw", "ars-technica"], "known");
        check(
            &["tnw", "ars-tecnica"],
            "there is no source `ars-tecnica` in the configuration; did you mean `ars-technica`? `recapd status` lists them",
        );
        check(&["nyt-politics"], "there is no source `nyt-politics` in the configuration; `recapd status` lists them");
    }
}
