//! What makes an installation less safe than it could be, and what to do about it.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::Setting;
use crate::services::backup::{Failure, Schedule};

/// Below this much free disk something will fail soon.
const LITTLE_DISK: u64 = 1 << 30;
/// A backup that is older is one of another time.
const OLD_BACKUP: Duration = Duration::from_hours(7 * 24);

/// Something that could be safer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Advice {
    /// What it is, for a program.
    pub code: &'static str,
    /// What it is, in a sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The command that does it, where there is one.
    pub command: Option<String>,
}

/// What was seen of an installation.
#[derive(Debug, Clone)]
pub(super) struct Seen<'a> {
    pub setting: Setting,
    pub key_in_data_folder: bool,
    pub demo_user: bool,
    /// Files that others may read, each with the mode that it should have.
    pub open_files: &'a [(PathBuf, &'static str)],
    pub free_bytes: Option<u64>,
    pub keyed_backups: usize,
    pub backup_age: Option<Duration>,
    pub backup_failure: Option<&'a Failure>,
    pub schedule: Option<Schedule>,
}

/// What to do, the gravest first.
pub(super) fn advise(seen: &Seen<'_>) -> Vec<Advice> {
    let mut all = Vec::new();
    network(seen, &mut all);
    secrets(seen, &mut all);
    backups(seen, &mut all);
    if let Some(free) = seen.free_bytes.filter(|free| *free < LITTLE_DISK) {
        all.push(Advice {
            code: "little_disk",
            message: format!("{} MB are free on the disk of the data folder.", free >> 20),
            hint: "Free some space, or move the folder to a larger disk.".to_owned(),
            command: None,
        });
    }
    all
}

fn network(seen: &Seen<'_>, all: &mut Vec<Advice>) {
    let address = seen.setting.address;
    if address.ip().is_loopback() {
        return;
    }
    all.push(Advice {
        code: "reachable_without_tls",
        message: format!(
            "The server listens on {address}, where other machines reach it by plain HTTP."
        ),
        hint: "Let it listen on 127.0.0.1 with a proxy before it that speaks TLS; or see to it that the proxy alone reaches that address.".to_owned(),
        command: None,
    });
    if seen.setting.any_source_host {
        all.push(Advice {
            code: "any_source_host",
            message:
                "Whoever may connect a source may have any host dialled that this machine reaches."
                    .to_owned(),
            hint: "List by source_hosts those that sources are on.".to_owned(),
            command: None,
        });
    }
}

fn secrets(seen: &Seen<'_>, all: &mut Vec<Advice>) {
    if seen.demo_user {
        all.push(Advice {
            code: "demo_user",
            message:
                "There is the user of the demo, an admin whose password and token were printed."
                    .to_owned(),
            hint: "Where it is no demo any more: headwater user disable demo --organization demo"
                .to_owned(),
            command: Some("headwater user disable demo --organization demo".to_owned()),
        });
    }
    if seen.setting.password_in_settings {
        all.push(Advice {
            code: "admin_password_in_settings",
            message: "The first admin's password stands among the settings, where it is of no more use.".to_owned(),
            hint: "Take admin_user and admin_password away; where the password was not changed since, change it.".to_owned(),
            command: None,
        });
    }
    for (path, mode) in seen.open_files {
        let path = path.display();
        all.push(Advice {
            code: "open_files",
            message: format!("Others on this machine may read {path}."),
            hint: format!("Run: chmod {mode} {path}"),
            command: Some(format!("chmod {mode} {path}")),
        });
    }
    if seen.keyed_backups > 0 {
        let many = match seen.keyed_backups {
            1 => "A backup in the folder of backups has".to_owned(),
            many => format!("{many} backups in the folder of backups have"),
        };
        all.push(Advice {
            code: "keys_in_backups",
            message: format!("{many} the keys inside: whoever reads it has every password."),
            hint: "Take it to where keys are kept, and delete it here.".to_owned(),
            command: None,
        });
    }
    if seen.key_in_data_folder {
        all.push(Advice {
            code: "key_beside_data",
            message:
                "The key that seals credentials stands in the data folder, beside what it seals."
                    .to_owned(),
            hint: "Keep it elsewhere by secret_key_file, or off the disk by HEADWATER_SECRET_KEY."
                .to_owned(),
            command: None,
        });
    }
}

fn backups(seen: &Seen<'_>, all: &mut Vec<Advice>) {
    const MAKE_ONE: &str =
        "Make one by POST /admin/backups or `headwater backup`, or have them made by backup_every.";
    if let Some(failure) = seen.backup_failure {
        all.push(Advice {
            code: "backup_failed",
            message: format!("The last backup was not made: {}.", failure.message),
            hint: "See to what it says; the next success takes this away.".to_owned(),
            command: None,
        });
    }
    let old = seen
        .schedule
        .map_or(OLD_BACKUP, |schedule| OLD_BACKUP.max(schedule.every * 2));
    match seen.backup_age {
        None => all.push(Advice {
            code: "no_backup",
            message: "There is no backup in the folder of backups.".to_owned(),
            hint: MAKE_ONE.to_owned(),
            command: None,
        }),
        Some(age) if age > old => all.push(Advice {
            code: "old_backup",
            message: format!("The newest backup is {} days old.", age.as_secs() / 86_400),
            hint: MAKE_ONE.to_owned(),
            command: None,
        }),
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn codes(seen: &Seen<'_>) -> Vec<&'static str> {
        let all = advise(seen);
        assert!(
            all.iter()
                .all(|one| one.message.ends_with('.') && !one.hint.is_empty())
        );
        all.into_iter().map(|advice| advice.code).collect()
    }

    #[test]
    fn each_weakness_is_told_alone_and_a_sound_installation_none() {
        let failure = Failure {
            at: Timestamp::UNIX_EPOCH,
            message: "the disk is full".to_owned(),
            scheduled: true,
        };
        let open = [(PathBuf::from("data/secret.key"), "600")];
        let sound = Seen {
            setting: Setting {
                address: "127.0.0.1:8000".parse().unwrap(),
                any_source_host: true,
                password_in_settings: false,
            },
            key_in_data_folder: false,
            demo_user: false,
            open_files: &[],
            free_bytes: Some(LITTLE_DISK),
            keyed_backups: 0,
            backup_age: Some(OLD_BACKUP),
            backup_failure: None,
            schedule: None,
        };
        assert_eq!(codes(&sound), Vec::<&str>::new());
        let open_to_all = Setting {
            address: "0.0.0.0:8000".parse().unwrap(),
            any_source_host: false,
            ..sound.setting
        };
        let any = Setting {
            any_source_host: true,
            ..open_to_all
        };
        let password = Setting {
            password_in_settings: true,
            ..sound.setting
        };
        let later = Some(OLD_BACKUP + Duration::from_secs(1));
        let weekly = Some(Schedule {
            every: OLD_BACKUP,
            keep: 1,
        });
        for (seen, expected) in [
            (
                Seen {
                    setting: open_to_all,
                    ..sound.clone()
                },
                &["reachable_without_tls"][..],
            ),
            (
                Seen {
                    setting: any,
                    ..sound.clone()
                },
                &["reachable_without_tls", "any_source_host"],
            ),
            (
                Seen {
                    setting: password,
                    ..sound.clone()
                },
                &["admin_password_in_settings"],
            ),
            (
                Seen {
                    demo_user: true,
                    ..sound.clone()
                },
                &["demo_user"],
            ),
            (
                Seen {
                    open_files: &open,
                    ..sound.clone()
                },
                &["open_files"],
            ),
            (
                Seen {
                    keyed_backups: 2,
                    ..sound.clone()
                },
                &["keys_in_backups"],
            ),
            (
                Seen {
                    key_in_data_folder: true,
                    ..sound.clone()
                },
                &["key_beside_data"],
            ),
            (
                Seen {
                    backup_age: None,
                    ..sound.clone()
                },
                &["no_backup"],
            ),
            (
                Seen {
                    backup_age: later,
                    ..sound.clone()
                },
                &["old_backup"],
            ),
            (
                Seen {
                    backup_age: later,
                    schedule: weekly,
                    ..sound.clone()
                },
                &[],
            ),
            (
                Seen {
                    backup_failure: Some(&failure),
                    ..sound.clone()
                },
                &["backup_failed"],
            ),
            (
                Seen {
                    free_bytes: Some(LITTLE_DISK - 1),
                    ..sound.clone()
                },
                &["little_disk"],
            ),
            (
                Seen {
                    free_bytes: None,
                    ..sound.clone()
                },
                &[],
            ),
        ] {
            assert_eq!(codes(&seen), expected);
        }
    }
}
