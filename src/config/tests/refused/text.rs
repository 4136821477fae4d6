//! What is refused of a text before any key counts: what is no TOML, and what variables make of it.

use expect_test::expect;
use proptest::prelude::*;

use super::refused;
use crate::config::parse_str;
use crate::config::tests::{accepted, env};

#[test]
fn a_file_that_is_no_toml_is_told_by_line() {
    refused(
        "[server\nlisten = \"127.0.0.1:1\"\n[fetch]\ninterval = 1h\n",
        expect![[r#"
            error: unclosed table, expected `]`
             --> recapd.toml:1:8
              |
            1 | [server
              |        ^

            error: `1h` needs quotes
             --> recapd.toml:4:12
              |
            4 | interval = 1h
              |            ^^ write it as "1h"
        "#]],
    );
}

#[test]
fn a_list_that_is_left_open_is_told_and_nothing_that_follows_from_it() {
    let text = "sources = [\n  \"s.toml\",\n\n[server]\nlisten = \"127.0.0.1:0\"\n";
    let said = parse_str(text, &env).unwrap_err();
    assert_eq!(said.count(), 1, "{said}");
    let said = said.to_string();
    for words in ["this list is still open where `[server]` stands", "recapd.toml:1:11", "end it with `]`"] {
        assert!(said.contains(words), "{words} is missing:\n{said}");
    }
}

#[test]
fn quotes_of_a_program_for_letters_are_to_be_straight() {
    let said = parse_str("[recap]\ntitle = “AI recap”\n", &env).unwrap_err().to_string();
    assert!(said.contains("`“AI recap”` needs straight quotes") && said.contains("write it as \"AI recap\""), "{said}");
}

#[test]
fn an_unset_variable_is_named() {
    refused(
        "[server]\nlisten = \"127.0.0.1:${PROT}\"\n",
        expect![[r#"
            error: the environment variable `PROT` is not set
             --> recapd.toml:2:10
              |
            2 | listen = "127.0.0.1:${PROT}"
              |          ^^^^^^^^^^^^^^^^^^^
        "#]],
    );
    let config = accepted("[server]\nlisten = \"127.0.0.1:${PORT}\"\n");
    assert_eq!(config.server.listen.port(), 9000);
}

#[test]
fn no_message_tells_what_a_variable_holds() {
    let secret = |name: &str| (name == "TOKEN").then(|| "S3cret:x".to_owned());
    for line in [
        "feed = \"htps://x.test/?key=${TOKEN}\"",
        "feed = '${TOKEN}'",
        "feed = \"https://x.test/\"\ninterval = \"${TOKEN}\"",
        "feed = \"https://x.test/\"\nkind = \"${TOKEN}\"",
        "feed = \"https://x.test/\"\nallow_private = [\"${TOKEN}\"]",
        "feed = \"https://x.test/\"\nweight = \"${TOKEN}\"",
        "feed = \"https://x.test/\"\n[[publisher]]\ndomain = \"www.${TOKEN}\"",
        "feed = \"https://x.test/\"\n[[publisher]]\ndomain = \"a.test\"\ncompany = \"${TOKEN}\"",
        "feed = \"https://x.test/\"\n[[publisher]]\ndomain = \"a${TOKEN}\"\naka = [\"a${TOKEN}\"]",
    ] {
        let errors = parse_str(&format!("[[source]]\nid = \"a\"\n{line}\n"), &secret).unwrap_err().to_string();
        assert!(!errors.to_lowercase().contains("s3cret"), "{errors}");
        assert!(errors.contains("${TOKEN}"), "{errors}");
    }
}

#[test]
fn a_value_that_a_variable_makes_wrong_is_named_by_its_key() {
    refused(
        "[server]\nlisten = \"localhost:${PORT}\"\n",
        expect![[r#"
            error: `listen` is wrong with its variables filled in
             --> recapd.toml:2:10
              |
            2 | listen = "localhost:${PORT}"
              |          ^^^^^^^^^^^^^^^^^^^ not shown as it may be a secret
        "#]],
    );
}

/// One of everything, without the shipped lists, which take time to read.
const SMALL: &str = r#"
publishers = ""
names = ""
filter = [{ drop = { title = ["sponsored", "广告"] } }]
[server]
listen = "127.0.0.1:${PORT}"
[recap]
timezone = "Europe/Berlin"
[[source]]
id = "a"
feed = "https://a.test/feed"
allow_private = ["10.0.0.0/8"]
[[source.filter]]
keep = { title = ["KI"], category = ["künstliche Intelligenz"] }
[[name]]
id = "acme"
aliases = ["英伟达"]
"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_accepted_or_reported(
        from in 0..SMALL.chars().count(),
        count in 0_usize..20,
        instead in r#"[\[\]{}="'.,$#\n\t ü0a:-]{0,6}|\PC{0,3}"#,
    ) {
        let before = SMALL.chars().take(from);
        let text: String = before.chain(instead.chars()).chain(SMALL.chars().skip(from + count)).collect();
        if let Err(errors) = parse_str(&text, &env) {
            prop_assert!(errors.count() > 0);
            prop_assert!(errors.to_string().contains("recapd.toml:"), "{errors}\n{text}");
        }
    }
}
