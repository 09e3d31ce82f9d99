//! What a reviewer would otherwise have to remember: who imports whom, where a driver may appear,
//! and what must not be left lying about.

mod files;
mod vendored;

use std::path::Path;

use files::{File, names, root, tree};

/// The top modules from below upwards: a module imports those of lower floors, and of its own
/// floor only itself, unless the floor is `open`.
const FLOORS: &[Floor] = &[
    open(&["model", "schema", "rows"]),
    closed(&[
        "aside",
        "private_file",
        "disk",
        "folder_lock",
        "sqlite_file",
    ]),
    closed(&["key_file"]),
    closed(&["connectors", "store", "local", "vault", "auth"]),
    closed(&["services"]),
    closed(&["config"]),
    closed(&["telemetry"]),
    closed(&["http"]),
    open(&["app", "cli", "lib", "main"]),
];

/// Crates, and the only places in `src` that may know them.
const CONFINED: &[(&str, &[&str])] = &[
    ("actix_web", &["src/http/", "src/app.rs"]),
    ("actix_http", &["src/http/"]),
    ("tokio_postgres", &["src/connectors/postgres/"]),
    ("mysql_async", &["src/connectors/mysql/"]),
    ("mysql_common", &["src/connectors/mysql/"]),
    ("mongodb", &["src/connectors/mongodb/"]),
    ("bson", &["src/connectors/mongodb/"]),
    ("hyper", &["src/connectors/http_api/"]),
    ("hyper_util", &["src/connectors/http_api/"]),
    (
        "rusqlite",
        &[
            "src/connectors/sqlite/",
            "src/local/",
            "src/sqlite_file.rs",
            "src/store/",
        ],
    ),
    ("rusqlite_migration", &["src/store/"]),
    ("calamine", &["src/connectors/file/"]),
    ("encoding_rs", &["src/connectors/file/"]),
    ("r2d2", &["src/store/"]),
    (
        "tar",
        &[
            "src/services/backup/",
            "src/services/workspace_transfer/archive/",
        ],
    ),
    ("rustix", &["src/disk.rs"]),
];

/// The most lines of a file, and from where on it is asked about.
const LINES: usize = 600;
const MANY_LINES: usize = 450;

/// Names of modules that say nothing of what they hold.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "misc", "util", "utils"];

/// What is written while something is unfinished.
const UNFINISHED: &[&str] = &[
    "todo!",
    "unimplemented!",
    "dbg!",
    "TODO",
    "FIXME",
    "XXX",
    "HACK",
];

/// Paths of somebody's own machine.
const OWN_PATHS: &[&str] = &["/home/", "/Users/", "/work/"];

/// The documents whose links are followed.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "data/README.md",
];

struct Floor {
    modules: &'static [&'static str],
    open: bool,
}

const fn open(modules: &'static [&'static str]) -> Floor {
    let open = true;
    Floor { modules, open }
}

const fn closed(modules: &'static [&'static str]) -> Floor {
    let open = false;
    Floor { modules, open }
}

#[test]
fn every_floor_imports_only_what_stands_below_it() {
    let mut problems = Vec::new();
    for file in source() {
        let importer = file.top_module();
        let Some(from) = floor(importer) else {
            problems.push(format!("{}: stands on no floor", file.path));
            continue;
        };
        for (line, imported) in file.imports() {
            let Some(to) = floor(&imported) else {
                continue;
            };
            let allowed = to < from || imported == importer || (to == from && FLOORS[from].open);
            if !allowed {
                problems.push(format!(
                    "{}:{line}: {importer} imports {imported}",
                    file.path
                ));
            }
        }
    }
    none(
        &problems,
        "Move the code to the floor that may know both, or hand over what is needed as an \
         argument; a new top module takes its place in FLOORS.",
    );
}

#[test]
fn a_crate_that_belongs_to_one_place_is_known_nowhere_else() {
    let mut problems = Vec::new();
    for file in source() {
        for (at, line) in file.code() {
            let strangers = CONFINED.iter().filter(|(name, places)| {
                !places.iter().any(|place| file.path.starts_with(place)) && names(line, name)
            });
            problems.extend(strangers.map(|(name, _)| format!("{}:{at}: {name}", file.path)));
        }
    }
    none(
        &problems,
        "Wrap what is needed of the crate in the place that owns it.",
    );
}

/// What is done in one place alone, and where.
const DONE_IN_ONE_PLACE: &[(&str, &[&str])] = &[
    ("TcpStream::connect(", &["src/connectors/dial.rs"]),
    ("UnixStream::connect(", &["src/connectors/dial.rs"]),
    (
        "Holder::of_folder_and_key(",
        &["src/services/doctor/sources.rs"],
    ),
    (
        "Owner::User(",
        &["src/auth/permission.rs", "src/model/access.rs"],
    ),
    (
        "Owner::Organization(",
        &["src/auth/permission.rs", "src/model/access.rs"],
    ),
];

#[test]
fn what_belongs_to_one_place_is_done_nowhere_else() {
    let mut problems = Vec::new();
    for file in source() {
        if file.path.contains("/tests") {
            continue;
        }
        let own = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        for (call, places) in DONE_IN_ONE_PLACE {
            if own.contains(call) && !places.contains(&file.path.as_str()) {
                problems.push(format!("{}: {call}", file.path));
            }
        }
    }
    none(
        &problems,
        "Dial through `Dialer`, and have an owner from `auth::permission`.",
    );
}

#[test]
fn no_file_has_grown_beyond_one_purpose() {
    let mut problems = Vec::new();
    for file in tree(&["rs", "js", "css", "html", "sql"]) {
        let lines = file.text.lines().count();
        if lines > LINES {
            problems.push(format!("{}: {lines} lines", file.path));
        } else if lines > MANY_LINES {
            println!("{}: {lines} lines; does it hold two things?", file.path);
        }
    }
    none(
        &problems,
        "Split each along what it holds; the limit is 600 lines.",
    );
}

#[test]
fn every_module_is_named_after_what_it_holds() {
    let problems: Vec<_> = tree(&["rs"])
        .into_iter()
        .map(|file| file.path)
        .filter(|path| {
            Path::new(path).iter().any(|part| {
                let part = part.to_string_lossy();
                EMPTY_NAMES.contains(&part.trim_end_matches(".rs"))
            })
        })
        .collect();
    none(
        &problems,
        "Name each after its one purpose, and split it where it has several.",
    );
}

#[test]
fn nothing_unfinished_is_left_in_the_code() {
    let here = tree(&["rs", "sql", "js", "css", "html", "toml"]);
    let problems = lines_where(&here, |_, line| UNFINISHED.iter().any(|w| names(line, w)));
    none(&problems, "Finish it, or take it out.");
}

#[test]
fn no_code_is_kept_as_a_comment() {
    const STARTS: &[&str] = &[
        "// fn ",
        "// if ",
        "// impl ",
        "// let ",
        "// match ",
        "// mod ",
        "// pub ",
        "// return ",
        "// use ",
    ];
    let here = tree(&["rs", "js"]);
    let problems = lines_where(&here, |_, line| {
        let line = line.trim();
        STARTS.iter().any(|start| line.starts_with(start)) && line.ends_with([';', '{', '}'])
    });
    none(
        &problems,
        "Delete it; the history keeps it. In prose, end the line with a full stop.",
    );
}

#[test]
fn no_line_ends_in_blanks() {
    let here = tree(&[
        "rs", "sql", "js", "css", "html", "toml", "md", "sh", "yml", "json",
    ]);
    let problems = lines_where(&here, |_, line| line.ends_with([' ', '\t', '\r']));
    none(
        &problems,
        "Run cargo fmt, or set the editor to trim what it saves.",
    );
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    let tested = |file: &File| {
        let name = file.path.trim_end_matches(".rs");
        file.path.contains("/tests/") || name.ends_with("tests")
    };
    let mut problems = Vec::new();
    for file in source().into_iter().filter(|file| !tested(file)) {
        let own = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        let last = own.lines().count();
        let unwraps = |(at, line): &(usize, &str)| *at <= last && line.contains(".unwrap()");
        let found = file.code().filter(unwraps);
        problems.extend(found.map(|(at, line)| format!("{}:{at}: {}", file.path, line.trim())));
    }
    none(
        &problems,
        "Return an error; or use expect() with the reason why it cannot fail.",
    );
}

#[test]
fn every_catalog_query_answers_in_a_fixed_order() {
    let upper = |text: &str| text.to_ascii_uppercase();
    let unordered = |statement: &&str| {
        let statement = upper(statement);
        names(&statement, "FROM") && !statement.contains("ORDER BY")
    };
    let mut problems = Vec::new();
    for file in tree(&["sql"]) {
        if file.path.starts_with("src/connectors/") {
            let code = file.code().map(|(_, line)| line).collect::<Vec<_>>();
            let unordered = code.join("\n").split(';').filter(unordered).count();
            if unordered > 0 {
                problems.push(format!(
                    "{}:1: {unordered} statements without ORDER BY",
                    file.path
                ));
            }
        }
    }
    none(
        &problems,
        "Add an ORDER BY, so that two reads of one catalog are the same.",
    );
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let mut problems = Vec::new();
    for document in DOCUMENTS {
        let path = root().join(document);
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{document} is missing: {error}"));
        for (at, line) in (1..).zip(text.lines()) {
            let links = line.split("](").skip(1).filter_map(|l| l.split(')').next());
            for link in links {
                let file = link.split('#').next().unwrap_or_default();
                let elsewhere = file.contains("://") || file.starts_with("mailto:");
                let from = path.parent().unwrap_or(&path);
                if !file.is_empty() && !elsewhere && !from.join(file).exists() {
                    problems.push(format!("{document}:{at}: {link}"));
                }
            }
        }
    }
    none(&problems, "Correct the link, or take it out.");
}

#[test]
fn no_file_names_a_path_of_somebodys_own_machine() {
    let here = tree(&[
        "rs", "sql", "js", "css", "html", "toml", "md", "sh", "yml", "json",
    ]);
    let problems = lines_where(&here, |_, line| OWN_PATHS.iter().any(|p| line.contains(p)));
    none(
        &problems,
        "Write it relative to the project, or take it from a variable.",
    );
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|f| f.modules.contains(&module))
}

/// The Rust files of `src`.
fn source() -> Vec<File> {
    let mut files = tree(&["rs"]);
    files.retain(|file| file.path.starts_with("src/"));
    assert!(!files.is_empty(), "no sources were found");
    files
}

fn lines_where(files: &[File], is_wrong: impl Fn(&File, &str) -> bool) -> Vec<String> {
    let mut problems = Vec::new();
    for file in files {
        for (at, line) in (1..).zip(file.text.lines()) {
            if is_wrong(file, line) {
                problems.push(format!("{}:{at}: {}", file.path, line.trim()));
            }
        }
    }
    problems
}

fn none(problems: &[String], what_to_do: &str) {
    assert!(
        problems.is_empty(),
        "{what_to_do}\n  {}\n",
        problems.join("\n  ")
    );
}
