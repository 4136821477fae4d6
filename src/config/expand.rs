//! `${VAR}` in a string: secrets come from the environment, not from the file. `$${` stands for `${` itself.

/// A text that [`expand`] makes `text` of.
pub(super) fn literal(text: &str) -> String {
    text.replace("${", "$${")
}

/// `text` with every `${VAR}` replaced by what `env` says, and `$${` by `${`.
///
/// # Errors
///
/// If a variable is not set, its name cannot be one, or a brace is missing; in words.
pub(super) fn expand(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            expanded += before;
            expanded += "${";
            rest = after;
            continue;
        }
        let (name, after) = after.split_once('}').ok_or("`${` has no `}`: write it as in \"${HOME}\"")?;
        if !is_name(name) {
            return Err(format!("`${{{name}}}` names no variable: write it as in \"${{HOME}}\""));
        }
        expanded += before;
        expanded += &env(name).ok_or_else(|| format!("the environment variable `{name}` is not set"))?;
        rest = after;
    }
    expanded += rest;
    Ok(expanded)
}

fn is_name(name: &str) -> bool {
    let starts_well = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    starts_well && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let env = |name: &str| (name == "TOKEN").then(|| "s3cret${X}".to_owned());
        let expanded = expand(text, &env);
        assert_eq!(expanded.as_deref().map_err(String::as_str), expected, "{text:?}");
    }

    #[test]
    fn variables_are_replaced_once() {
        check("plain $5", Ok("plain $5"));
        check("a/${TOKEN}/${TOKEN}", Ok("a/s3cret${X}/s3cret${X}"));
    }

    #[test]
    fn a_doubled_sign_asks_for_nothing() {
        check("$${TOKEN} and $${", Ok("${TOKEN} and ${"));
        for text in ["${TOKEN}", "$${TOKEN}", "$$${", "${${TOKEN}}", "$", "plain"] {
            check(&literal(text), Ok(text));
        }
    }

    #[test]
    fn what_cannot_be_replaced_is_an_error() {
        check("${OTHER}", Err("the environment variable `OTHER` is not set"));
        check("${TOKEN", Err("`${` has no `}`: write it as in \"${HOME}\""));
        check("${}", Err("`${}` names no variable: write it as in \"${HOME}\""));
    }
}
