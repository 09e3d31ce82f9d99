//! What the formats look like, and that no name breaks them.
//!
//! What stands in the snapshots, and some 400 schemas of names such as [`name`] makes, was read by
//! the tools themselves: parsed with every table and column by `mermaid` 11.17 and `@dbml/core`
//! 10.2, compiled by `ajv` 8.20 in strict mode, and rendered by `markdown-it` to no element but
//! those of the document's own. The properties below hold what that showed to matter.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::Value;

use super::fixtures::{HOSTILE, column, documents, foreign_key, hostile, shop, table};
use super::{About, Format, TextFormat};
use crate::schema::{DataType, ForeignKeyAction, Index, IndexColumn, Key, Schema};

const ABOUT: About = About {
    name: "Shop",
    server: "PostgreSQL 17.2",
    captured_at: "2026-01-02T03:04:05Z",
    stale: None,
};

#[test]
fn every_format_reads_back_from_its_name() {
    for name in Format::names() {
        let format: Format = name.parse().unwrap();
        assert_eq!(format.to_string(), name);
    }
    assert!("xml".parse::<Format>().is_err());
}

#[test]
fn a_shop_is_written_in_every_format() {
    let schema = shop();
    insta::assert_snapshot!("shop.md", TextFormat::Markdown.write(&schema, &ABOUT));
    insta::assert_snapshot!("shop.mmd", TextFormat::Mermaid.write(&schema, &ABOUT));
    insta::assert_snapshot!("shop.dbml", TextFormat::Dbml.write(&schema, &ABOUT));
    insta::assert_snapshot!("shop.json", TextFormat::JsonSchema.write(&schema, &ABOUT));
}

#[test]
fn dbml_names_a_column_once_in_an_index_and_has_no_reference_of_unequal_ends() {
    let int = |name: &str| column(name, "int", DataType::Int32);
    let mut of = table("t", vec![int("a"), int("b")], &["a", "b"]);
    let names = ["a", "b", "a"];
    of.indexes = vec![Index {
        name: "twice".to_owned(),
        columns: names
            .map(|name| IndexColumn {
                name: Some(name.to_owned()),
                ..IndexColumn::default()
            })
            .to_vec(),
        ..Index::default()
    }];
    of.keys.push(Key {
        columns: names.map(str::to_owned).to_vec(),
        ..Key::default()
    });
    let mut short = table("s", vec![int("a")], &[]);
    short.foreign_keys = vec![foreign_key(&["a"], "t", &["a", "b"])];
    let schema = Schema {
        tables: vec![of, short],
        ..Schema::default()
    };
    let dbml = TextFormat::Dbml.write(&schema, &ABOUT);
    assert!(dbml.contains("(\"a\", \"b\") [name: 'twice']"), "{dbml}");
    assert!(dbml.contains("(\"a\", \"b\") [unique]"), "{dbml}");
    assert!(!dbml.contains("\nRef"), "{dbml}");
    assert!(
        dbml.contains("\n// \"public\".\"s\".\"a\" refers to "),
        "{dbml}"
    );
}

#[test]
fn a_form_says_since_when_and_why_it_may_be_out_of_date() {
    let about = About {
        stale: Some("No \"file\"\n%%{init: {}}%% there."),
        ..ABOUT
    };
    let written = |format: TextFormat| format.write(&shop(), &about);
    let told = "As it was read 2026-01-02T03:04:05Z. It could not be read again: No ";
    let mermaid = written(TextFormat::Mermaid);
    let line = mermaid.lines().nth(1).unwrap();
    let words = line.strip_prefix(&format!("    %% {told}")).unwrap();
    assert_mermaid_text(words);
    let dbml = written(TextFormat::Dbml);
    let line = dbml.lines().next().unwrap();
    assert!(line.starts_with(&format!("// {told}\"file\"")), "{line}");
    assert!(line.ends_with("there."), "{line}");
    let json: Value = serde_json::from_str(&written(TextFormat::JsonSchema)).unwrap();
    let comment = json["$comment"].as_str().unwrap();
    assert!(comment.starts_with(told), "{comment}");
}

#[test]
fn what_a_foreign_key_does_is_never_made_up() {
    let mut schema = shop();
    for table in &mut schema.tables {
        for key in &mut table.foreign_keys {
            key.on_delete = ForeignKeyAction::Unknown;
        }
    }
    let markdown = TextFormat::Markdown.write(&schema, &ABOUT);
    assert!(markdown.contains(", on delete unknown"), "{markdown}");
    // DBML has no word for it.
    let dbml = TextFormat::Dbml.write(&schema, &ABOUT);
    assert!(!dbml.contains("delete:"), "{dbml}");
}

#[test]
fn documents_are_written_in_every_format() {
    let schema = documents();
    insta::assert_snapshot!("documents.md", TextFormat::Markdown.write(&schema, &ABOUT));
    insta::assert_snapshot!("documents.mmd", TextFormat::Mermaid.write(&schema, &ABOUT));
    insta::assert_snapshot!("documents.dbml", TextFormat::Dbml.write(&schema, &ABOUT));
    insta::assert_snapshot!(
        "documents.json",
        TextFormat::JsonSchema.write(&schema, &ABOUT)
    );
}

#[test]
fn hostile_names_are_written_in_every_format() {
    let schema = hostile(&["a \"b\" | `c` \\ <d>\n%% #e; ~", "direction TB", "pk", ""]);
    insta::assert_snapshot!("hostile.md", TextFormat::Markdown.write(&schema, &ABOUT));
    insta::assert_snapshot!("hostile.mmd", TextFormat::Mermaid.write(&schema, &ABOUT));
    insta::assert_snapshot!("hostile.dbml", TextFormat::Dbml.write(&schema, &ABOUT));
}

/// Names of pieces that mean something in one of the formats.
fn name() -> impl Strategy<Value = String> {
    const PIECES: [&str; 34] = [
        "\"",
        "'",
        "`",
        "|",
        "\\",
        "\n",
        "\r",
        "%%",
        "#",
        ";",
        ":",
        "<",
        ">",
        "&",
        "~",
        "{",
        "}",
        "[",
        "]",
        "(",
        "direction ",
        "TB",
        "style",
        "\u{2028}",
        "\u{85}",
        "\u{feff}",
        "🏳️‍🌈",
        "a",
        " ",
        "*",
        "_",
        "\t",
        "---",
        "pk",
    ];
    let piece = prop_oneof![
        prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[a-zA-Z0-9_ ]{1,6}",
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(name(), 1..7)
}

fn written(format: TextFormat, names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    format.write(&hostile(&names), &ABOUT)
}

fn is_word(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What stands between the quotes of a line of `mermaid`, which its lexer takes as one text.
fn assert_mermaid_text(text: &str) {
    assert!(!text.is_empty());
    assert!(
        !text.contains(['"', '%', '\\', '<', '>', '&', '`', '~']),
        "{text}"
    );
    assert!(!text.chars().any(char::is_control), "{text}");
    for after in text.split('#').skip(1) {
        let (number, _) = after.split_once(';').unwrap();
        assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{text}");
    }
    for after in text.split(':').skip(1) {
        assert!(after.starts_with(' '), "{text}");
    }
    let lower = text.to_ascii_lowercase();
    for (at, word) in lower.match_indices("direction") {
        assert!(
            !lower[at + word.len()..].starts_with(char::is_whitespace),
            "{text}"
        );
    }
}

/// A line without its quoted texts, each replaced by one quote.
fn without_texts(line: &str) -> String {
    let mut parts = line.split('"');
    let mut bare = parts.next().unwrap_or_default().to_owned();
    while let Some(text) = parts.next() {
        assert_mermaid_text(text);
        bare.push('"');
        bare.push_str(parts.next().expect("quotes come in pairs"));
    }
    bare
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_names_make_a_diagram_of_known_lines(names in names()) {
        let text = written(TextFormat::Mermaid, &names);
        let mut lines = text.lines();
        prop_assert_eq!(lines.next(), Some("erDiagram"));
        let (mut ids, mut attributes) = (HashSet::new(), HashSet::new());
        for line in lines.filter(|line| !line.starts_with("    %% ")) {
            let bare = without_texts(line);
            let words: Vec<_> = bare.split_whitespace().collect();
            if bare.starts_with("        ") {
                prop_assert!(is_word(words[1]) && !["pk", "fk", "uk"].contains(&words[1]), "{}", line);
                prop_assert!(attributes.insert(words[1].to_owned()), "{}", line);
                prop_assert!(words[0].starts_with(|c: char| c.is_ascii_alphabetic()), "{}", line);
                let keys = |word: &&str| ["PK", "PK,", "FK", "FK,", "UK", "\""].contains(word);
                prop_assert!(words[2..].iter().all(keys), "{}", line);
            } else if let Some(head) = bare.strip_suffix(" {") {
                let id = head.trim_start().trim_end_matches("[\"]");
                prop_assert!(is_word(id) && ids.insert(id.to_owned()), "{}", line);
                attributes.clear();
            } else if bare != "    }" {
                prop_assert_eq!(words.len(), 5, "{}", line);
                prop_assert!(!ids.is_empty() && is_word(words[0]) && is_word(words[2]), "{}", line);
                prop_assert_eq!(&words[3..], &[":", "\""]);
            }
        }
        prop_assert_eq!(ids.len(), names.iter().collect::<HashSet<_>>().len());
    }

    #[test]
    fn any_names_make_rows_of_as_many_cells_and_no_html(names in names()) {
        let text = written(TextFormat::Markdown, &names);
        let mut fence: Option<&str> = None;
        for line in text.lines() {
            match fence {
                Some(open) if line == open => fence = None,
                None if line.starts_with("```") => fence = Some(line.trim_end_matches("sql").trim_end_matches("json")),
                _ => {}
            }
            if fence.is_some() || !line.starts_with('|') {
                continue;
            }
            let mut cells = 0;
            let mut before = ' ';
            for c in line.chars() {
                cells += usize::from(c == '|' && before != '\\');
                before = c;
            }
            prop_assert_eq!(cells, 7, "{}", line);
        }
    }

    #[test]
    fn no_text_becomes_markup_in_prose(text in name()) {
        let prose = super::markdown::escape::prose(&text);
        prop_assert!(!prose.contains(['<', '>', '\n', '\r']), "{}", prose);
        let mut chars = prose.chars();
        while let Some(c) = chars.next() {
            prop_assert!(!"`*[]|~".contains(c), "{}", prose);
            if c == '\\' {
                chars.next();
            }
        }
    }

    #[test]
    fn any_names_keep_dbml_in_its_quotes(names in names()) {
        let text = written(TextFormat::Dbml, &names);
        let mut tables = 0;
        for line in text.lines().filter(|line| !line.trim_start().starts_with("// ")) {
            prop_assert!(!line.chars().any(char::is_control), "{}", line);
            let mut bare = String::new();
            let mut chars = line.chars();
            while let Some(quote) = chars.next() {
                bare.push(quote);
                if "\"'`".contains(quote) {
                    loop {
                        match chars.next() {
                            Some('\\') if quote != '`' => drop(chars.next()),
                            Some(c) if c == quote => break,
                            Some(_) => {}
                            None => prop_assert!(false, "a quote is open: {}", line),
                        }
                    }
                }
            }
            let known = |c: char| c.is_ascii_alphanumeric() || "\"'`{}[](),.:>-_ ".contains(c);
            prop_assert!(bare.chars().all(known), "{}", line);
            tables += usize::from(bare.starts_with("Table "));
        }
        prop_assert_eq!(tables, names.iter().collect::<HashSet<_>>().len());
    }

    #[test]
    fn any_names_are_found_where_the_json_schema_points(names in names()) {
        let document: Value = serde_json::from_str(&written(TextFormat::JsonSchema, &names)).unwrap();
        let tables = document["properties"].as_object().unwrap();
        prop_assert_eq!(tables.len(), names.iter().collect::<HashSet<_>>().len());
        for of in tables.values() {
            let reference = of["items"]["$ref"].as_str().unwrap();
            let pointer = percent_encoding::percent_decode_str(&reference[1..]).decode_utf8().unwrap();
            let found = document.pointer(&pointer).unwrap();
            prop_assert_eq!(found["properties"].as_object().unwrap().len(), tables.len());
        }
    }
}
