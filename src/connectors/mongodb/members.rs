//! Which server of several is spoken to: the seeds of the URL, and the members that they name.
//!
//! One seed without a replica set is taken as it is. Otherwise all are asked at once, and so is
//! each member that one of them names, once the dialer's rules allow its address.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use mongodb::options::{ReadPreference, SelectionCriteria};
use tokio::time::{Instant, timeout_at};

use super::hello::{MEMBERS, Role};
use super::probe::{self, Member};
use crate::connectors::{ConnectorError, Context, ErrorKind, Host, Stage, Target, Trace};

/// How long a set may take to be looked through.
const SEARCH: Duration = Duration::from_secs(7);

/// Which member is wanted (manual: Read Preference).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Preference {
    /// The primary alone.
    #[default]
    Primary,
    /// The primary, or a secondary where there is none.
    PrimaryPreferred,
    /// A secondary alone.
    Secondary,
    /// A secondary, or the primary where there is none.
    SecondaryPreferred,
    /// Whichever answers first.
    Nearest,
}

impl Preference {
    /// Reads one of `MongoDB`'s words, in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "primary" => Self::Primary,
            "primarypreferred" => Self::PrimaryPreferred,
            "secondary" => Self::Secondary,
            "secondarypreferred" => Self::SecondaryPreferred,
            "nearest" => Self::Nearest,
            _ => return None,
        })
    }

    /// As the driver takes it.
    pub fn criteria(self) -> SelectionCriteria {
        let options = None;
        SelectionCriteria::ReadPreference(match self {
            Self::Primary => ReadPreference::Primary,
            Self::PrimaryPreferred => ReadPreference::PrimaryPreferred { options },
            Self::Secondary => ReadPreference::Secondary { options },
            Self::SecondaryPreferred => ReadPreference::SecondaryPreferred { options },
            Self::Nearest => ReadPreference::Nearest { options },
        })
    }

    /// Whether nothing better can come.
    fn is_met_by(self, role: Role) -> bool {
        match role {
            Role::Standalone | Role::Router => true,
            Role::Primary => !matches!(self, Self::Secondary | Self::SecondaryPreferred),
            Role::Secondary => !matches!(self, Self::Primary | Self::PrimaryPreferred),
            Role::Other => false,
        }
    }

    /// Whether it will do where nothing better came.
    fn allows(self, role: Role) -> bool {
        self.is_met_by(role)
            || matches!(
                (self, role),
                (Self::PrimaryPreferred, Role::Secondary)
                    | (Self::SecondaryPreferred, Role::Primary)
            )
    }
}

/// What is asked of the choice.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The replica set that the servers must belong to.
    pub set: Option<String>,
    /// Which of its members.
    pub preference: Preference,
    /// The first seed and no other, whatever it is.
    pub direct: bool,
}

/// Finds the server to speak to.
pub async fn find(
    context: &Context,
    target: &Target,
    seeds: &[Host],
    wanted: &Wanted,
    trace: &Trace,
) -> Result<Member, ConnectorError> {
    match seeds {
        [only, ..] if wanted.direct || (seeds.len() == 1 && wanted.set.is_none()) => {
            let member = probe::ask(context, target, only, trace).await?;
            belongs(&member, wanted.set.as_deref())?;
            Ok(member)
        }
        _ => search(context, target, seeds, wanted, trace).await,
    }
}

async fn search(
    context: &Context,
    target: &Target,
    seeds: &[Host],
    wanted: &Wanted,
    trace: &Trace,
) -> Result<Member, ConnectorError> {
    let ask = async |host: Host| {
        let scratch = Trace::default();
        let answer = probe::ask(context, target, &host, &scratch).await;
        (host, scratch, answer)
    };
    let mut search = Search::new(wanted, seeds);
    let mut asked = FuturesUnordered::new();
    let deadline = Instant::now() + SEARCH;
    while !search.found() {
        asked.extend(search.unasked().map(ask));
        match timeout_at(deadline, asked.next()).await {
            Ok(Some((host, scratch, answer))) => search.take(host, scratch, answer),
            _ => break,
        }
    }
    let (scratch, result) = search.result();
    trace.adopt(&scratch);
    result
}

struct Search<'a> {
    wanted: &'a Wanted,
    set: Option<String>,
    seeds: &'a [Host],
    known: HashSet<(String, u16)>,
    waiting: Vec<Host>,
    members: Vec<(Member, Trace)>,
    failed: Vec<(Host, ConnectorError, Trace)>,
}

impl<'a> Search<'a> {
    fn new(wanted: &'a Wanted, seeds: &'a [Host]) -> Self {
        let mut search = Self {
            wanted,
            set: wanted.set.clone(),
            seeds,
            known: HashSet::new(),
            waiting: Vec::new(),
            members: Vec::new(),
            failed: Vec::new(),
        };
        search.learn(seeds);
        search
    }

    fn learn(&mut self, hosts: &[Host]) {
        for host in hosts {
            let key = (
                host.name.to_ascii_lowercase(),
                host.port.unwrap_or(super::PORT),
            );
            if self.known.len() < MEMBERS && self.known.insert(key) {
                self.waiting.push(host.clone());
            }
        }
    }

    fn unasked(&mut self) -> impl Iterator<Item = Host> + use<> {
        std::mem::take(&mut self.waiting).into_iter()
    }

    fn take(&mut self, host: Host, trace: Trace, answer: Result<Member, ConnectorError>) {
        let member = answer.and_then(|member| {
            belongs(&member, self.set.as_deref())?;
            Ok(member)
        });
        match member {
            Err(error) => self.failed.push((host, error, trace)),
            Ok(member) => {
                // Where no set was asked for, the first that a seed names is the one.
                self.set = self.set.take().or_else(|| member.hello.set.clone());
                self.learn(&member.hello.members);
                self.members.push((member, trace));
            }
        }
    }

    fn found(&self) -> bool {
        let last = self.members.last();
        last.is_some_and(|(member, _)| self.wanted.preference.is_met_by(member.hello.role))
    }

    fn result(mut self) -> (Trace, Result<Member, ConnectorError>) {
        let preference = self.wanted.preference;
        let met = |(member, _): &(Member, Trace)| preference.is_met_by(member.hello.role);
        let allowed = |(member, _): &(Member, Trace)| preference.allows(member.hello.role);
        let best = self.members.iter().position(met);
        if let Some(at) = best.or_else(|| self.members.iter().position(allowed)) {
            let (member, trace) = self.members.swap_remove(at);
            return (trace, Ok(member));
        }
        if self.members.is_empty() {
            // The first seed's own failure is the one to mend; its time may have run out.
            let of_first = self
                .failed
                .iter()
                .position(|(host, ..)| Some(host) == self.seeds.first());
            if !self.failed.is_empty() {
                let (_, error, trace) = self.failed.swap_remove(of_first.unwrap_or(0));
                return (trace, Err(error));
            }
            let silent = crate::connectors::trace::out_of_time(Stage::Connect, SEARCH);
            return (Trace::default(), Err(silent));
        }
        let error = self.none_fits();
        let trace = self.members.swap_remove(0).1;
        (trace, Err(error))
    }

    fn none_fits(&self) -> ConnectorError {
        let wanted = match self.wanted.preference {
            Preference::Primary | Preference::PrimaryPreferred | Preference::Nearest => "primary",
            Preference::Secondary | Preference::SecondaryPreferred => "secondary",
        };
        let set = self.set.as_deref().unwrap_or_default();
        let answered = self
            .members
            .iter()
            .map(|(member, _)| format!("{} is {}", member.host, member.hello.role.described()));
        let failed = self
            .failed
            .iter()
            .map(|(host, error, _)| format!("{host}: {}", error.message.trim_end_matches('.')));
        let all: Vec<_> = answered.chain(failed).take(8).collect();
        ConnectorError::new(
            ErrorKind::ServerUnavailable,
            format!(
                "No {wanted} of the replica set '{set}' can be reached: {}.",
                all.join("; ")
            ),
            "Members are reached under the names that the set's configuration gives them (rs.conf()), \
             which must lead there from this machine too. To read one member as it is, use \
             options.directConnection = true; to read where there is no primary, \
             options.readPreference = secondaryPreferred.",
        )
        .because("no_suitable_member")
    }
}

/// Checks that a server belongs to the replica set that was asked for.
fn belongs(member: &Member, set: Option<&str>) -> Result<(), ConnectorError> {
    let Some(wanted) = set else { return Ok(()) };
    let is = match (&member.hello.set, member.hello.role) {
        (Some(set), _) if set == wanted => return Ok(()),
        (Some(set), _) => format!("belongs to the replica set '{set}'"),
        (None, Role::Router) => "is a router of a sharded cluster".to_owned(),
        (None, _) => "belongs to no replica set".to_owned(),
    };
    let hint = match &member.hello.set {
        Some(set) => format!("Use options.replicaSet = {set}, or another host."),
        None => "Leave options.replicaSet out, or use another host.".to_owned(),
    };
    let host = &member.host;
    let message = format!("The server at {host} {is}; options.replicaSet asks for '{wanted}'.");
    Err(ConnectorError::new(ErrorKind::UnsupportedServer, message, hint).because("replica_set"))
}
