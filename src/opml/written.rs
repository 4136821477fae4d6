//! A list as a document.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{NAMESPACE, Outline};

/// A list of feeds, in the order given; those of a folder stand together, where its first one does.
pub fn written(title: &str, sources: impl Iterator<Item = Outline>) -> Vec<u8> {
    document(title, sources).expect("writing into memory cannot fail")
}

/// What stands in a folder, or in none.
enum Node {
    Feed(Box<Outline>),
    Folder(String, Vec<Node>),
}

fn document(title: &str, sources: impl Iterator<Item = Outline>) -> io::Result<Vec<u8>> {
    let nodes = in_folders(sources);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = [("version", "2.0"), ("xmlns:recapd", NAMESPACE)];
    writer.create_element("opml").with_attributes(root).write_inner_content(|opml| {
        opml.create_element("head").write_inner_content(|head| {
            head.create_element("title").write_text_content(BytesText::new(title))?;
            Ok(())
        })?;
        opml.create_element("body").write_inner_content(|body| nodes.iter().try_for_each(|it| node(body, it)))?;
        Ok(())
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn in_folders(sources: impl Iterator<Item = Outline>) -> Vec<Node> {
    let mut top = Vec::new();
    for source in sources {
        let folder = source.folder.clone().unwrap_or_default();
        let names = folder.split('/').filter(|name| !name.is_empty());
        names.fold(&mut top, inside).push(Node::Feed(Box::new(source)));
    }
    top
}

/// What stands in the folder `name` among `nodes`; made if it is not there yet.
fn inside<'n>(nodes: &'n mut Vec<Node>, name: &str) -> &'n mut Vec<Node> {
    let known = nodes.iter().position(|node| matches!(node, Node::Folder(known, _) if known == name));
    let at = known.unwrap_or_else(|| {
        nodes.push(Node::Folder(name.to_owned(), Vec::new()));
        nodes.len() - 1
    });
    match &mut nodes[at] {
        Node::Folder(_, inside) => inside,
        Node::Feed(_) => unreachable!("it was found or made as a folder"),
    }
}

fn node(parent: &mut Writer<Vec<u8>>, node: &Node) -> io::Result<()> {
    match node {
        Node::Feed(outline) => feed(parent, outline),
        Node::Folder(name, nodes) => {
            let folder = parent.create_element("outline").with_attributes([("text", &**name), ("title", &**name)]);
            folder.write_inner_content(|folder| nodes.iter().try_for_each(|it| self::node(folder, it)))?;
            Ok(())
        }
    }
}

fn feed(parent: &mut Writer<Vec<u8>>, outline: &Outline) -> io::Result<()> {
    let always =
        [("type", "rss"), ("text", &*outline.text), ("title", &*outline.text), ("xmlUrl", outline.xml_url.as_str())];
    let page = outline.html_url.as_ref().map(|url| ("htmlUrl", url.as_str()));
    let language = outline.language.as_deref().map(|language| ("language", language));
    let own: Vec<(String, &str)> = outline
        .own
        .attributes()
        .into_iter()
        .filter_map(|(name, value)| Some((format!("recapd:{name}"), value.as_deref()?)))
        .collect();
    let own = own.iter().map(|(name, value)| (name.as_str(), *value));
    let attributes = always.into_iter().chain(page).chain(language).chain(own);
    parent.create_element("outline").with_attributes(attributes).write_empty()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Own;
    use super::*;

    #[test]
    fn a_list_of_feeds() {
        let one = Outline {
            text: "Q & A \"daily\"".to_owned(),
            xml_url: "https://a.test/feed?x=1&y=2".parse().unwrap(),
            html_url: Some("https://a.test/".parse().unwrap()),
            folder: None,
            notes: Vec::new(),
            language: None,
            own: Own::default(),
        };
        let own = Own { id: Some("b".to_owned()), audiences: Some("developers founders".to_owned()), ..Own::default() };
        let folder = Some("News/AI".to_owned());
        let two = Outline { text: "B".to_owned(), html_url: None, folder: folder.clone(), own, ..one.clone() };
        let three = Outline { text: "C".to_owned(), folder, own: Own::default(), ..two.clone() };
        let list = String::from_utf8(written("Ours <all>", [two, one, three].into_iter())).unwrap();
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <opml version="2.0" xmlns:recapd="urn:recapd:opml:1">
              <head>
                <title>Ours &lt;all&gt;</title>
              </head>
              <body>
                <outline text="News" title="News">
                  <outline text="AI" title="AI">
                    <outline type="rss" text="B" title="B" xmlUrl="https://a.test/feed?x=1&amp;y=2" recapd:id="b" recapd:audiences="developers founders"/>
                    <outline type="rss" text="C" title="C" xmlUrl="https://a.test/feed?x=1&amp;y=2"/>
                  </outline>
                </outline>
                <outline type="rss" text="Q &amp; A &quot;daily&quot;" title="Q &amp; A &quot;daily&quot;" xmlUrl="https://a.test/feed?x=1&amp;y=2" htmlUrl="https://a.test/"/>
              </body>
            </opml>
        "#]]
        .assert_eq(&list);
    }
}
