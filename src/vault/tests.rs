use data_encoding::BASE64;
use proptest::prelude::*;

use super::*;

const PLACE: SecretPlace<'_> = SecretPlace {
    organization: "org_1",
    row: "source_1",
    field: "password",
};

fn vault(keys: &[u8]) -> Vault {
    let lines: Vec<_> = keys
        .iter()
        .map(|byte| BASE64.encode(&[*byte; 32]))
        .collect();
    Vault::load(&KeySource::Text(lines.join("\n").into()), false).unwrap()
}

fn opens(vault: &Vault, place: SecretPlace<'_>, sealed: &Sealed) -> bool {
    vault.open(place, sealed).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens_again(secret in ".*") {
        let vault = vault(&[1]);
        let sealed = vault.seal(PLACE, &secret.as_str().into()).unwrap();
        let opened = vault.open(PLACE, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), secret.as_str());
    }

    #[test]
    fn any_flipped_bit_fails(secret in ".{0,20}", at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let vault = vault(&[1]);
        let mut sealed = vault.seal(PLACE, &secret.as_str().into()).unwrap();
        let whole = sealed.nonce.len() + sealed.ciphertext.len();
        let at = at.index(whole);
        let byte = match at.checked_sub(sealed.nonce.len()) {
            None => &mut sealed.nonce[at],
            Some(at) => &mut sealed.ciphertext[at],
        };
        *byte ^= 1_u8 << bit;
        prop_assert!(!opens(&vault, PLACE, &sealed));
    }

    #[test]
    fn no_two_places_open_the_same(a in "[a-c]{0,3}", b in "[a-c]{0,3}", c in "[a-c]{0,3}", cut in 0_usize..3) {
        let vault = vault(&[1]);
        let place = SecretPlace { organization: &a, row: &b, field: &c };
        let sealed = vault.seal(place, &"secret".into()).unwrap();
        prop_assert!(opens(&vault, place, &sealed));
        // The same letters, cut into parts elsewhere.
        let whole = format!("{a}{b}{c}");
        let cut = cut.min(whole.len());
        let moved = SecretPlace { organization: &whole[..cut], row: &whole[cut..], field: "" };
        prop_assert_eq!(opens(&vault, moved, &sealed), moved == place);
    }
}

#[test]
fn a_secret_moved_to_another_place_does_not_open() {
    let vault = vault(&[1]);
    let sealed = vault.seal(PLACE, &"secret".into()).unwrap();
    for place in [
        SecretPlace {
            organization: "org_2",
            ..PLACE
        },
        SecretPlace {
            row: "source_2",
            ..PLACE
        },
        SecretPlace {
            field: "api_key",
            ..PLACE
        },
    ] {
        assert!(!opens(&vault, place, &sealed), "{place:?}");
    }
}

#[test]
fn the_same_secret_is_sealed_differently_each_time() {
    let vault = vault(&[1]);
    let seal = || vault.seal(PLACE, &"secret".into()).unwrap();
    let (one, two) = (seal(), seal());
    assert_ne!(one.nonce, two.nonce);
    assert_ne!(one.ciphertext, two.ciphertext);
}

#[test]
fn the_newest_key_seals_and_the_older_ones_still_open() {
    let old = vault(&[1]).seal(PLACE, &"old".into()).unwrap();
    let both = vault(&[2, 1]);
    assert!(opens(&both, PLACE, &old));
    let new = both.seal(PLACE, &"new".into()).unwrap();
    assert_eq!(new.key_id, both.key_id());
    assert!(matches!(
        vault(&[1]).open(PLACE, &new),
        Err(VaultError::UnknownKey(_))
    ));
}

#[test]
fn a_missing_key_is_made_only_where_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let source = KeySource::DataFolder(folder.path().to_owned());
    let missing = Vault::load(&source, false);
    assert!(matches!(
        missing,
        Err(VaultError::Key(KeyFileError::Missing(_)))
    ));
    let made = Vault::load(&source, true).unwrap();
    assert_eq!(Vault::load(&source, false).unwrap().key_id(), made.key_id());
}

#[test]
fn a_damaged_nonce_or_an_empty_ciphertext_is_no_panic() {
    let vault = vault(&[1]);
    let sealed = vault.seal(PLACE, &"secret".into()).unwrap();
    let short = Sealed {
        nonce: vec![0; 3],
        ..sealed.clone()
    };
    let empty = Sealed {
        ciphertext: Vec::new(),
        ..sealed
    };
    assert!(!opens(&vault, PLACE, &short) && !opens(&vault, PLACE, &empty));
}
