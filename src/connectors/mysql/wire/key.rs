//! The key with which the driver seals a password for a login without TLS.

use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::public_key::PublicKey;

/// Sizes of a modulus in bits that are taken: below is broken, above only costs time.
const MODULUS: std::ops::RangeInclusive<usize> = 1024..=8192;
/// What OAEP with SHA-1 adds to a message, in bytes (RFC 8017 §7.1.1).
const PADDING: usize = 2 * 20 + 2;

/// The key that a server sent as PEM; `None` where a password of this length cannot be sealed with
/// it. The driver panics on what is no key to the letter, so it only sees one that is written here,
/// of the two numbers that were read.
pub fn checked(pem: &[u8], password: usize) -> Option<Vec<u8>> {
    let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).ok()?;
    let (rest, info) = SubjectPublicKeyInfo::from_der(&der).ok()?;
    let Ok(PublicKey::RSA(key)) = info.parsed() else {
        return None;
    };
    let bits = key.modulus.iter().skip_while(|b| **b == 0).count() * 8;
    let odd_exponent = key.try_exponent().is_ok_and(|exponent| exponent % 2 == 1);
    let sound = rest.is_empty() && MODULUS.contains(&bits) && odd_exponent;
    // The password is sealed with a NUL behind it.
    let fits = password + 1 + PADDING < bits / 8;
    (sound && fits).then(|| {
        let body = data_encoding::BASE64.encode(&written(key.modulus, key.exponent));
        format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n").into_bytes()
    })
}

/// `AlgorithmIdentifier` of an RSA key: `rsaEncryption` and NULL (RFC 3279 §2.3.1).
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
/// DER's tags for the types that a key is made of (X.690 §8).
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// A `SubjectPublicKeyInfo` of these two numbers.
fn written(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = [number(modulus), number(exponent)].concat();
    let key = [&[0][..], &element(SEQUENCE, &numbers)].concat();
    element(SEQUENCE, &[RSA, &element(BIT_STRING, &key)].concat())
}

/// A positive number: without zeros before it but the one that keeps it positive.
fn number(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = &bytes[start..];
    let sign: &[u8] = if digits.first().is_none_or(|first| *first >= 0x80) {
        &[0]
    } else {
        &[]
    };
    element(INTEGER, &[sign, digits].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut written = vec![tag];
    match significant {
        [] => written.push(0),
        [short] if *short < 0x80 => written.push(*short),
        long => {
            // At most eight bytes follow.
            written.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            written.extend(long);
        }
    }
    written.extend(content);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = include_str!("testdata/rsa_public.pem");

    #[test]
    fn a_key_is_taken_where_the_password_fits() {
        assert!(checked(KEY.as_bytes(), 200).is_some());
        assert!(checked(KEY.as_bytes(), 300).is_none());
    }

    #[test]
    fn a_key_is_written_as_it_came() {
        let written = checked(KEY.as_bytes(), 6).unwrap();
        let [written, came] = [&written, KEY.as_bytes()].map(|pem| {
            SubjectPublicKeyInfoDer::from_pem_slice(pem)
                .unwrap()
                .to_vec()
        });
        assert_eq!(written, came);
    }

    #[test]
    fn what_is_no_key_is_not_taken() {
        let cut = &KEY[..KEY.len() / 2];
        let hollow = "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n";
        for key in ["", "x", cut, hollow] {
            assert!(checked(key.as_bytes(), 6).is_none(), "{key}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_key_with_any_byte_changed_never_makes_the_driver_panic(at in 0_usize..294, to in proptest::num::u8::ANY) {
            let mut der = SubjectPublicKeyInfoDer::from_pem_slice(KEY.as_bytes()).unwrap().to_vec();
            let at = at % der.len();
            der[at] = to;
            let body = data_encoding::BASE64.encode(&der);
            let pem = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
            if let Some(key) = checked(pem.as_bytes(), 6) {
                mysql_common::crypto::encrypt(b"secret\0", &key);
            }
        }
    }
}
