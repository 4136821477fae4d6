//! Source lists for other readers, in OPML 2.0.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};
use url::Url;

/// One feed of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What people call it.
    pub text: String,
    /// The feed.
    pub xml_url: Url,
    /// The page that it is the feed of.
    pub html_url: Option<Url>,
    /// What kind of publisher it is, in words.
    pub category: Option<String>,
}

/// A list of feeds, in the order given.
pub fn written(title: &str, sources: impl Iterator<Item = Outline>) -> Vec<u8> {
    document(title, sources).expect("writing into memory cannot fail")
}

fn document(title: &str, sources: impl Iterator<Item = Outline>) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("opml").with_attribute(("version", "2.0")).write_inner_content(|opml| {
        opml.create_element("head").write_inner_content(|head| {
            head.create_element("title").write_text_content(quick_xml::events::BytesText::new(title))?;
            Ok(())
        })?;
        opml.create_element("body")
            .write_inner_content(|body| sources.into_iter().try_for_each(|one| outline(body, &one)))?;
        Ok(())
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn outline(body: &mut Writer<Vec<u8>>, outline: &Outline) -> std::io::Result<()> {
    let always =
        [("type", "rss"), ("text", &*outline.text), ("title", &*outline.text), ("xmlUrl", outline.xml_url.as_str())];
    let page = outline.html_url.as_ref().map(|url| ("htmlUrl", url.as_str()));
    let category = outline.category.as_deref().map(|category| ("category", category));
    body.create_element("outline").with_attributes(always.into_iter().chain(page).chain(category)).write_empty()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_list_of_feeds() {
        let one = Outline {
            text: "Q & A \"daily\"".to_owned(),
            xml_url: "https://a.test/feed?x=1&y=2".parse().unwrap(),
            html_url: Some("https://a.test/".parse().unwrap()),
            category: Some("press".to_owned()),
        };
        let two = Outline { text: "B".to_owned(), html_url: None, category: None, ..one.clone() };
        let list = String::from_utf8(written("Ours <all>", [one, two].into_iter())).unwrap();
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <opml version="2.0">
              <head>
                <title>Ours &lt;all&gt;</title>
              </head>
              <body>
                <outline type="rss" text="Q &amp; A &quot;daily&quot;" title="Q &amp; A &quot;daily&quot;" xmlUrl="https://a.test/feed?x=1&amp;y=2" htmlUrl="https://a.test/" category="press"/>
                <outline type="rss" text="B" title="B" xmlUrl="https://a.test/feed?x=1&amp;y=2"/>
              </body>
            </opml>
        "#]].assert_eq(&list);
    }
}
