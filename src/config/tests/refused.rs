//! What is refused, in which words.

mod daemon;
mod shipped;
mod sources;
mod text;
mod types;

use expect_test::Expect;

use super::super::parse_str;
use super::env;

#[track_caller]
fn refused(text: &str, expected: Expect) {
    match parse_str(text, &env) {
        Ok(_) => panic!("accepted:\n{text}"),
        Err(errors) => expected.assert_eq(&format!("{errors}\n")),
    }
}
