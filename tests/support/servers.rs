//! The real servers, as `tests/servers/with.sh` starts them.

/// Whether an engine takes part. All do, unless the run was narrowed on purpose.
pub fn chosen(engine: &str) -> bool {
    match std::env::var("HEADWATER_TEST_ENGINES") {
        Ok(chosen) => chosen.split(',').any(|name| name.trim() == engine),
        Err(_) => true,
    }
}

/// What the servers' script says; a test without its servers fails.
pub fn variable(name: &str) -> String {
    let name = format!("HEADWATER_TEST_{name}");
    std::env::var(&name).unwrap_or_else(|_| {
        panic!("{name} is not set: the servers are missing. Run the tests by `make test`.")
    })
}

/// A port of one of the servers.
pub fn port(name: &str) -> u16 {
    variable(name).parse().expect("a port")
}

/// The password of `headwater_admin` on every server.
pub fn admin_password() -> String {
    variable("ADMIN_PASSWORD")
}

/// A PEM text of the run's own authority.
pub fn pem(file: &str) -> String {
    let path = std::path::Path::new(&variable("TLS_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `MongoDB`'s protocol, logins demanded.
pub struct MongoDb {
    pub port: u16,
    /// The same behind TLS.
    pub tls_port: u16,
}

/// `None` where the engine was left out on purpose.
pub fn mongodb() -> Option<MongoDb> {
    chosen("mongodb").then(|| MongoDb {
        port: port("MONGODB_PORT"),
        tls_port: port("MONGODB_TLS_PORT"),
    })
}

/// The port of the `PostgreSQL` server; `None` where the engine was left out on purpose.
pub fn postgres_port() -> Option<u16> {
    chosen("postgres").then(|| port("POSTGRES_PORT"))
}
