//! What is refused of sources and their filters, and where entries point at others.

use expect_test::expect;

use super::refused;
use crate::config::tests::accepted;

#[test]
fn entries_are_there_once_and_point_at_others() {
    refused(
        r#"
[[source]]
id = "a"
feed = "https://a.test/feed"
audiences = ["developer", "general"]
interval = "1m"

[[source]]
id = "a"
feed = "https://b.test/feed"

[[source]]
feed = "https://c.test/feed"
[[source.filter]]
[[source.filter]]
drop = { title = ["/deal(s/"] }

[[audience]]
id = "one"
fallback = true
[[audience]]
id = "developers"
fallback = true

[[name]]
id = "acme"
of = "nvidai"
rivals = ["zzzzzzzzz"]

[[publisher]]
domain = "https://Acme.test/"
company = "acme"
"#,
        expect![[r#"
            error: no audience is called `developer`
             --> recapd.toml:5:14
              |
            5 | audiences = ["developer", "general"]
              |              ^^^^^^^^^^^ did you mean `developers`?

            error: `interval` (1m) is outside `min_interval` (15m) and `max_interval` (1d)
             --> recapd.toml:6:12
              |
            6 | interval = "1m"
              |            ^^^^

            error: the id `a` is there twice
             --> recapd.toml:9:6
              |
            3 | id = "a"
              |      --- first here
            ...
            9 | id = "a"
              |      ^^^ again here

            error: a source needs `id`
              --> recapd.toml:12:1
               |
            12 | [[source]]
               | ^^^^^^^^^^

            error: a filter without words does nothing
              --> recapd.toml:14:1
               |
            14 | [[source.filter]]
               | ^^^^^^^^^^^^^^^^^ give it as in drop = { title = ["sponsored"] }

            error: `/deal(s/` is no regular expression: unclosed group
              --> recapd.toml:16:19
               |
            16 | drop = { title = ["/deal(s/"] }
               |                   ^^^^^^^^^^ what stands between slashes is one; without them it is a word

            error: only one audience can be the fallback
              --> recapd.toml:21:1
               |
            18 | [[audience]]
               | ------------ the first that does
            ...
            21 | [[audience]]
               | ^^^^^^^^^^^^ also says `fallback = true`

            error: no name is called `nvidai`
              --> recapd.toml:27:6
               |
            27 | of = "nvidai"
               |      ^^^^^^^^ did you mean `nvidia`?

            error: no name is called `zzzzzzzzz`
              --> recapd.toml:28:11
               |
            28 | rivals = ["zzzzzzzzz"]
               |           ^^^^^^^^^^^

            error: `https://Acme.test/` is no publisher's domain
              --> recapd.toml:31:10
               |
            31 | domain = "https://Acme.test/"
               |          ^^^^^^^^^^^^^^^^^^^^ write it as in "ft.com" or "x.com/openai", in lower case, without "www."
        "#]],
    );
}

#[test]
fn the_words_of_a_filter_are_told_where_they_stand() {
    refused(
        r#"
[[filter]]
drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
[[filter]]
drop = ["sponsored"]
[[filter]]
keep = { title = "AI" }
[[filter]]
drop = { language = ["english"] }
"#,
        expect![[r#"
            error: `*crypto*` finds only what has that `*` in it: it is no joker here
             --> recapd.toml:3:32
              |
            3 | drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
              |                                ^^^^^^^^^^ for any word with it, a regular expression: "/crypto/"; for that word alone: "crypto"

            error: `/deal(s/` is no regular expression: unclosed group
             --> recapd.toml:3:44
              |
            3 | drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
              |                                            ^^^^^^^^^^ what stands between slashes is one; without them it is a word

            error: `//` is no word: it has no letter or digit
             --> recapd.toml:3:65
              |
            3 | drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
              |                                                                 ^^^^ for signs, a regular expression between slashes: "/[?!]$/"

            error: an empty word finds nothing
             --> recapd.toml:3:82
              |
            3 | drop = { title = ["sponsored", "*crypto*", "/deal(s/"], link = ["//"], author = [""] }
              |                                                                                  ^^ take it out

            error: `drop` must be a table, not a list
             --> recapd.toml:5:8
              |
            5 | drop = ["sponsored"]
              |        ^^^^^^^^^^^^^ as in { title = ["sponsored"] }

            error: `title` must be a list, not a text in quotes
             --> recapd.toml:7:18
              |
            7 | keep = { title = "AI" }
              |                  ^^^^ write it as ["AI"]

            error: `english` is no language tag: write it as in "en", "zh-Hans" or "pt-BR"
             --> recapd.toml:9:22
              |
            9 | drop = { language = ["english"] }
              |                      ^^^^^^^^^
        "#]],
    );
}

#[test]
fn what_is_said_of_a_feed_that_lies_is_refused_where_it_makes_no_sense() {
    refused(
        r#"
[[source]]
id = "a"
feed = "https://a.test/"
identity = "url"
dates = "ignore"
future_dates = "clamp"
base = "/feed"
ignore = ["content", "titel"]
"#,
        expect![[r#"
            error: `identity` cannot be `url`: use one of `guid`, `link`, `title`
             --> recapd.toml:5:12
              |
            5 | identity = "url"
              |            ^^^^^

            error: `future_dates` says nothing where all dates are ignored
             --> recapd.toml:7:16
              |
            7 | future_dates = "clamp"
              |                ^^^^^^^ take it out, or `dates`

            error: `/feed` is no web address: it must begin with https:// or http://
             --> recapd.toml:8:8
              |
            8 | base = "/feed"
              |        ^^^^^^^

            error: what stands in `ignore` cannot be `titel`: use one of `title`, `content`, `link`
             --> recapd.toml:9:22
              |
            9 | ignore = ["content", "titel"]
              |                      ^^^^^^^ did you mean `title`?
        "#]],
    );
    accepted(
        r#"
[[source]]
id = "a"
feed = "https://a.test/"
identity = "title"
future_dates = "keep"
base = "https://b.test/"
ignore = ["content", "title", "link"]
"#,
    );
}
