//! The command `recapd`.

use std::process::ExitCode;

fn main() -> ExitCode {
    recapd::cli::main()
}
