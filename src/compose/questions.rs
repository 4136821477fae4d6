//! What a model is asked for a week's recap: the stories with full cards, best first.

use sha2::{Digest, Sha256};

use super::{Archive, Choice, Extent, Order, Outcome, Teller, Told, Writer, choose};
use crate::config::Config;
use crate::id::StoryId;
use crate::insight::model::{PROMPT_VERSION, Prompt, Refusal, Written};
use crate::store::{Result, Store};
use crate::week::Week;

/// A question about a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// About which.
    pub story: StoryId,
    /// SHA-256 of all that is asked, and of whom: the same question is asked once.
    pub key: [u8; 32],
    /// What is asked.
    pub prompt: Prompt,
}

impl Question {
    /// To the model called `model`.
    pub fn new(story: StoryId, model: &str, prompt: Prompt) -> Self {
        let Prompt { instructions, data, schema } = &prompt;
        let whole = serde_json::json!([PROMPT_VERSION, model, instructions, data, schema]).to_string();
        Self { story, key: Sha256::digest(whole.as_bytes()).into(), prompt }
    }
}

/// What a model is still to be asked for a week.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// For which.
    pub week: Week,
    /// About the best story first. What was answered before is not asked again.
    pub questions: Vec<Question>,
}

/// The questions that are open for the week of `order`.
///
/// # Errors
///
/// If the database fails.
pub fn questions(store: &Store, config: &Config, order: Order) -> Result<Asked> {
    let teller = Teller::new(config);
    let Choice { shown, .. } = choose(store, config, &teller, (order, Extent::List))?;
    let archive = Archive::default();
    let writer = Writer::new(config, &archive, store);
    let cards = shown.iter().filter(|one| one.outcome == Outcome::Chosen).take(config.recap.stories);
    let mut questions = Vec::new();
    for question in cards.filter_map(|one| writer.question(&one.told)) {
        if store.model_answer(&question.key)?.is_none() {
            questions.push(question);
        }
    }
    Ok(Asked { week: order.week, questions })
}

/// What of an answer about a story may stand, and what may not.
///
/// # Errors
///
/// If the database fails.
pub fn judged(
    store: &Store,
    config: &Config,
    order: Order,
    story: StoryId,
    answer: &str,
) -> Result<Option<(Written, Vec<Refusal>)>> {
    let Some(found) = store.story_until(story, order.window.end)? else { return Ok(None) };
    let told: Told = Teller::new(config).told(found, order.window.end);
    let archive = Archive::default();
    Ok(Writer::new(config, &archive, store).judged(&told, answer))
}
