//! The model author: what a language model is told of a story, what it is
//! asked for, and what of its answer may stand. Nothing is sent from here.
//!
//! A feed is written by strangers, and so is what a model makes of it. What goes
//! in is data, apart from the instructions; what comes out is believed sentence by
//! sentence, if it stands in the items that it cites.

mod answer;
mod card;
mod check;
mod prompt;
mod refusal;
mod synonyms;
mod told;
mod words;

pub use answer::{Answer, Reading, Sentence, read};
pub use card::{Written, judge};
pub use prompt::{PROMPT_VERSION, Prompt, prompt};
pub use refusal::{Place, Reason, Refusal};
pub use told::{Item, Story};
