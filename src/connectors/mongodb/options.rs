//! The names of `MongoDB`'s options, and which of its clients' options have no meaning here.

use crate::connectors::OptionSpec;

/// The options, as the page shows them.
pub const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: AUTH_SOURCE,
        help: "The database that the login is checked against; the database itself, or admin, unless told.",
    },
    OptionSpec {
        name: AUTH_MECHANISM,
        help: "SCRAM-SHA-256, SCRAM-SHA-1 or MONGODB-X509; the best that the server offers unless told.",
    },
    OptionSpec {
        name: REPLICA_SET,
        help: "The replica set that the servers must belong to; its members are found and chosen among.",
    },
    OptionSpec {
        name: READ_PREFERENCE,
        help: "primary, primaryPreferred, secondary, secondaryPreferred or nearest.",
    },
    OptionSpec {
        name: DIRECT,
        help: "true speaks to the given server and no other, whatever its role.",
    },
    OptionSpec {
        name: SRV,
        help: "true finds the servers by the host's SRV entry, as mongodb+srv:// does.",
    },
    OptionSpec {
        name: SRV_SERVICE,
        help: "The service in the SRV entry's name; mongodb unless told.",
    },
    OptionSpec {
        name: CONNECT_TIMEOUT,
        help: "Milliseconds to wait for a connection, up to 5000.",
    },
    OptionSpec {
        name: SAMPLE_SIZE,
        help: "Documents that are looked at in each collection to find its fields; 1000 unless told, 10000 at most.",
    },
    OptionSpec {
        name: VALUES,
        help: "false keeps the values of documents out of the schema; unless told, those of fields with few distinct ones are listed.",
    },
];

/// `authSource`.
pub const AUTH_SOURCE: &str = "authSource";
/// `authMechanism`.
pub const AUTH_MECHANISM: &str = "authMechanism";
/// `replicaSet`.
pub const REPLICA_SET: &str = "replicaSet";
/// `readPreference`.
pub const READ_PREFERENCE: &str = "readPreference";
/// `directConnection`.
pub const DIRECT: &str = "directConnection";
/// Whether the host's name is one of SRV entries.
pub const SRV: &str = "srv";
/// `srvServiceName`.
pub const SRV_SERVICE: &str = "srvServiceName";
/// `connectTimeoutMS`.
pub const CONNECT_TIMEOUT: &str = "connectTimeoutMS";
/// How many documents of a collection are looked at.
pub const SAMPLE_SIZE: &str = "sample_size";

/// Whether the schema lists values of documents where they are few.
pub const VALUES: &str = "values";

/// Checks that stand aside until the whole draft is read: they weaken `tls=true`, which may come later.
pub const ANY_CERTIFICATE: &str = "tlsAllowInvalidCertificates";
/// As [`ANY_CERTIFICATE`], for the name in it alone.
pub const ANY_NAME: &str = "tlsAllowInvalidHostnames";

/// Documents looked at unless told, and at most.
pub const SAMPLE: (u32, u32) = (1_000, 10_000);

/// Known to `MongoDB`'s clients and without meaning here: writes, pools, retries, compression.
pub const WITHOUT_MEANING: &[&str] = &[
    "appname",
    "compressors",
    "heartbeatfrequencyms",
    "journal",
    "localthresholdms",
    "maxadaptiveretries",
    "maxconnecting",
    "maxidletimems",
    "maxpoolsize",
    "maxstalenessseconds",
    "minpoolsize",
    "readconcernlevel",
    "readpreferencetags",
    "retryreads",
    "retrywrites",
    "servermonitoringmode",
    "serverselectiontimeoutms",
    "serverselectiontryonce",
    "sockettimeoutms",
    "srvmaxhosts",
    "timeoutms",
    "tlsdisablecertificaterevocationcheck",
    "tlsdisableocspendpointcheck",
    "uuidrepresentation",
    "w",
    "waitqueuetimeoutms",
    "wtimeoutms",
    "zlibcompressionlevel",
];
