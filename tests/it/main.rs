//! What recapd promises as a whole: one module a behaviour. The parts are
//! tested beside their code in src.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed; clippy knows #[test], not its helpers")]

mod cli;
mod command;
mod control;
mod daemon;
mod docs;
mod editor;
mod edits;
mod faults;
mod folder;
mod follow;
mod frugal;
mod full_text;
mod hostile;
mod hub;
mod journey;
mod kill;
mod lists;
mod living;
mod map;
mod model;
mod model_answers;
mod one_story;
mod orders;
mod origin;
mod process;
mod quoted;
mod reader;
mod readings;
mod refusals;
mod replay;
mod retention;
mod review;
mod rewriting;
mod running;
mod search;
mod serving;
mod standing;
mod traps;
mod websub;
mod week;
mod withdrawn;
