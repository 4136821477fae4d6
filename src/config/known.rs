//! Whether the sources that somebody names are configured.

use super::Config;
use super::near::nearest;
use crate::id::SourceId;

/// A name that no source has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no source `{source_id}` in the configuration; {}`recapd status` lists them", hint(near))]
pub struct UnknownSource {
    /// As named.
    pub source_id: SourceId,
    /// What was probably meant.
    pub near: Option<SourceId>,
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
