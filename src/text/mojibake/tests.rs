//! Garbled there and back, and what only looks garbled.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn what_is_suspect_is_so_wherever_it_stands(text in "[ -~é]{0,70}([ÃàâÄßÔÕÃ´&a]|[\u{80}-\u{bf}]|[\u{e00}-\u{e5b}]|[“”‘’€ŽžŒ™…]|&nbsp;|国| ){0,6}[ -~]{0,70}") {
        prop_assert_eq!(is_suspect(&text), slowly_is_suspect(&text));
    }
}

/// As [`is_suspect`], letter by letter.
fn slowly_is_suspect(text: &str) -> bool {
    text.char_indices().any(|(at, letter)| {
        let next: Vec<u8> = text[at..].bytes().skip(letter.len_utf8()).take(2).collect();
        match letter {
            '\u{c2}'..='\u{df}' => matches!(next[..], [0xc2 | 0xc5 | 0xc6 | 0xcb | 0xe2 | b'&', ..]),
            '\u{e0}'..='\u{f4}' => {
                matches!(next[..], [0xc2 | 0xc5 | 0xc6 | 0xcb | 0xe2, ..]) && next[..] != [0xc2, 0xa0]
            }
            '\u{e00}'..='\u{e7f}' => is_suspect_thai(&text[at..]),
            _ => false,
        }
    })
}

/// How UTF-8 was misread.
#[derive(Clone, Copy, Debug)]
enum Misread {
    Latin1,
    Windows1252,
    Windows874,
}

impl Misread {
    fn letter(self, byte: u8) -> char {
        let windows = || {
            let place = usize::from(byte) - 0x80;
            MEANT.chars().nth(place).filter(|meant| *meant != ' ').unwrap_or(char::from(byte))
        };
        match (self, byte) {
            (_, 0..=0x7f) | (Misread::Latin1, _) => char::from(byte),
            (_, 0x80..=0x9f) => windows(),
            (Misread::Windows874, 0xa1..=0xda | 0xdf..=0xfb) => char::from_u32(u32::from(byte) + 0xd60).unwrap(),
            _ => char::from(byte),
        }
    }

    fn garbled(self, text: &str) -> String {
        text.bytes().map(|byte| self.letter(byte)).collect()
    }
}

const ALL: [Misread; 3] = [Misread::Latin1, Misread::Windows1252, Misread::Windows874];

#[track_caller]
fn check(garbled: &str, meant: &str) {
    assert_eq!(mended(garbled).as_deref().unwrap_or(garbled), meant);
    assert_eq!(mended(meant), None, "what is mended stays as it is");
}

/// Misread in these ways, once and twice, `text` comes back.
#[track_caller]
fn check_there_and_back(text: &str, misread: &[Misread]) {
    for way in misread {
        let once = way.garbled(text);
        assert_eq!(mended(&once).as_deref(), Some(text), "{way:?}: {once}");
        let twice = way.garbled(&once);
        assert_eq!(mended(&twice).as_deref(), Some(text), "{way:?}, twice: {twice}");
    }
}

#[track_caller]
fn check_left_alone(text: &str) {
    assert_eq!(mended(text), None, "{text}");
    assert_eq!(mended_html(&text.replace('\u{a0}', "&nbsp;")), None, "{text}");
}

/// Headlines that use every letter of a language that may look garbled, small
/// and large, and the typography that goes with it.
const CLEAN: &[&str] = &[
    // French: no-break spaces inside quotes and before high punctuation, capitals with accents.
    "«\u{a0}C’était l’été\u{a0}» : le café a-t-il changé\u{a0}? Déjà… À suivre\u{a0}!",
    "à l’été\u{a0}» ; la LIBERTÉ\u{a0}: OÙ\u{a0}? L’ÎLE, LÀ\u{a0}!",
    "…de la réalité…” et l’œuvre d’un maître, ça coûte 5\u{a0}€ à Noël — naïf, où, août, Œuvre, ŒUVRE",
    // German.
    "„Spaß“ und »Größe«: Straße… „Groß“ wird größer – Ärger über Öl, Übermaß… FUẞBALL, SPAß…",
    // Portuguese and Spanish.
    "“AMANHÃ” não: a IRMÔ MANHÃ… ÓRGÃO – “Ã” é uma letra; São Paulo, ação, você",
    "¿QUÉ…? «Aquí está»… ¡Perú™! El Niño, CORDOBÉS… está», año, PINGÜINO, ÁÉÍÓÚÑ",
    // Italian.
    "DI PIÙ…” perché, città, È “più” – LUNEDÌ… VERITÀ”, COSÌ™, però",
    // The North.
    "”HYVÄ” – MITÄ… HYVÄ… SÄÄ\u{a0}– «PÅ» TØ… SJØ» – BLAÐ” ÞÁ Å\u{a0}være, 5 Å² og 2 Å³, Ø½, ÆØÅ",
    // Poland, Czechia, Hungary, Romania, Turkey, Iceland.
    "„Zażółć gęślą jaźń” – KRAKÓW… ÓW… Příliš žluťoučký kůň – ÚŽASNÉ… Árvíztűrő tükörfúrógép",
    "„România” și țara – ÎN… Â… İstanbul’da ığdır “ŞÖVALYE”… Það er ískalt, Ísland…",
    // Vietnamese, composed and taken apart.
    "Việt Nam: “ngươ\u{300}i” Đà Nẵng – ƯỚC MƠ… ĐÔ… tiếng Việt «bộ»… TÔ” Ô™",
    // Russian, Ukrainian, Greek.
    "«Привет, мир» — это… “Ёлка”; Їжак, ґанок… ЄС – 5\u{a0}₽, №\u{a0}7",
    "«Ελλάδα» – Άνθρωπος… “Ωραία” ΑΘΗΝΑ·, 5\u{a0}μm",
    // Thai: a word that ends in two marks before a quote, vowels before quotes.
    "“เริ่มต้น” ต้น” ใน“กรุงเทพ” แก“ ไก” ผูก โบ” เก่… 5\u{a0}€ ไทย™ ๐๑๒… “โ” สระโ… เธอเนก ฿100",
    "ราคาน้ำมัน–ทองคำ ‘ขึ้น’ต่อเนื่อง… นโยบายใหม่’แก้’ปัญหา",
    // Chinese, Japanese, Korean, Arabic, Hebrew, Hindi.
    "国家大基金拟领投DeepSeek，估值约450亿美元……“很好”《人民日报》—— ￥100",
    "東京で「AI」を発表… ・カタカナ 서울에서 “발표” ₩5,000",
    "«مرحبا» بالعالم… “שלום” עולם – नमस्ते… 5\u{a0}₹ 🌐🦀",
    // Signs.
    "20\u{a0}°C × 3½×¾×¼ ± 5\u{a0}µm, £5, €5, ¥5, 5¢, §\u{a0}3, © 2026 Acme®, Pokémon©, café™, née†, é¹, café². ½×½×½ “10×”",
    "naïve café’s “Beyoncé” – Motörhead… façade—the Brontës’ résumé; El Niño™ ‘Zürich’",
];

/// Words that show what happened to them.
const GARBLED: &[&str] = &[
    "It’s",
    "“Quote”",
    "a–b",
    "wait…",
    "5€",
    "Acme™",
    "→",
    "✓",
    "🌐",
    "👩‍💻",
    "🇫🇷",
    "•",
    "café",
    "à",
    "Noël",
    "Ça",
    "œuvre",
    "maître",
    "£5",
    "20°C",
    "«mot»",
    "größer",
    "Straße",
    "Übermaß",
    "São",
    "você",
    "ação",
    "Niño",
    "¿Qué",
    "Aquí",
    "città",
    "hyvää",
    "på",
    "være",
    "sąd",
    "Łódź",
    "żółw",
    "příliš",
    "žluťoučký",
    "őr",
    "tűr",
    "și",
    "țara",
    "ığdır",
    "şölen",
    "Việt",
    "tiếng",
    "người",
    "Đà",
    "Привет",
    "мир",
    "ґанок",
    "Ελλάδα",
    "μm",
    "שלום",
    "مرحبا",
    "中国",
    "东京で",
    "カタカナ",
    "서울에서",
    "กรุงเทพ",
    "เริ่มต้น",
    "नमस्ते",
    "ქართული",
    "HÔTEL",
    "GARÇON",
    "ÉCOLE",
    "CAFÉ",
];

/// Those of which windows-874 leaves a trace that proves something; its letters
/// alone might be Thai.
const THAI: &[&str] =
    &["It’s", "“Quote”", "a–b", "wait…", "5€", "Acme™", "→", "✓", "🌐", "🦀", "•", "谷歌", "กรุงเทพ", "เริ่มต้น"];

#[test]
fn one_misreading_is_undone() {
    check("Itâ€™s here", "It’s here");
    check("Itโ€™s here", "It’s here");
    check("Itâ\u{80}\u{99}s here", "It’s here");
    check("๐ŸŒ\u{90} news", "🌐 news");
    check("CafÃ© Ã\u{a0} la carte", "Café à la carte");
    check("HÃ”TEL DE VILLE, GARÃ‡ON", "HÔTEL DE VILLE, GARÇON");
    check("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет");
    check("ï»¿News", "\u{feff}News");
    check("Cafรฉ: Itโ€™s", "Café: It’s");
}

#[test]
fn so_are_two() {
    check("Itâ€™s".replace("â€™", "Ã¢â‚¬â„¢").as_str(), "It’s");
    check("CafÃƒÂ©", "Café");
    check("Itเน‚โ‚ฌโ„ขs", "It’s");
}

#[test]
fn each_word_comes_back_from_each_misreading() {
    GARBLED.iter().for_each(|word| check_there_and_back(word, &[Misread::Latin1, Misread::Windows1252]));
    THAI.iter().for_each(|word| check_there_and_back(word, &ALL));
}

#[test]
fn beside_letters_that_are_themselves_only_what_is_sure_is_mended() {
    check("Café: Itâ€™s “RÉ” – HYVÄ…", "Café: It’s “RÉ” – HYVÄ…");
    check("中文 â€“ CafÃ©", "中文 – Café");
}

#[test]
fn what_somebody_wrote_stays() {
    CLEAN.iter().for_each(|text| check_left_alone(text));
}

#[test]
fn markup_is_no_text() {
    let html = "<p>Itâ€™s <a href=\"https://a.test/Ã©\" title=\"CafÃ©\">Ã&nbsp;</a><img src=\"https://a.test/â€™\" alt=\"Ã©\"></p>";
    let meant =
        "<p>It’s <a href=\"https://a.test/Ã©\" title=\"Café\">à</a><img src=\"https://a.test/â€™\" alt=\"é\"></p>";
    assert_eq!(mended_html(html).as_deref(), Some(meant));
    assert_eq!(mended_html("<p>Â&nbsp;5 &amp;nbsp;</p>").as_deref(), Some("<p>&nbsp;5 &amp;nbsp;</p>"));
}

#[test]
fn what_was_garbled_without_end_is_left_as_it_came() {
    check_left_alone(&("Ã".to_owned() + &"ƒ".repeat(100_000)));
}

/// A sentence as a person sets it: words in quotes, in capitals, before marks.
fn sentence() -> impl Strategy<Value = String> {
    let words: Vec<&str> = CLEAN.iter().flat_map(|text| text.split_whitespace()).collect();
    let word =
        prop::sample::select(words).prop_flat_map(|word| prop_oneof![Just(word.to_owned()), Just(word.to_uppercase())]);
    let opening = prop::sample::select(&["", "", "", "“", "„", "«\u{a0}", "«", "»", "‘", "‹", "("][..]);
    let closing = prop::sample::select(
        &["", "", "", "”", "“", "\u{a0}»", "»", "’", "›", "…", "…”", "\u{a0}!", "\u{a0}€", "™", "®", " –", "—", ")"][..],
    );
    let gap = prop::sample::select(&[" ", " ", " ", "\u{a0}", " – "][..]);
    let one = (opening, word, closing, gap).prop_map(|(open, word, close, gap)| format!("{open}{word}{close}{gap}"));
    prop::collection::vec(one, 1..10).prop_map(|words| words.concat())
}

fn of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words), 1..8).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn clean_text_is_left_alone(text in sentence()) {
        check_left_alone(&text);
    }

    #[test]
    fn garbled_text_comes_back(text in of(GARBLED)) {
        check_there_and_back(&text, &[Misread::Latin1, Misread::Windows1252]);
    }

    #[test]
    fn so_does_what_was_taken_for_thai(text in of(THAI)) {
        check_there_and_back(&text, &ALL);
    }

    #[test]
    fn one_mending_is_enough(text in "[ÃÂâ€™©ƒ‚¢„ð\u{80}-\u{bf}a-c โเธ๐Ÿ“”]{0,24}") {
        if let Some(once) = mended(&text) {
            prop_assert_eq!(mended(&once), None);
            prop_assert!(once.len() < text.len());
        }
    }
}
