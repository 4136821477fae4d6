//! The command `recapd`.

use std::process::ExitCode;

/// The system's own keeps what it was once given: after a round of thousands
/// of feeds it holds several times what is in use.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    recapd::cli::main()
}
