//! Which files a path means, and which tables they are.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::excel;
use super::options::Options;
use super::part::{Format, Part};
use crate::connectors::files::{Files, Found};
use crate::connectors::{ConnectorError, ErrorKind};

/// The files of one table.
#[derive(Debug, Clone)]
pub struct TableFiles {
    pub name: String,
    pub parts: Vec<Part>,
}

impl TableFiles {
    /// What tells whether the files are as they were and are read as they were: names, sizes, times of
    /// change and options. `None` where the file system keeps no times.
    pub fn version(&self, options: &Options) -> Option<String> {
        let mut hash = Sha256::new();
        hash.update(format!("{options:?}"));
        for part in &self.parts {
            let changed = part.changed?.duration_since(UNIX_EPOCH).ok()?;
            let Part {
                shown, sheet, size, ..
            } = part;
            hash.update(format!("{shown:?}{sheet:?}{size} {changed:?}"));
        }
        Some(HEXLOWER.encode(&hash.finalize()[..16]))
    }
}

/// What a path means.
#[derive(Debug, Default)]
pub struct Place {
    pub tables: Vec<TableFiles>,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

/// The most files of a source, and entries of a folder that are looked at.
const FILES: usize = 10_000;
const ENTRIES: usize = 100_000;

/// The tables of a path: of one file, of a pattern with `*` and `?`, or of a folder.
pub fn find(files: &Files, path: &str, options: &Options) -> Result<Place, ConnectorError> {
    if path.contains(['*', '?']) {
        return of_pattern(files, path, options);
    }
    match files.find(path)? {
        Found::File(file) => {
            // By the name that was asked for: a link's own target may have any ending.
            let format = format(Path::new(path), options).ok_or_else(|| unknown(path))?;
            let part = Part::new(file, path.to_owned(), format)?;
            let tables = tables_of(part, stem(Path::new(path)), options)?;
            let notes = Vec::new();
            Ok(Place { tables, notes })
        }
        Found::Folder(folder) => of_folder(files, path, &folder, options),
    }
}

fn of_folder(
    files: &Files,
    path: &str,
    folder: &Path,
    options: &Options,
) -> Result<Place, ConnectorError> {
    let mut place = Place::default();
    let mut skipped = 0;
    for name in entries(folder, path)? {
        let shown = joined(path, &name);
        // Links out of the folder, and folders below it, are no files of this one.
        let Ok(Found::File(file)) = files.find(&shown) else {
            continue;
        };
        let Some(format) = Format::of(Path::new(&name)) else {
            skipped += 1;
            continue;
        };
        if place.tables.len() >= FILES {
            return Err(too_many(path));
        }
        let part = Part::new(file, shown, format)?;
        let tables = tables_of(part, stem(Path::new(&name)), options)?;
        place.tables.extend(tables);
    }
    if skipped > 0 {
        let note = format!("{skipped} files of the folder have an ending that is not known.");
        place.notes.push(note);
    }
    if place.tables.is_empty() {
        return Err(nothing(path));
    }
    tell_apart(&mut place.tables);
    Ok(place)
}

fn of_pattern(files: &Files, path: &str, options: &Options) -> Result<Place, ConnectorError> {
    let mut found = vec![String::new()];
    for component in path.split('/').filter(|part| !part.is_empty()) {
        if component == ".." {
            return Err(nothing(path));
        }
        let mut next = Vec::new();
        for base in found {
            if !component.contains(['*', '?']) {
                next.push(joined(&base, component));
                continue;
            }
            let at = if base.is_empty() { "." } else { &base };
            let Ok(Found::Folder(folder)) = files.find(at) else {
                continue;
            };
            let names = entries(&folder, path)?;
            let fitting = names.into_iter().filter(|name| fits(component, name));
            next.extend(fitting.map(|name| joined(&base, &name)));
            if next.len() > FILES {
                return Err(too_many(path));
            }
        }
        found = next;
    }
    let mut parts = Vec::new();
    for shown in found {
        let Ok(Found::File(file)) = files.find(&shown) else {
            continue;
        };
        let format = format(Path::new(&shown), options).ok_or_else(|| unknown(&shown))?;
        let mut part = Part::new(file, shown, format)?;
        if format == Format::Excel {
            part.sheet = excel::sheets(&part, options.sheet.as_deref())?
                .into_iter()
                .next();
        }
        parts.push(part);
    }
    let Some(first) = parts.first() else {
        return Err(nothing(path));
    };
    if let Some(other) = parts.iter().find(|part| part.format != first.format) {
        return Err(ConnectorError::new(
            ErrorKind::ProtocolMismatch,
            format!(
                "'{path}' means files of several formats, such as '{}' and '{}'.",
                first.shown, other.shown
            ),
            "Name files of one format; they become one table.",
        ));
    }
    let name = name_of_pattern(path);
    let tables = vec![TableFiles { name, parts }];
    let notes = Vec::new();
    Ok(Place { tables, notes })
}

/// The names in a folder that are not hidden, in order.
fn entries(folder: &Path, shown: &str) -> Result<Vec<String>, ConnectorError> {
    let read = std::fs::read_dir(folder);
    let read = read.map_err(|error| super::error::io_failed(&error, shown))?;
    let mut names: Vec<_> = read
        .take(ENTRIES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    Ok(names)
}

fn tables_of(
    part: Part,
    name: String,
    options: &Options,
) -> Result<Vec<TableFiles>, ConnectorError> {
    if part.format != Format::Excel {
        let parts = vec![part];
        return Ok(vec![TableFiles { name, parts }]);
    }
    let sheets = excel::sheets(&part, options.sheet.as_deref())?;
    let tables = sheets.into_iter().map(|sheet| TableFiles {
        name: sheet.clone(),
        parts: vec![Part {
            sheet: Some(sheet),
            ..part.clone()
        }],
    });
    Ok(tables.collect())
}

/// Tables of one name are called by their files' whole names.
fn tell_apart(tables: &mut [TableFiles]) {
    let mut count: HashMap<String, usize> = HashMap::new();
    for table in tables.iter() {
        *count.entry(table.name.clone()).or_default() += 1;
    }
    for table in tables {
        if count[&table.name] > 1 {
            let file = Path::new(&table.parts[0].shown).file_name();
            let file = file.unwrap_or_default().to_string_lossy();
            table.name = match &table.parts[0].sheet {
                Some(sheet) => format!("{file} {sheet}"),
                None => file.into_owned(),
            };
        }
    }
}

fn format(path: &Path, options: &Options) -> Option<Format> {
    options.format.or_else(|| Format::of(path))
}

fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or(OsStr::new("file"));
    let name = PathBuf::from(name);
    let inner = if name
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("gz"))
    {
        PathBuf::from(name.file_stem().unwrap_or_default())
    } else {
        name
    };
    let stem = inner.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// What is fixed of the last part's name; the folder's name where nothing is.
fn name_of_pattern(path: &str) -> String {
    let of = |part: &str| {
        let letters = part.split(['*', '?']).find(|text| !text.is_empty());
        let letters = letters.unwrap_or_default();
        letters.trim_matches(['-', '_', '.', ' ']).to_owned()
    };
    let mut parts = path.rsplit('/');
    let last = parts.next().map(|last| stem(Path::new(last)));
    let named = last.into_iter().chain(parts.map(str::to_owned));
    let mut named = named.map(|part| of(&part)).filter(|name| !name.is_empty());
    named.next().unwrap_or_else(|| "files".to_owned())
}

fn joined(base: &str, name: &str) -> String {
    match base.trim_end_matches('/') {
        "" | "." => name.to_owned(),
        base => format!("{base}/{name}"),
    }
}

/// Whether a name fits a pattern, in which `*` stands for any letters and `?` for one.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<_>, Vec<_>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut back = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                back = Some((p, n));
                p += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    p = star + 1;
                    n = from + 1;
                    back = Some((star, n));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

fn unknown(path: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::ProtocolMismatch,
        format!("The ending of '{path}' does not tell its format."),
        "Say it as `format`: csv, tsv, json, jsonl, parquet, excel or sqlite.",
    )
}

fn nothing(path: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::DatabaseNotFound,
        format!("There is no file that '{path}' means in the files folder."),
        "Check the spelling, with capitals; the path begins at the files folder.",
    )
}

fn too_many(path: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::LimitExceeded,
        format!("'{path}' means more than {FILES} files."),
        "Name fewer files.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_what_they_mean() {
        for (pattern, name, expected) in [
            ("*", "a.csv", true),
            ("*.csv", "a.csv", true),
            ("*.csv", "a.tsv", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b", "xaxbxb", true),
            ("*a*b", "xaxbx", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_names_its_table() {
        for (pattern, name) in [
            ("sales/2024/*.csv", "2024"),
            ("sales/orders-*.csv.gz", "orders"),
            ("*.csv", "files"),
            ("*/*_log.csv", "log"),
        ] {
            assert_eq!(name_of_pattern(pattern), name, "{pattern}");
        }
    }
}
