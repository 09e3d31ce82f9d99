//! The login, between the driver and a server that has greeted: every packet of the server is
//! checked before the driver sees it. Each side counts its packets by itself, as the server's count
//! has one more where TLS was asked for.

use super::meeting::Meeting;
use super::{Failure, Refusal, Stream, key, packet};

/// No packet of a login is longer.
const LIMIT: usize = 64 * 1024;
/// Bytes of a challenge, without the NUL behind it; `client_ed25519` has 32.
const CHALLENGE: std::ops::RangeInclusive<usize> = 20..=64;

/// How a login went.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LoginOutcome {
    /// The password was sealed with a key that the server handed over unproven.
    pub trusted_key: bool,
}

struct Login<'l, S> {
    server: &'l mut S,
    driver: &'l mut Meeting,
    to_server: u8,
    to_driver: u8,
    outcome: LoginOutcome,
}

/// Hands the driver's login on. `sequence` is the number of the packet that the server gets next.
pub async fn log_in<S: Stream>(
    server: &mut S,
    sequence: u8,
    driver: &mut Meeting,
    method: &[u8],
) -> Result<LoginOutcome, Failure> {
    let response = std::mem::take(&mut driver.response);
    let mut login = Login {
        server,
        driver,
        to_server: sequence,
        to_driver: 2,
        outcome: LoginOutcome::default(),
    };
    login.tell_server(&response).await?;
    // The driver takes any other method of the greeting for mysql_native_password.
    let mut cached = method == b"caching_sha2_password";
    let mut first = true;
    loop {
        let packet = login.hear_server().await?;
        match packet.as_slice() {
            [0x00, ..] => {
                login.tell_driver(&packet).await?;
                return Ok(login.outcome);
            }
            // The short form is a request for the method of MySQL 4.0.
            [0xFE] => return Err(unsupported(b"mysql_old_password")),
            [0xFE, request @ ..] if first => cached = login.switch(request).await?,
            // The driver takes one more, and MariaDB's accounts can have several.
            [0xFE, ..] => return Err(unsupported(b"a second method after the first")),
            // caching_sha2_password: the server knows the hash already, OK follows.
            [0x01, 0x03] if cached => {
                cached = false;
                login.tell_driver(&packet).await?;
            }
            // It does not: it wants the password itself.
            [0x01, 0x04] if cached => {
                cached = false;
                login.whole_password(0x02).await?;
            }
            _ => return Err(Failure::Malformed("an unexpected step of the login")),
        }
        first = false;
    }
}

impl<S: Stream> Login<'_, S> {
    /// The account has another method than the one that was tried. Answers whether the driver now
    /// does the first step of `caching_sha2_password`.
    async fn switch(&mut self, request: &[u8]) -> Result<bool, Failure> {
        let end = request.iter().position(|byte| *byte == 0);
        let (name, data) = request.split_at(end.unwrap_or(request.len()));
        let cached = match name {
            b"caching_sha2_password" => true,
            b"mysql_native_password" | b"client_ed25519" | b"sha256_password" => false,
            // mysql_clear_password too: whoever answers would just have to ask for it.
            other => return Err(unsupported(other)),
        };
        // The driver drops a NUL at the end, which is part of a challenge of 32 arbitrary bytes.
        let data = data.strip_prefix(&[0]).unwrap_or_default();
        let challenge = match name {
            b"client_ed25519" => data,
            _ => data.strip_suffix(&[0]).unwrap_or(data),
        };
        if !CHALLENGE.contains(&challenge.len()) {
            return Err(Failure::Malformed("a challenge of an odd length"));
        }
        if name == b"sha256_password" {
            self.older_sha256(challenge).await?;
            return Ok(false);
        }
        self.tell_driver(&request_of(name, challenge)).await?;
        let answer = self.hear_driver().await?;
        self.tell_server(&answer).await?;
        Ok(cached)
    }

    /// `sha256_password`, which the driver does not know. It is what `caching_sha2_password` is once
    /// the whole password is asked for, so it is told to the driver as that. No new account has it;
    /// but `MySQL` asks for it where there is no such user at all, by a pick from the user's name,
    /// so that nobody learns which users there are.
    async fn older_sha256(&mut self, challenge: &[u8]) -> Result<(), Failure> {
        let request = request_of(b"caching_sha2_password", challenge);
        self.tell_driver(&request).await?;
        let answer = self.hear_driver().await?;
        if answer.is_empty() {
            // There is no password.
            return self.tell_server(&[0]).await;
        }
        self.whole_password(0x01).await
    }

    /// The password itself: as it is where the way is closed to others, else sealed with the key
    /// that the server gives where it is asked for it with `ask`.
    async fn whole_password(&mut self, ask: u8) -> Result<(), Failure> {
        self.tell_driver(&[0x01, 0x04]).await?;
        let mut answer = self.hear_driver().await?;
        // Not a password, which would have a NUL behind it.
        if answer == [0x02] {
            self.outcome.trusted_key = true;
            self.tell_server(&[ask]).await?;
            let packet = self.hear_server().await?;
            let [0x01, pem @ ..] = packet.as_slice() else {
                return Err(Failure::Malformed("no public key for the login"));
            };
            let key = key::checked(pem, self.driver.password);
            let key = key.ok_or(Failure::Malformed("an unusable public key for the login"))?;
            self.tell_driver(&[&[0x01], key.as_slice()].concat())
                .await?;
            answer = self.hear_driver().await?;
        }
        self.tell_server(&answer).await
    }

    /// The server's next packet. A refusal ends the login.
    async fn hear_server(&mut self) -> Result<Vec<u8>, Failure> {
        let mut packet = Vec::new();
        self.to_server = packet::read(self.server, LIMIT, &mut packet).await?;
        match packet.as_slice() {
            [0xFF, refusal @ ..] => Err(Failure::Server(Refusal::read(refusal))),
            _ => Ok(packet),
        }
    }

    async fn hear_driver(&mut self) -> Result<Vec<u8>, Failure> {
        let mut packet = Vec::new();
        self.to_driver = packet::read(&mut self.driver.stream, LIMIT, &mut packet)
            .await
            .map_err(|_| Failure::Malformed("a login that the driver does not take"))?;
        Ok(packet)
    }

    async fn tell_server(&mut self, payload: &[u8]) -> Result<(), Failure> {
        self.to_server = packet::write(self.server, self.to_server, payload).await?;
        Ok(())
    }

    async fn tell_driver(&mut self, payload: &[u8]) -> Result<(), Failure> {
        let stream = &mut self.driver.stream;
        self.to_driver = packet::write(stream, self.to_driver, payload).await?;
        Ok(())
    }
}

/// A `Protocol::AuthSwitchRequest`.
fn request_of(method: &[u8], challenge: &[u8]) -> Vec<u8> {
    [b"\xFE", method, b"\0", challenge, b"\0"].concat()
}

fn unsupported(name: &[u8]) -> Failure {
    let name = String::from_utf8_lossy(name);
    Failure::Method(name.chars().filter(|c| !c.is_control()).take(64).collect())
}
