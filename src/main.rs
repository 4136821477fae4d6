//! The command `recapd`.

fn main() {}
