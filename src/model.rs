//! The model author, done: what is open for a week is asked within its budget and
//! its time, and what comes is kept. Composing reads it from the store, so that no
//! recap ever waits for a server.

mod dialect;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use url::Url;

use crate::compose::{self, Asked, History, Order, Question, due};
use crate::config::{Config, Dialect, Model};
use crate::fetch::{Exchange, FetchError, Fetcher};
use crate::ledger::{Event, Note};
use crate::recap::Issue;
use crate::store::{Handle, ModelCall, Outcome, Readers, Result};
use crate::week::Week;

use dialect::{Format, Limit, Reply};

/// A longer answer is no card.
const ANSWER_BYTES: usize = 256 * 1024;

/// Before a question is asked once more.
const PAUSE: Duration = Duration::from_millis(500);

/// After so many failures in a row nobody is asked any more.
const FAILURES: u32 = 3;

/// A token has about so many bytes; where the server does not count, and before it has.
const TOKEN_BYTES: u64 = 3;

/// Of the day's budget.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Where models are asked: by one configuration.
#[derive(Clone)]
pub struct Desk {
    /// The way to the writer.
    pub handle: Handle,
    /// The ways to everybody else.
    pub readers: Readers,
    /// The way out.
    pub fetcher: Fetcher,
    /// By which rules.
    pub config: Arc<Config>,
}

/// What came of one question.
struct Said {
    outcome: std::result::Result<(String, Format), String>,
    tokens: (u64, u64),
    took: Duration,
}

/// How a run stands.
struct Run<'r> {
    model: &'r Model,
    week: Week,
    window: Range<Timestamp>,
    now: Timestamp,
    /// Of the recap's budget and the day's: what is spent and what is under way.
    spent: (u64, u64),
    failures: u32,
}

impl Desk {
    /// Asks the model whatever is open for the week that is due at `now`, within
    /// `wait` of its configuration. Does nothing if no week is due, or no model is configured.
    ///
    /// # Errors
    ///
    /// If the database fails. Whatever becomes of the model is no error.
    pub async fn prepare(&self, now: Timestamp) -> Result<()> {
        let Some(model) = &self.config.model else { return Ok(()) };
        let deadline = tokio::time::Instant::now() + model.wait;
        // Else it would be asked of stories that are others when the week is frozen.
        compose::look_again_if_due(&self.handle, &self.readers, &self.config, now).await?;
        let by = self.config.clone();
        let open = self.readers.ask(move |store| {
            let Some(due) = due(store, &by.recap.slot, now)? else { return Ok(None) };
            let history = History::of(store)?;
            let order = Order { week: due.week, window: &due.window, frozen: now, issue: due.issue, history: &history };
            let asked = compose::questions(store, &by, order)?;
            let name = by.model.as_ref().map_or("", |model| &model.name);
            let since = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
            Ok(Some((asked, due.window, store.model_tokens(due.week, since)?, store.model_format(name)?)))
        });
        let Some((Asked { week, questions }, window, spent, format)) = open.await? else { return Ok(()) };
        if questions.is_empty() {
            return Ok(());
        }
        let format = format.as_deref().and_then(Format::of_word).unwrap_or(Format::Schema);
        let run = Run { model, week, window, now, spent, failures: 0 };
        self.ask_all(run, questions, format, deadline).await
    }

    async fn ask_all(
        &self,
        mut run: Run<'_>,
        questions: Vec<Question>,
        format: Format,
        deadline: tokio::time::Instant,
    ) -> Result<()> {
        let key = match key(run.model).await {
            Ok(key) => key,
            Err(why) => {
                tracing::error!("{why}: the built-in author writes the cards");
                return self.leave_all(&run, questions, &Outcome::Failed, &why).await;
            }
        };
        let asker = Arc::new(Asker {
            fetcher: self.fetcher.clone(),
            model: run.model.clone(),
            key,
            format: AtomicU8::new(format as u8),
            limit: AtomicBool::new(false),
        });
        let mut waiting = questions.into_iter().collect::<std::collections::VecDeque<_>>();
        let mut asked: HashMap<[u8; 32], (Question, u64)> = HashMap::new();
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < run.model.concurrency && run.failures < FAILURES {
                let Some(question) = waiting.pop_front() else { break };
                let estimate = estimate(&question, run.model);
                if run.is_beyond(estimate) {
                    waiting.push_front(question);
                    break;
                }
                run.spend(estimate, 0);
                asked.insert(question.key, (question.clone(), estimate));
                let asker = asker.clone();
                under_way.spawn(async move { (question.key, asker.ask(&question).await) });
            }
            if under_way.is_empty() {
                break;
            }
            match tokio::time::timeout_at(deadline, under_way.join_next()).await {
                Ok(Some(Ok((key, said)))) => {
                    let Some((question, estimate)) = asked.remove(&key) else { continue };
                    run.spend(said.tokens.0 + said.tokens.1, estimate);
                    run.failures = if said.outcome.is_ok() { 0 } else { run.failures + 1 };
                    self.keep(&run, &question, said).await?;
                }
                // Only a panic of ours ends here; its question stays in `asked`, and is late.
                Ok(_) => run.failures += 1,
                Err(_) => break,
            }
        }
        under_way.abort_all();
        let late: Vec<Question> = asked.into_values().map(|(question, _)| question).collect();
        let wait = crate::wait::in_words(run.model.wait);
        self.leave_all(&run, late, &Outcome::Late, &format!("no answer within the {wait} that the recap waits"))
            .await?;
        let rest: Vec<Question> = waiting.into();
        if run.failures >= FAILURES {
            return self
                .leave_all(&run, rest, &Outcome::Late, "not asked: the model failed several times in a row")
                .await;
        }
        let is_spent = rest.first().is_some_and(|next| run.is_beyond(estimate(next, run.model)));
        match is_spent {
            true => self.leave_all(&run, rest, &Outcome::Budget, "not asked: the budget of tokens is spent").await,
            false => {
                self.leave_all(&run, rest, &Outcome::Late, &format!("not asked within the {wait} that the recap waits"))
                    .await
            }
        }
    }

    /// Keeps an answer, and tells the ledger what of it does not stand.
    async fn keep(&self, run: &Run<'_>, question: &Question, said: Said) -> Result<()> {
        let seconds = said.took.as_secs_f64();
        let (tokens_in, tokens_out) = said.tokens;
        let (outcome, mut notes) = match said.outcome {
            Err(why) => {
                tracing::warn!(story = %question.story, "the model {} wrote nothing: {why}", run.model.name);
                (
                    Outcome::Failed,
                    vec![run.note(question, Event::Asked, format!("{} wrote nothing: {why}", run.model.name))],
                )
            }
            Ok((answer, format)) => {
                let (by, story, text, window, now) =
                    (self.config.clone(), question.story, answer.clone(), run.window.clone(), run.now);
                let week = run.week;
                let judged = self.readers.ask(move |store| {
                    let history = History::default();
                    let order = Order { week, window: &window, frozen: now, issue: Issue::Later, history: &history };
                    compose::judged(store, &by, order, story, &text)
                });
                let (stand, refusals) =
                    judged.await?.map_or((0, Vec::new()), |(written, refused)| (written.sentences(), refused));
                let said = format!(
                    "{} answered in {seconds:.1} s, {tokens_in} + {tokens_out} tokens: {stand} sentences stand, {} refused",
                    run.model.name,
                    refusals.len()
                );
                let told = refusals.iter().map(|refusal| run.note(question, Event::Disbelieved, refusal.to_string()));
                let notes = std::iter::once(run.note(question, Event::Asked, said)).chain(told).collect();
                (Outcome::Answered(answer, format.word()), notes)
            }
        };
        notes.truncate(MOST_NOTES);
        self.handle.keep_call(run.call(question, outcome, said.tokens), notes).await
    }

    /// Tells of questions that were not asked, or not waited for.
    async fn leave_all(&self, run: &Run<'_>, questions: Vec<Question>, outcome: &Outcome, why: &str) -> Result<()> {
        if let [first, ..] = questions.as_slice() {
            tracing::warn!(week = %run.week, stories = questions.len(), first = %first.story, "{why}: the built-in author writes their cards");
        }
        for question in questions {
            let note = run.note(&question, Event::Asked, why.to_owned());
            self.handle.keep_call(run.call(&question, outcome.clone(), (0, 0)), vec![note]).await?;
        }
        Ok(())
    }
}

/// Lines of the ledger about one answer.
const MOST_NOTES: usize = 40;

impl Run<'_> {
    fn is_beyond(&self, tokens: u64) -> bool {
        self.spent.0 + tokens > self.model.tokens_per_recap || self.spent.1 + tokens > self.model.tokens_per_day
    }

    /// `tokens` more are spent, of which `reserved` were counted already.
    fn spend(&mut self, tokens: u64, reserved: u64) {
        let spend = |spent: u64| (spent + tokens).saturating_sub(reserved);
        self.spent = (spend(self.spent.0), spend(self.spent.1));
    }

    fn note(&self, question: &Question, event: Event, detail: String) -> Note {
        Note { story: Some(question.story), week: Some(self.week), ..event.at(self.now, detail) }
    }

    fn call(&self, question: &Question, outcome: Outcome, tokens: (u64, u64)) -> ModelCall {
        let (at, week, story, model) = (self.now, self.week, question.story, self.model.name.clone());
        ModelCall { question: question.key, at, week, story, model, outcome, tokens }
    }
}

/// What a question may cost at most.
fn estimate(question: &Question, model: &Model) -> u64 {
    let bytes = question.prompt.instructions.len() + question.prompt.data.len();
    bytes as u64 / TOKEN_BYTES + u64::from(model.answer_tokens)
}

/// The server's key; none if it wants none.
async fn key(model: &Model) -> std::result::Result<Option<String>, String> {
    let Some(path) = model.key_file.clone() else { return Ok(None) };
    let shown = path.display().to_string();
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(path)).await;
    match read {
        Ok(Ok(key)) if !key.trim().is_empty() => Ok(Some(key.trim().to_owned())),
        Ok(Ok(_)) => Err(format!("the model's key in {shown} is empty")),
        Ok(Err(error)) => Err(format!("cannot read the model's key in {shown}: {error}")),
        Err(_) => Err(format!("cannot read the model's key in {shown}")),
    }
}

/// Asks one model.
struct Asker {
    fetcher: Fetcher,
    model: Model,
    key: Option<String>,
    /// The strictest that the server has not refused yet.
    format: AtomicU8,
    /// Whether the server refused the older name of the longest answer.
    limit: AtomicBool,
}

/// What came of one try.
enum Tried {
    Answered(String),
    /// For good, in words.
    Failed(String),
    /// It may go better, in words.
    Again(String),
    /// The server does not take this format.
    Format(String),
    /// It wants another name for the longest answer.
    Limit,
}

impl Asker {
    async fn ask(&self, question: &Question) -> Said {
        let begun = Instant::now();
        let (mut tokens, mut tries) = ((0, 0), 0);
        let outcome = loop {
            let format = self.format();
            let (tried, cost) = self.try_once(question, format).await;
            tokens = (tokens.0 + cost.0, tokens.1 + cost.1);
            match tried {
                Tried::Answered(text) => break Ok((text, format)),
                Tried::Failed(why) => break Err(why),
                Tried::Format(why) => match format.looser() {
                    Some(looser) => {
                        // Another question may have found out more meanwhile.
                        self.format.fetch_max(looser as u8, Ordering::Relaxed);
                    }
                    None => break Err(why),
                },
                Tried::Limit => self.limit.store(true, Ordering::Relaxed),
                Tried::Again(why) if tries > 0 => break Err(why),
                Tried::Again(_) => {
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        Said { outcome, tokens, took: begun.elapsed() }
    }

    fn format(&self) -> Format {
        let known = self.format.load(Ordering::Relaxed);
        [Format::Schema, Format::Object, Format::Text]
            .into_iter()
            .find(|format| *format as u8 == known)
            .unwrap_or(Format::Text)
    }

    /// What came, and what it cost.
    async fn try_once(&self, question: &Question, format: Format) -> (Tried, (u64, u64)) {
        let Model { url, name, dialect, answer_tokens, timeout, .. } = &self.model;
        let is_other = self.limit.load(Ordering::Relaxed);
        let limit = if is_other { Limit::CompletionTokens } else { Limit::Tokens };
        let body = dialect::question(*dialect, name, &question.prompt, (format, limit), *answer_tokens);
        let sent = body.len() as u64 / TOKEN_BYTES;
        let bearer = self.key.as_ref().map(|key| format!("Bearer {key}")).unwrap_or_default();
        let headers = dialect::headers(*dialect, self.key.as_deref(), &bearer);
        let url = url.join(dialect::path(*dialect)).unwrap_or_else(|_| Url::clone(url));
        let exchange =
            Exchange { url: &url, headers: &headers, body: &body, limit_bytes: ANSWER_BYTES, timeout: *timeout };
        let exchanged = match self.fetcher.exchange(exchange).await {
            Ok(exchanged) => exchanged,
            // Whatever was sent may have been paid for.
            Err(error @ FetchError::Timeout { .. }) => return (Tried::Failed(error.to_string()), (sent, 0)),
            Err(error @ (FetchError::NoAnswer { .. } | FetchError::BrokenOff { .. })) => {
                return (Tried::Again(error.to_string()), (sent, 0));
            }
            Err(error) => return (Tried::Failed(error.to_string()), (0, 0)),
        };
        match exchanged.status {
            200 => {
                let Reply { text, trouble, tokens } = dialect::reply(*dialect, &exchanged.body);
                let received = exchanged.body.len() as u64 / TOKEN_BYTES;
                let cost = tokens.unwrap_or((sent, received));
                match text {
                    Some(text) => (Tried::Answered(text), cost),
                    None if trouble.starts_with("the answer was cut off") => (Tried::Failed(trouble), cost),
                    None => (Tried::Again(trouble), cost),
                }
            }
            400 | 422 if *dialect == Dialect::OpenAi && limit.is_refused_by(&exchanged.body) => (Tried::Limit, (0, 0)),
            code @ (400 | 404 | 415 | 422 | 501) if *dialect == Dialect::OpenAi => {
                (Tried::Format(refused(code, &exchanged.body)), (0, 0))
            }
            code @ (408 | 429 | 500..) => (Tried::Again(refused(code, &exchanged.body)), (0, 0)),
            code => (Tried::Failed(refused(code, &exchanged.body)), (0, 0)),
        }
    }
}

/// "HTTP 401: invalid key", cut.
fn refused(code: u16, body: &[u8]) -> String {
    let said: String = String::from_utf8_lossy(&body[..body.len().min(400)]).replace(char::is_control, " ");
    format!("HTTP {code}: {}", crate::text::cut(said.trim(), 160))
}
