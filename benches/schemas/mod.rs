//! Reading, keeping and searching the schema of a database of 5,000 tables and 50,000 columns.
//!
//! Side by side in one run, each a process of its own from its start to its end: the bare catalog
//! rows by the server's own client, the whole schema by us, and by `SQLAlchemy`.

mod kept;
mod reading;

use super::server::Outcome;

/// Tables of the database; each has ten columns, a key, a reference, an index and comments.
const TABLES: usize = 5_000;

/// A server that takes part.
#[derive(Clone, Copy, PartialEq)]
enum Engine {
    Postgres,
    MySql,
    MariaDb,
}

impl Engine {
    fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
        }
    }

    fn chosen() -> Vec<Self> {
        let chosen = std::env::var("HEADWATER_TEST_ENGINES").unwrap_or_default();
        [Self::Postgres, Self::MySql, Self::MariaDb]
            .into_iter()
            .filter(|engine| chosen.split(',').any(|name| name == engine.name()))
            .collect()
    }

    fn port(self) -> String {
        variable(&format!("{}_PORT", self.name().to_uppercase()))
    }
}

fn variable(name: &str) -> String {
    let name = format!("HEADWATER_TEST_{name}");
    std::env::var(&name)
        .unwrap_or_else(|_| panic!("{name} is not set: run the benchmarks by `make bench`"))
}

pub async fn run() -> Outcome<()> {
    for engine in Engine::chosen() {
        reading::run(engine)?;
        kept::run(engine).await?;
    }
    Ok(())
}
