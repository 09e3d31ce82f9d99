use data_encoding::BASE64URL_NOPAD;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::*;

struct Fixture {
    keys: TokenKeys,
    secret: EncodingKey,
}

impl Fixture {
    fn new() -> Self {
        let key = Key::generate().unwrap();
        let secret = EncodingKey::from_secret(key.expose());
        Self {
            keys: TokenKeys::new(&[key]),
            secret,
        }
    }

    fn claims() -> Claims {
        Claims {
            user: UserId::generate(),
            organization: OrganizationId::generate(),
            token: TokenId::generate(),
            version: 1,
            expires_at: Some(Timestamp::from_second(Timestamp::now().as_second() + 60).unwrap()),
        }
    }

    /// The claims of a good token.
    fn wire(&self) -> Value {
        let token = self.keys.sign(&Self::claims()).unwrap();
        let part = token.expose_secret().split('.').nth(1).unwrap().to_owned();
        serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
    }

    fn header(&self) -> Header {
        Header {
            kid: Some(self.keys.keys[0].id.clone()),
            ..Header::new(Algorithm::HS256)
        }
    }

    /// Signs any claims with the real key.
    fn signed(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&self.header(), claims, &self.secret).unwrap()
    }

    fn refuses(&self, token: &str) {
        assert_eq!(self.keys.check(token), Err(TokenError::Invalid), "{token}");
    }
}

fn encode(part: &Value) -> String {
    BASE64URL_NOPAD.encode(part.to_string().as_bytes())
}

#[test]
fn a_signed_token_says_again_what_it_was_given() {
    let fixture = Fixture::new();
    let ending = Fixture::claims();
    for claims in [
        ending.clone(),
        Claims {
            expires_at: None,
            ..ending
        },
    ] {
        let token = fixture.keys.sign(&claims).unwrap();
        assert_eq!(fixture.keys.check(token.expose_secret()), Ok(claims));
    }
}

#[test]
fn a_token_of_no_or_another_algorithm_is_refused() {
    let fixture = Fixture::new();
    let claims = fixture.wire();
    let kid = fixture.header().kid;
    for alg in [
        "none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "EdDSA", "",
    ] {
        let head = encode(&json!({"alg": alg, "typ": "JWT", "kid": kid}));
        fixture.refuses(&format!("{head}.{}.", encode(&claims)));
        fixture.refuses(&format!("{head}.{}.AAAA", encode(&claims)));
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let header = Header {
            alg: algorithm,
            ..fixture.header()
        };
        fixture.refuses(&jsonwebtoken::encode(&header, &claims, &fixture.secret).unwrap());
    }
}

#[test]
fn a_token_without_its_signature_or_with_any_bit_flipped_is_refused() {
    let fixture = Fixture::new();
    let token = fixture.signed(&fixture.wire());
    assert!(fixture.keys.check(&token).is_ok());
    let (message, signature) = token.rsplit_once('.').unwrap();
    fixture.refuses(&format!("{message}."));
    fixture.refuses(message);
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    for at in 0..signature.len() * 8 {
        let mut flipped = signature.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        fixture.refuses(&format!("{message}.{}", BASE64URL_NOPAD.encode(&flipped)));
    }
    for at in 0..message.len() {
        let mut flipped = token.clone().into_bytes();
        flipped[at] ^= 1;
        if let Ok(text) = std::str::from_utf8(&flipped) {
            fixture.refuses(text);
        }
    }
}

#[test]
fn each_claim_must_be_there_and_of_its_type() {
    let fixture = Fixture::new();
    let good = fixture.wire();
    let names: Vec<_> = good.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        names,
        [
            "iss", "aud", "sub", "org", "jti", "typ", "ver", "iat", "nbf", "exp"
        ]
    );
    for name in names {
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(&name);
        fixture.refuses(&fixture.signed(&without));
        let other_type = if good[&name].is_number() {
            vec![json!(good[&name].to_string()), json!(null), json!([1])]
        } else {
            vec![json!(1), json!(null), json!([good[&name]]), json!({})]
        };
        for value in other_type {
            let mut altered = good.clone();
            altered[&name] = value;
            fixture.refuses(&fixture.signed(&altered));
        }
    }
}

#[test]
fn a_claim_of_another_value_is_refused() {
    let fixture = Fixture::new();
    let now = Timestamp::now().as_second();
    for (name, value) in [
        ("iss", json!("other")),
        ("aud", json!("other")),
        ("typ", json!("refresh")),
        ("sub", json!("no id at all")),
        ("jti", json!("")),
        ("ver", json!(-1)),
        ("nbf", json!(now + 60)),
        ("iat", json!(now + 60)),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
    ] {
        let mut claims = fixture.wire();
        claims[name] = value;
        fixture.refuses(&fixture.signed(&claims));
    }
}

#[test]
fn a_token_is_good_until_its_end_and_the_leeway() {
    let fixture = Fixture::new();
    let now = Timestamp::now().as_second();
    let ended = |ago: i64| {
        let mut claims = fixture.wire();
        claims["exp"] = json!(now - ago);
        fixture.keys.check(&fixture.signed(&claims)).map(|_| ())
    };
    assert_eq!(ended(2), Ok(()));
    assert_eq!(ended(31), Err(TokenError::Expired));
}

#[test]
fn a_hostile_key_id_finds_nothing() {
    let fixture = Fixture::new();
    let long = "k".repeat(4_000);
    for kid in [
        None,
        Some(""),
        Some("../../secret.key"),
        Some("' OR 1=1 --"),
        Some("/dev/null"),
        Some(&long),
    ] {
        let header = Header {
            kid: kid.map(str::to_owned),
            ..Header::new(Algorithm::HS256)
        };
        fixture.refuses(&jsonwebtoken::encode(&header, &fixture.wire(), &fixture.secret).unwrap());
    }
    // The right name with another key.
    let other = EncodingKey::from_secret(&[1; 32]);
    fixture.refuses(&jsonwebtoken::encode(&fixture.header(), &fixture.wire(), &other).unwrap());
}

#[test]
fn a_key_in_the_header_is_not_used_and_critical_extensions_are_refused() {
    let fixture = Fixture::new();
    let header = Header {
        crit: Some(vec!["exp".into()]),
        ..fixture.header()
    };
    fixture.refuses(&jsonwebtoken::encode(&header, &fixture.wire(), &fixture.secret).unwrap());
    let header = Header {
        jku: Some("https://example.com/keys".into()),
        ..fixture.header()
    };
    let stranger = EncodingKey::from_secret(b"stranger");
    fixture.refuses(&jsonwebtoken::encode(&header, &fixture.wire(), &stranger).unwrap());
}

#[test]
fn what_is_no_token_is_refused() {
    let fixture = Fixture::new();
    let long = "a".repeat(64 * 1024);
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "ä.ö.ü",
        "Bearer x",
        "\0",
        &long,
        &format!("{long}.{long}.{long}"),
    ] {
        fixture.refuses(text);
    }
}

#[test]
fn a_long_token_is_refused_though_it_is_well_signed() {
    let fixture = Fixture::new();
    let mut claims = fixture.wire();
    claims["more"] = json!("x".repeat(9_000));
    fixture.refuses(&fixture.signed(&claims));
}

#[test]
fn after_a_rotation_old_tokens_still_count_and_new_ones_use_the_new_key() {
    let text = |bytes: &[u8]| {
        let lines: Vec<_> = bytes
            .iter()
            .map(|byte| data_encoding::BASE64.encode(&[*byte; 32]))
            .collect();
        TokenKeys::new(&key_file::parse(&lines.join("\n").into(), "test").unwrap())
    };
    let (old, both) = (text(&[1]), text(&[2, 1]));
    let token = old.sign(&Fixture::claims()).unwrap();
    assert!(both.check(token.expose_secret()).is_ok());
    let token = both.sign(&Fixture::claims()).unwrap();
    assert_eq!(old.check(token.expose_secret()), Err(TokenError::Invalid));
}
