//! What is refused in the lists that recapd ships: audiences, playbook, publishers.

use expect_test::expect;

use super::refused;

#[test]
fn one_audience_takes_what_is_for_nobody_else() {
    refused(
        "audiences = \"\"\n[[audience]]\nid = \"one\"\n",
        expect![[r#"
        error: no audience is the fallback
         --> recapd.toml:2:1
          |
        2 | [[audience]]
          | ^^^^^^^^^^^^ give one of them `fallback = true`
    "#]],
    );
}

#[test]
fn a_playbook_has_advice_for_audiences_that_there_are() {
    refused(
        r#"
playbook = ""
[[kind]]
id = "Funding!"
[[kind]]
id = "funding"
[[kind.advice]]
audience = "investor"
next = "Read the terms."
[[kind.advice]]
audience = "founders"
matters = " "
[[kind.advice]]
[[kind]]
id = "funding"
"#,
        expect![[r#"
            error: `Funding!` cannot be an id: use 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit
             --> recapd.toml:4:6
              |
            4 | id = "Funding!"
              |      ^^^^^^^^^^

            error: an advice of the kind `funding` says nothing
             --> recapd.toml:6:6
              |
            6 | id = "funding"
              |      ^^^^^^^^^ give it `matters` or `next`, or take it out

            error: an advice of the kind `funding` says nothing
              --> recapd.toml:11:12
               |
            11 | audience = "founders"
               |            ^^^^^^^^^^ give it `matters` or `next`, or take it out

            error: the id `funding` is there twice
              --> recapd.toml:15:6
               |
             6 | id = "funding"
               |      --------- first here
            ...
            15 | id = "funding"
               |      ^^^^^^^^^ again here
        "#]],
    );
    refused(
        "playbook = \"\"\n[[kind]]\nid = \"funding\"\n[[kind.advice]]\naudience = \"investor\"\nnext = \"Read the terms.\"\n",
        expect![[r#"
            error: no audience is called `investor`
             --> recapd.toml:5:12
              |
            5 | audience = "investor"
              |            ^^^^^^^^^^ did you mean `investors`?
        "#]],
    );
}

#[test]
fn a_domain_is_one_publishers_only() {
    refused(
        r#"
publishers = ""
[[publisher]]
domain = "a.test"
aka = ["b.test"]
[[publisher]]
domain = "b.test"
"#,
        expect![[r#"
            error: the domain `b.test` is there twice
             --> recapd.toml:7:10
              |
            5 | aka = ["b.test"]
              |        -------- first here
            6 | [[publisher]]
            7 | domain = "b.test"
              |          ^^^^^^^^ again here
        "#]],
    );
}
