//! Log lines on standard error, for a terminal, a file or the journal; standard
//! output holds only answers.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::output;

/// Starts it with `usual`, unless RECAPD_LOG says otherwise.
pub fn start(usual: &str) {
    let asked = std::env::var("RECAPD_LOG").unwrap_or_default();
    let (filter, doubt) = filter(&asked, usual);
    if let Some(doubt) = doubt {
        output::complain(&doubt);
    }
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if is_in_journal() {
        lines.event_format(Journal).try_init()
    } else {
        let coloured = is_coloured(std::io::stderr().is_terminal(), std::env::var_os("NO_COLOR").as_deref());
        lines.with_ansi(coloured).with_target(false).try_init()
    };
    if let Err(error) = started {
        output::complain(&format!("no log: {error}"));
    }
}

/// What `asked` lets through, else the `usual`; and what is odd about it, in words.
fn filter(asked: &str, usual: &str) -> (EnvFilter, Option<String>) {
    if asked.trim().is_empty() {
        return (EnvFilter::new(usual), None);
    }
    let right = "write a level (error, warn, info, debug, trace, off) or modules with one, as in recapd=debug";
    match EnvFilter::try_new(asked) {
        Ok(filter) => {
            let doubt = asked.split(',').map(str::trim).find(|it| is_lonely(it));
            let doubt = doubt.map(|it| {
                format!("$RECAPD_LOG: `{it}` is no level, so that it is taken for the name of a module; {right}")
            });
            (filter, doubt)
        }
        Err(_) => {
            let doubt = format!("$RECAPD_LOG is ignored: `{asked}` cannot be understood; {right}");
            (EnvFilter::new(usual), Some(doubt))
        }
    }
}

/// Whether it is one word that is neither a level nor a module of ours: more likely a slip than the name of another's.
fn is_lonely(directive: &str) -> bool {
    let is_ours = directive == "recapd" || directive.starts_with("recapd::");
    let is_level = directive.eq_ignore_ascii_case("off") || directive.parse::<Level>().is_ok();
    !directive.is_empty() && !directive.contains(['=', '[']) && !is_level && !is_ours
}

/// As <https://no-color.org> has it.
fn is_coloured(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

/// `text` as an error that ends the process: to the journal, which would take it for a mere remark, with its rank.
pub fn as_failure(text: &str) -> String {
    if is_in_journal() { ranked(Level::ERROR, text).trim_end().to_owned() } else { text.to_owned() }
}

/// Whether standard error is the journal itself: a shell that systemd began hands the
/// variable on, also to what writes elsewhere (systemd.exec, `$JOURNAL_STREAM`).
fn is_in_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let Ok(ours) = std::io::stderr().as_fd().try_clone_to_owned() else { return false };
    File::from(ours).metadata().is_ok_and(|it| stream == format!("{}:{}", it.dev(), it.ino()))
}

/// Lines with the rank that `journalctl --priority` asks for; the journal has its own clock.
struct Journal;

impl<S, N> FormatEvent<S, N> for Journal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut text = String::new();
        context.field_format().format_fields(Writer::new(&mut text), event)?;
        writer.write_str(&ranked(*event.metadata().level(), &text))
    }
}

/// The journal takes each line for an entry of its own, so that each has the rank (sd-daemon(3)).
fn ranked(level: Level, text: &str) -> String {
    let rank = match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("<{rank}>{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_for_the_journal_has_its_rank() {
        assert_eq!(ranked(Level::WARN, "could not fetch `a`\n\n  | here"), "<4>could not fetch `a`\n<4>  | here\n");
        assert_eq!(ranked(Level::INFO, "stopping"), "<6>stopping\n");
    }

    #[test]
    fn colours_are_for_terminals_of_people_who_want_them() {
        let is = |is_terminal, no_color: Option<&str>| is_coloured(is_terminal, no_color.map(OsStr::new));
        assert!(is(true, None) && is(true, Some("")));
        assert!(!is(true, Some("1")) && !is(true, Some("0")) && !is(false, None));
    }

    #[test]
    fn a_filter_that_is_wrong_is_said() {
        let doubt = |asked| filter(asked, "recapd=info").1.unwrap_or_default();
        for right in
            ["", " ", "debug", "Warn", "off", "recapd=debug", "recapd", "recapd::poll=trace,warn", "hyper=debug"]
        {
            assert_eq!(doubt(right), "", "{right}");
        }
        assert!(
            doubt("recapd=loud").starts_with("$RECAPD_LOG is ignored: `recapd=loud` cannot be understood; write a")
        );
        assert!(
            doubt("verbose").starts_with("$RECAPD_LOG: `verbose` is no level, so that it is taken for the name of")
        );
    }
}
