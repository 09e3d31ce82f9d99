//! The project's own files, and what stands in them.

use std::path::{Path, PathBuf};

/// A file of the project, by its path from the root.
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    /// Lines that are no comments, numbered from 1.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let mark = if has_ending(&self.path, "sql") {
            "--"
        } else {
            "//"
        };
        (1..)
            .zip(self.text.lines())
            .filter(move |(_, line)| !line.trim_start().starts_with(mark))
    }

    /// `connectors` of `src/connectors/url.rs`, `app` of `src/app.rs`.
    pub fn top_module(&self) -> &str {
        let path = self.path.trim_start_matches("src/");
        path.split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
    }

    /// How many `super::` lead from this file to the root of the crate.
    fn depth(&self) -> usize {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.trim_end_matches("/mod").split('/').count()
    }

    /// The modules of the crate that are named here, with their lines: `crate::a`,
    /// `crate::{a, b::c}`, and as many `super::` as lead to the root.
    pub fn imports(&self) -> Vec<(usize, String)> {
        let up = "super::".repeat(self.depth());
        let mut code = String::new();
        for line in self.text.lines() {
            let comment = line.trim_start().starts_with("//");
            code += if comment { "" } else { line };
            code.push('\n');
        }
        let code = code.replace(&up, "crate::");
        let mut imports = Vec::new();
        for (at, found) in code.match_indices("crate::") {
            let (before, rest) = (&code[..at], &code[at + found.len()..]);
            if !before.ends_with(is_word) {
                let line = before.matches('\n').count() + 1;
                imports.extend(heads(rest).into_iter().map(|head| (line, head)));
            }
        }
        imports
    }
}

/// The first words of a path, or of each path in a group of them.
fn heads(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![word(path)];
    };
    let mut heads = Vec::new();
    let mut item = String::new();
    let mut nested = 0_usize;
    for c in group.chars() {
        match c {
            '}' if nested == 0 => break,
            ',' if nested == 0 => heads.push(word(&std::mem::take(&mut item))),
            '{' => nested += 1,
            '}' => nested -= 1,
            c => item.push(c),
        }
    }
    heads.push(word(&item));
    heads.retain(|head| !head.is_empty());
    heads
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word(text: &str) -> String {
    let text = text.trim_start();
    text.chars().take_while(|c| is_word(*c)).collect()
}

/// Whether a line of code names something: as a whole word, and not as part of another path.
pub fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = &line[..at];
        let after = &line[at + name.len()..];
        let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
        // `mongodb` is a driver, and the name of our own module for it, which has a constant.
        let item = after.strip_prefix("::").map(word).unwrap_or_default();
        let constant = item.len() > 1 && item.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let path = !before.ends_with("::") && !before.ends_with("mod ") && !constant;
        let in_text = before.matches('"').count() % 2 == 1;
        whole && path && !in_text
    })
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == ending)
}

/// The files of the project with one of these endings, but this one: it names what it forbids.
pub fn tree(endings: &[&str]) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(root()).unwrap();
            let relative = relative.to_string_lossy().into_owned();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                let not_ours = [".git", "target", "node_modules", "data", "static/vendor"];
                if !not_ours.contains(&relative.as_str()) {
                    folders.push(path);
                }
            } else if relative != "tests/tidy.rs"
                && endings.iter().any(|e| has_ending(&relative, e))
            {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push(File {
                    path: relative,
                    text,
                });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[test]
fn imports_are_seen_however_they_are_written() {
    for (path, text, expected) in [
        (
            "src/store/users.rs",
            "use crate::auth::Token;",
            &["auth"][..],
        ),
        ("src/store/mod.rs", "use super::auth;", &["auth"]),
        ("src/store/users.rs", "use super::auth;", &[]),
        (
            "src/store/users.rs",
            "let a = super::super::auth::b();",
            &["auth"],
        ),
        (
            "src/app.rs",
            "use crate::{\n  a::{b, c},\n  d, e::*,\n};",
            &["a", "d", "e"],
        ),
        (
            "src/app.rs",
            "// use crate::auth;\n//! [`crate::auth`]",
            &[],
        ),
        ("src/app.rs", "use other_crate::auth;", &[]),
    ] {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let seen: Vec<_> = file.imports().into_iter().map(|(_, name)| name).collect();
        assert_eq!(seen, expected, "{path}: {text}");
    }
}

#[test]
fn names_are_seen_as_whole_words_of_code() {
    for (line, name, expected) in [
        ("use bson::Document;", "bson", true),
        ("fn a() -> bson::Document {", "bson", true),
        ("use mongodb::bson::Document;", "bson", false),
        ("pub mod mongodb;", "mongodb", false),
        (
            "pub const DRIVERS: &[&Driver] = &[&mongodb::MONGODB];",
            "mongodb",
            false,
        ),
        ("let name = \"bson\";", "bson", false),
        ("let bson_type = 1;", "bson", false),
        ("    todo!()", "todo!", true),
        ("// TODO: more", "TODO", true),
        ("SELECT a FROM t", "FROM", true),
    ] {
        assert_eq!(names(line, name), expected, "{line}");
    }
}
