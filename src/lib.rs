//! A **source** is **fetch**ed and **parse**d into **item**s; **dedup** tells what is new; items about one event form
//! a **story**; a story gets its **audience** and its **insight**, is **rank**ed, chosen into the week's **recap**,
//! **publish**ed as documents, and **serve**d.

// In journey order; a blank line between keeps rustfmt from sorting.
// A module may use those above it, never those below (tests/it/map.rs).

pub mod id;

pub mod text;

pub mod link;

pub mod publisher;

pub mod names;

pub mod facts;

pub mod wait;

pub mod week;

pub mod ledger;

pub mod item;

pub mod filter;

pub mod source;

pub mod audience;

pub mod fetch;

pub mod parse;

pub mod article;

pub mod dedup;

pub mod schedule;

pub mod hub;

pub mod story;

pub mod turn;

pub mod insight;

pub mod rank;

pub mod recap;

pub mod search;

pub mod publish;

pub mod draft;

pub mod review;

pub mod discover;

pub mod opml;

pub mod config;

pub mod clock;

pub mod store;

pub mod websub;

pub mod poll;

pub mod compose;

pub mod model;

pub mod editor;

pub mod site;

pub mod serve;

pub mod daemon;

pub mod demo;

pub mod cli;
