//! `mongodb+srv`: the servers and some options stand in the DNS (specification: Initial DNS
//! Seedlist Discovery). The driver's own resolver would follow them past the dialer.

use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::{Name, RData};
use hickory_resolver::{ResolverBuilder, TokioResolver};

use super::hello::MEMBERS;
use crate::connectors::{ConnectorError, ErrorKind, Host};

/// What the DNS tells of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seeds {
    /// The servers.
    pub hosts: Vec<Host>,
    /// The database that logins are checked against.
    pub auth_source: Option<String>,
    /// The replica set.
    pub replica_set: Option<String>,
}

/// Looks a name up, with this machine's name servers.
pub async fn look_up(name: &str, service: &str) -> Result<Seeds, ConnectorError> {
    let resolver = TokioResolver::builder_tokio().and_then(ResolverBuilder::build);
    let resolver = resolver.map_err(|error| failed(name, &error))?;
    ask(&resolver, name, service).await
}

async fn ask(resolver: &TokioResolver, name: &str, service: &str) -> Result<Seeds, ConnectorError> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let absolute = |text: String| {
        // With its dot, so that the machine's search domains are left out of it.
        Name::from_str_relaxed(text).map_err(|error| failed(&name, &error.into()))
    };
    let servers = resolver.srv_lookup(absolute(format!("_{service}._tcp.{name}."))?);
    let options = resolver.txt_lookup(absolute(format!("{name}."))?);
    let (servers, options) = tokio::join!(servers, options);
    let servers = servers.map_err(|error| failed(&name, &error))?;
    let servers = servers.answers().iter().filter_map(|r| match &r.data {
        RData::SRV(srv) => Some((srv.target.to_utf8(), srv.port)),
        _ => None,
    });
    let mut seeds = Seeds {
        hosts: hosts(&name, servers)?,
        ..Seeds::default()
    };
    match options {
        Err(error) if error.is_no_records_found() => {}
        Err(error) => return Err(failed(&name, &error)),
        Ok(found) => {
            let texts = found.answers().iter().filter_map(|r| match &r.data {
                RData::TXT(text) => Some(text.txt_data.concat()),
                _ => None,
            });
            read_options(&name, texts, &mut seeds)?;
        }
    }
    Ok(seeds)
}

/// The servers, each of which must lie in the name's own domain: the DNS of another must not
/// choose who gets the login.
fn hosts(
    name: &str,
    servers: impl Iterator<Item = (String, u16)>,
) -> Result<Vec<Host>, ConnectorError> {
    let parent = match name.split_once('.') {
        Some((_, parent)) if parent.contains('.') => parent,
        _ => name,
    };
    let mut hosts = Vec::new();
    for (target, port) in servers.take(MEMBERS) {
        let target = target.trim_end_matches('.').to_ascii_lowercase();
        let below = target
            .strip_suffix(parent)
            .is_some_and(|rest| rest.ends_with('.'));
        if !below {
            return Err(refused(
                name,
                &format!("names the server '{target}', which is not below {parent}"),
            ));
        }
        hosts.push(Host {
            name: target,
            port: Some(port).filter(|port| *port != 0),
        });
    }
    if hosts.is_empty() {
        return Err(refused(name, "names no server"));
    }
    Ok(hosts)
}

/// The options, of which three may stand there.
fn read_options(
    name: &str,
    mut texts: impl Iterator<Item = Vec<u8>>,
    seeds: &mut Seeds,
) -> Result<(), ConnectorError> {
    let Some(text) = texts.next() else {
        return Ok(());
    };
    if texts.next().is_some() {
        return Err(refused(name, "holds more than one TXT record"));
    }
    let text =
        String::from_utf8(text).map_err(|_| refused(name, "holds a TXT record that is no text"))?;
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match key.to_ascii_lowercase().as_str() {
            "authsource" => seeds.auth_source = Some(value.to_owned()),
            "replicaset" => seeds.replica_set = Some(value.to_owned()),
            "loadbalanced" if value != "true" => {}
            "loadbalanced" => {
                return Err(refused(
                    name,
                    "asks for loadBalanced=true, which is not spoken here",
                ));
            }
            _ => {
                return Err(refused(
                    name,
                    "holds a TXT record with other options than authSource and replicaSet",
                ));
            }
        }
    }
    Ok(())
}

fn refused(name: &str, what: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::DnsFailure,
        format!("The DNS entry of '{name}' {what}."),
        "Check the name, or give the servers themselves: mongodb://host1:27017,host2:27017/.",
    )
}

fn failed(name: &str, error: &NetError) -> ConnectorError {
    let message = if error.is_no_records_found() {
        format!("There is no SRV entry _mongodb._tcp.{name} in the DNS.")
    } else {
        format!(
            "The SRV entry _mongodb._tcp.{name} cannot be looked up: the name server gave no answer that can be used."
        )
    };
    ConnectorError::new(
        ErrorKind::DnsFailure,
        message,
        "Check the spelling, and that this machine's name server knows the name. A single server \
         without such an entry is reached by mongodb://host:27017/.",
    )
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
    use hickory_resolver::net::runtime::TokioRuntimeProvider;
    use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
    use hickory_resolver::proto::rr::rdata::{SRV, TXT};
    use hickory_resolver::proto::rr::{Record, RecordType};
    use tokio::net::UdpSocket;

    use super::*;

    fn servers(names: &[(&str, u16)]) -> Vec<(String, u16)> {
        names.iter().map(|(n, p)| ((*n).to_owned(), *p)).collect()
    }

    #[test]
    fn servers_must_lie_in_the_domain_of_the_name() {
        for (name, target, allowed) in [
            ("cluster0.ab.example.net", "shard-0.ab.example.net.", true),
            ("cluster0.ab.example.net", "Shard-0.AB.example.net", true),
            ("cluster0.ab.example.net", "x.y.ab.example.net", true),
            ("cluster0.ab.example.net", "evil.example.net", false),
            ("cluster0.ab.example.net", "evilab.example.net", false),
            ("cluster0.ab.example.net", "ab.example.net", false),
            ("example.net", "a.example.net", true),
            ("example.net", "example.net", false),
            ("localhost", "a.localhost", true),
            ("localhost", "localhost", false),
        ] {
            let found = hosts(name, servers(&[(target, 27018)]).into_iter());
            assert_eq!(found.is_ok(), allowed, "{name} {target}");
        }
        assert!(hosts("a.b.c", std::iter::empty()).is_err());
    }

    #[test]
    fn a_txt_record_sets_the_two_options_that_it_may() {
        let read = |texts: &[&str]| {
            let mut seeds = Seeds::default();
            let texts = texts.iter().map(|t| t.as_bytes().to_vec());
            read_options("n", texts, &mut seeds).map(|()| seeds)
        };
        let seeds = read(&["authSource=admin&replicaSet=rs0"]).unwrap();
        assert_eq!(
            (seeds.auth_source.as_deref(), seeds.replica_set.as_deref()),
            (Some("admin"), Some("rs0"))
        );
        for texts in [
            &["tls=false"][..],
            &["authSource=a", "authSource=b"],
            &["loadBalanced=true"],
        ] {
            assert!(read(texts).is_err(), "{texts:?}");
        }
    }

    /// A name server on this machine that knows one name.
    async fn name_server() -> TokioResolver {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let mut connection = ConnectionConfig::udp();
        connection.port = socket.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut bytes = [0; 1024];
            while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
                let question = Message::from_vec(&bytes[..length]).unwrap();
                let query = question.queries[0].clone();
                let name = query.name().clone();
                let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
                assert_eq!(answer.metadata.message_type, MessageType::Response);
                let data = match (query.query_type(), name.to_utf8().as_str()) {
                    (RecordType::SRV, "_mongodb._tcp.cluster0.ab.example.net.") => {
                        let target = Name::from_ascii("shard-0.ab.example.net.").unwrap();
                        Some(RData::SRV(SRV::new(0, 0, 27018, target)))
                    }
                    (RecordType::TXT, "cluster0.ab.example.net.") => {
                        Some(RData::TXT(TXT::new(vec!["replicaSet=rs0".to_owned()])))
                    }
                    _ => None,
                };
                match data {
                    Some(data) => {
                        answer.add_answer(Record::from_rdata(name, 60, data));
                    }
                    None => answer.metadata.response_code = ResponseCode::NXDomain,
                }
                answer.add_query(query);
                socket
                    .send_to(&answer.to_vec().unwrap(), from)
                    .await
                    .unwrap();
            }
        });
        let server = NameServerConfig::new(Ipv4Addr::LOCALHOST.into(), true, vec![connection]);
        let config = ResolverConfig::from_parts(None, vec![], vec![server]);
        TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .build()
            .unwrap()
    }

    #[tokio::test]
    async fn a_name_leads_to_its_servers_and_an_unknown_one_is_said_to_be_unknown() {
        let resolver = name_server().await;
        let seeds = ask(&resolver, "Cluster0.ab.example.net", "mongodb")
            .await
            .unwrap();
        let expected = Host {
            name: "shard-0.ab.example.net".to_owned(),
            port: Some(27018),
        };
        assert_eq!(
            (seeds.hosts, seeds.replica_set.as_deref()),
            (vec![expected], Some("rs0"))
        );
        let error = ask(&resolver, "nowhere.ab.example.net", "mongodb")
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::DnsFailure);
        assert!(error.message.contains("There is no SRV entry"), "{error:?}");
    }
}
