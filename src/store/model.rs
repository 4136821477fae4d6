//! What a language model answered, and what that cost.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::numbers::{Numbers, story_number};
use super::row::at;
use super::statements::Statements;
use super::{Result, Store, ledger};
use crate::id::StoryId;
use crate::ledger::Note;
use crate::recap::ModelUse;
use crate::week::Week;

/// Answers older than this are asked for anew, should anybody want them.
const ANSWERS_KEPT_DAYS: i64 = 120;

/// A question that was sent to a model, or was left, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCall {
    /// SHA-256 of all that was asked, and of whom.
    pub question: [u8; 32],
    /// When.
    pub at: Timestamp,
    /// For whose recap.
    pub week: Week,
    /// About which story.
    pub story: StoryId,
    /// Who was asked.
    pub model: String,
    /// What came of it.
    pub outcome: Outcome,
    /// In and out, as the server counts.
    pub tokens: (u64, u64),
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer, in a format that the server took.
    Answered(String, &'static str),
    /// None, though it was sent.
    Failed,
    /// It was not sent: the budget is spent.
    Budget,
    /// It was not sent, or not waited for: the recap had to come out.
    Late,
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Answered(..) => "answered",
            Self::Failed => "failed",
            Self::Budget => "budget",
            Self::Late => "late",
        }
    }
}

impl Store {
    /// What a model answered to this question, if it was ever asked.
    pub fn model_answer(&self, question: &[u8; 32]) -> Result<Option<String>> {
        let sql = "SELECT answer FROM model_answer WHERE question = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([question.as_slice()], |row| row.get(0)).optional()?)
    }

    /// The format of answers that `model` took last.
    pub fn model_format(&self, model: &str) -> Result<Option<String>> {
        let sql = "SELECT format FROM model_call WHERE model = ?1 AND format IS NOT NULL ORDER BY number DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([model], |row| row.get(0)).optional()?)
    }

    /// Tokens that models cost for `week`, and since `since` for whatever week.
    pub fn model_tokens(&self, week: Week, since: Timestamp) -> Result<(u64, u64)> {
        let sql = "SELECT coalesce(sum(CASE WHEN week = ?1 THEN tokens_in + tokens_out END), 0),
                          coalesce(sum(CASE WHEN at >= ?2 THEN tokens_in + tokens_out END), 0) FROM model_call";
        let mut statement = self.connection.prepare_cached(sql)?;
        let (week, day): (i64, i64) =
            statement.query_row(params![week.to_string(), at(since)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((week.unsigned_abs(), day.unsigned_abs()))
    }

    /// What models did for `week`, or for all weeks; none if they were not asked.
    pub fn model_use(&self, week: Option<Week>) -> Result<Option<ModelUse>> {
        let sql = "SELECT max(model), coalesce(sum(outcome = 'answered'), 0), coalesce(sum(outcome = 'failed'), 0),
                          count(DISTINCT CASE WHEN outcome = 'budget' THEN story END),
                          count(DISTINCT CASE WHEN outcome = 'late' THEN story END),
                          coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0)
                   FROM model_call WHERE ?1 IS NULL OR week = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let used = statement.query_row([week.map(|week| week.to_string())], |row| {
            let Some(name) = row.get::<_, Option<String>>(0)? else { return Ok(None) };
            Ok(Some(ModelUse {
                name,
                answered: row.get(1)?,
                failed: row.get(2)?,
                over_budget: row.get(3)?,
                late: row.get(4)?,
                tokens_in: row.get::<_, i64>(5)?.unsigned_abs(),
                tokens_out: row.get::<_, i64>(6)?.unsigned_abs(),
            }))
        })?;
        Ok(used)
    }

    /// Writes what came of a question, with its lines in the ledger.
    pub(super) fn keep_call(&mut self, call: &ModelCall, notes: &[Note]) -> Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Outcome::Answered(answer, _) = &call.outcome {
            let sql = "INSERT OR REPLACE INTO model_answer (question, at, answer, story) VALUES (?1, ?2, ?3, ?4)";
            let story = story_number(&transaction, call.story)?;
            transaction.execute(sql, params![call.question.as_slice(), at(call.at), answer, story])?;
            let old = call.at.checked_sub(jiff::SignedDuration::from_hours(24 * ANSWERS_KEPT_DAYS));
            transaction.execute("DELETE FROM model_answer WHERE at < ?1", [at(old.unwrap_or(Timestamp::MIN))])?;
        }
        let format = if let Outcome::Answered(_, format) = call.outcome { Some(format) } else { None };
        let sql = "INSERT INTO model_call (at, week, story, model, outcome, tokens_in, tokens_out, format)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let count = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
        transaction.execute(
            sql,
            params![
                at(call.at),
                call.week.to_string(),
                story_number(&transaction, call.story)?,
                call.model,
                call.outcome.word(),
                count(call.tokens.0),
                count(call.tokens.1),
                format,
            ],
        )?;
        let mut numbers = Numbers::default();
        ledger::add_all(&Statements::of(&transaction), notes, &mut numbers)?;
        transaction.commit()?;
        Ok(())
    }
}
