//! From an answer to a card: what may stand takes the place of the built-in
//! author's part, what may not is told with its reason.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Cite, Insight, Origin, Part};
use super::answer::{Answer, Sentence, read};
use super::check::check;
use super::refusal::{Place, Reason, Refusal};
use super::told::Story;
use super::words::words;
use crate::id::AudienceId;
use crate::names::Names;
use crate::text::cut;
use crate::text::token::{is_unspaced, tokens};

/// What a model wrote and may stand, part by part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    general: Parts,
    readings: BTreeMap<AudienceId, Parts>,
}

/// Sentences that may stand, each with what it rests on, by the name of their part.
type Parts = BTreeMap<&'static str, Vec<(String, Vec<Cite>)>>;

/// Of two sentences that share so much one is enough.
const SAME: f64 = 0.8;

/// So many words in a row are a quotation, and those have marks and a measure.
const COPIED: usize = 16;

/// Of a refused sentence so much is kept, in characters.
const SHOWN: usize = 160;

/// What of the answer `text` may stand on the card of `story`, and what may not.
pub fn judge(text: &str, story: &Story, names: &Names) -> (Written, Vec<Refusal>) {
    let answer = match read(text) {
        Ok(answer) => answer,
        Err(reason) => return (Written::default(), vec![Refusal { place: None, text: String::new(), reason }]),
    };
    let mut judge = Judge { story, names, said: vec![set(story.headline)], refusals: Vec::new() };
    let written = judge.answer(&answer);
    (written, judge.refusals)
}

/// Whoever holds an answer against a story, sentence by sentence.
struct Judge<'j> {
    story: &'j Story<'j>,
    names: &'j Names,
    /// The headline first, then what stands on the card.
    said: Vec<BTreeSet<String>>,
    refusals: Vec<Refusal>,
}

impl Judge<'_> {
    /// What of an answer may stand: what is for all readers first, then what is for single audiences.
    fn answer(&mut self, answer: &Answer) -> Written {
        let general = self.parts(&answer.parts);
        let before = self.said.clone();
        let mut readings: BTreeMap<AudienceId, Parts> = BTreeMap::new();
        let mut heard: BTreeSet<String> = BTreeSet::new();
        for reading in &answer.readings {
            let known = self.story.audiences.iter().find(|known| known.as_str() == reading.audience);
            let Some(known) = known.filter(|known| !readings.contains_key(**known)) else {
                self.refuse(None, &reading.audience, Reason::NoAudience(reading.audience.clone()));
                continue;
            };
            let mut parts = reading.parts.clone();
            parts.retain(|(place, _)| place.is_for_audiences());
            for (place, sentences) in &mut parts {
                sentences.retain(|sentence| {
                    let is_new = heard.insert(sentence.text.clone());
                    if !is_new {
                        self.refuse(Some(*place), &sentence.text, Reason::SameForAll);
                    }
                    is_new
                });
            }
            // Each audience reads its own card: what another was told is not said there.
            self.said.clone_from(&before);
            let parts = self.parts(&parts);
            if !parts.is_empty() {
                readings.insert((*known).clone(), parts);
            }
        }
        Written { general, readings }
    }

    /// The sentences of some parts that may stand, as many as each has room for.
    fn parts(&mut self, parts: &[(Place, Vec<Sentence>)]) -> Parts {
        let mut written = Parts::new();
        for (place, sentences) in parts {
            let (fitting, beyond) = sentences.split_at(sentences.len().min(place.room()));
            let mut kept = Vec::new();
            for sentence in fitting {
                // The news begins with its first sentence; what follows leans on it.
                let leans = *place == Place::WhatChanged && kept.is_empty() && sentence != &fitting[0];
                let judged = if leans { Err(Reason::LeansOnRefused) } else { self.sentence(*place, sentence) };
                match judged {
                    Ok(cites) => {
                        self.said.push(set(&sentence.text));
                        kept.push((sentence.text.clone(), cites));
                    }
                    Err(reason) => self.refuse(Some(*place), &sentence.text, reason),
                }
            }
            for sentence in beyond {
                self.refuse(Some(*place), &sentence.text, Reason::TooMany(place.room()));
            }
            if !kept.is_empty() {
                written.insert(place.key(), kept);
            }
        }
        written
    }

    /// What a sentence rests on, if it may stand and says something new.
    fn sentence(&self, place: Place, sentence: &Sentence) -> Result<Vec<Cite>, Reason> {
        let cites = check(&sentence.text, &sentence.items, place, self.story, self.names)?;
        let own = set(&sentence.text);
        let (headline, others) = self.said.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        if place == Place::Hook && headline.is_some_and(|headline| shared(&own, headline) >= SAME) {
            return Err(Reason::Repeats("the headline"));
        }
        if others.iter().any(|other| shared(&own, other) >= SAME) {
            return Err(Reason::Repeats("another sentence of the card"));
        }
        match copied(&sentence.text, &cites, self.story) {
            run if run >= COPIED => Err(Reason::Copies(run)),
            _ => Ok(cites),
        }
    }

    /// Keeps a refusal, with the head of what was refused as far as it can be printed.
    fn refuse(&mut self, place: Option<Place>, text: &str, reason: Reason) {
        let printable: String = text.chars().filter(|letter| !letter.is_control()).collect();
        self.refusals.push(Refusal { place, text: cut(&printable, SHOWN), reason });
    }
}

/// The different tokens of a text.
fn set(text: &str) -> BTreeSet<String> {
    tokens(text).into_iter().collect()
}

/// Which share of `own` stands in `other`.
fn shared(own: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    own.intersection(other).count() as f64 / own.len().max(1) as f64
}

/// The longest run of words that `sentence` has from the text of one item that it cites.
fn copied(sentence: &str, cites: &[Cite], story: &Story) -> usize {
    let own = small(sentence);
    let cited = story.items.iter().filter(|item| cites.iter().any(|cite| cite.item == item.report.item));
    let runs = cited.map(|item| {
        let there = small(item.text);
        let starts = (0..own.len()).flat_map(|from| (0..there.len()).map(move |to| (from, to)));
        let run = |(from, to): (usize, usize)| {
            own[from..].iter().zip(&there[to..]).take_while(|(one, two)| one == two).count()
        };
        starts.map(run).max().unwrap_or_default()
    });
    runs.max().unwrap_or_default()
}

/// The words of a text in small letters, in order.
fn small(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.lower).collect()
}

impl Written {
    /// Whether nothing of it may stand.
    pub fn is_empty(&self) -> bool {
        self.general.is_empty() && self.readings.is_empty()
    }

    /// How many sentences may stand.
    pub fn sentences(&self) -> usize {
        std::iter::once(&self.general).chain(self.readings.values()).flat_map(BTreeMap::values).map(Vec::len).sum()
    }

    /// The built-in author's `card` with what the model called `author` wrote in
    /// the place of its parts, those for the card's audience before those for all.
    pub fn onto(&self, mut card: Insight, author: &str) -> Insight {
        let own = card.audience.as_ref().and_then(|audience| self.readings.get(audience));
        let find =
            |place: Place| own.and_then(|parts| parts.get(place.key())).or_else(|| self.general.get(place.key()));
        let origin = || Origin::Model(author.to_owned());
        let one = |place: Place| find(place).map(|sentences| joined(sentences, origin()));
        let each = |place: Place| {
            let part = |(text, cites): &(String, Vec<Cite>)| Part {
                text: text.clone(),
                origin: origin(),
                cites: cites.clone(),
            };
            find(place).map(|sentences| sentences.iter().map(part).collect::<Vec<_>>())
        };
        card.hook = one(Place::Hook).or(card.hook);
        card.what_changed = one(Place::WhatChanged).or(card.what_changed);
        card.what_to_do_next = one(Place::WhatToDoNext).or(card.what_to_do_next);
        if let Some(matters) = one(Place::WhyItMatters) {
            // What was counted stays; what is said of any event of the kind goes.
            card.why_it_matters.retain(|part| part.origin != Origin::Playbook);
            card.why_it_matters.push(matters);
        }
        card.takeaways = each(Place::Takeaways).unwrap_or(card.takeaways);
        card.outlook = each(Place::Outlook).unwrap_or(card.outlook);
        card
    }
}

/// Sentences as one part.
fn joined(sentences: &[(String, Vec<Cite>)], origin: Origin) -> Part {
    let mut text = String::new();
    let mut cites: Vec<Cite> = Vec::new();
    for (sentence, of) in sentences {
        if text.chars().next_back().is_some_and(|last| !is_unspaced(last) && last != '。') {
            text.push(' ');
        }
        text += sentence;
        for cite in of {
            if !cites.contains(cite) {
                cites.push(cite.clone());
            }
        }
    }
    Part { text, origin, cites }
}
