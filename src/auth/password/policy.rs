//! Which passwords are taken: long ones that nobody would try first. No rules on what they are
//! composed of; those only make people write `Password1!`.

use std::collections::HashSet;
use std::sync::LazyLock;

use secrecy::{ExposeSecret, SecretString};

const MIN_CHARS: usize = 12;
const MAX_CHARS: usize = 128;

/// Passwords that are tried first, and the words that they are made from, as [`plain`] writes them.
static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    include_str!("../common_passwords.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(plain)
        .collect()
});

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too few characters.
    #[error("a password has at least {MIN_CHARS} characters; a few words in a row make a good one")]
    Short,
    /// Too many characters.
    #[error("a password has at most {MAX_CHARS} characters")]
    Long,
    /// It stands on the list of those that are tried first, or is little more than a word of it.
    #[error("this password is among those that are tried first; take another")]
    Common,
    /// It repeats itself, or counts.
    #[error("this password only repeats or counts; take another")]
    Pattern,
    /// It is little more than the user's name, or the organization's.
    #[error("this password is little more than a name; take another")]
    Name,
}

/// Whether the password is taken for a user of these names (the user's, the organization's).
pub fn check_policy(password: &SecretString, names: &[&str]) -> Result<(), WeakPassword> {
    let password = password.expose_secret();
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(WeakPassword::Short);
    }
    if chars > MAX_CHARS {
        return Err(WeakPassword::Long);
    }
    if repeats(password) || counts(password) {
        return Err(WeakPassword::Pattern);
    }
    let plain_text = plain(password);
    let word = core(password);
    if COMMON.contains(&plain_text) || COMMON.contains(&word) || repeats_common(&word) {
        return Err(WeakPassword::Common);
    }
    let is_name = |name: &&str| plain_text == plain(name) || word == plain(name);
    if names.iter().any(is_name) {
        return Err(WeakPassword::Name);
    }
    Ok(())
}

/// Lower case, look-alikes as the letters that they stand for, the rest left out.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter_map(|char| match char {
            '0' => Some('o'),
            '1' | '!' | '|' => Some('i'),
            '3' => Some('e'),
            '4' | '@' => Some('a'),
            '5' | '$' => Some('s'),
            '7' => Some('t'),
            other => other.is_alphanumeric().then_some(other),
        })
        .collect()
}

/// The word within what is commonly put before and after it: `!!Password2024` is `password`.
fn core(text: &str) -> String {
    plain(text.trim_matches(|char: char| !char.is_alphabetic()))
}

/// Whether it is one word of the list several times over.
fn repeats_common(word: &str) -> bool {
    (2..=4).any(|times| {
        let part = word.get(..word.len() / times).unwrap_or_default();
        !part.is_empty() && part.repeat(times) == word && COMMON.contains(part)
    })
}

/// Whether it is at most four characters again and again.
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|period| {
        chars
            .iter()
            .zip(chars.iter().skip(period))
            .all(|(a, b)| a == b)
    })
}

/// Whether it goes up or down by one all along: `abcdefghijkl`, `1234567890123`.
fn counts(text: &str) -> bool {
    let steps = |next: fn(char) -> Option<char>| {
        let mut pairs = text.chars().zip(text.chars().skip(1));
        pairs.all(|(a, b)| next(a) == Some(b))
    };
    let up = |char: char| match char {
        '9' => Some('0'),
        'z' => Some('a'),
        other => char::from_u32(u32::from(other) + 1),
    };
    let down = |char: char| match char {
        '0' => Some('9'),
        'a' => Some('z'),
        other => u32::from(other).checked_sub(1).and_then(char::from_u32),
    };
    steps(up) || steps(down)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), WeakPassword> {
        check_policy(&password.into(), &["annabelle.smith", "north-wind-co"])
    }

    #[test]
    fn a_long_password_of_any_composition_is_taken() {
        for password in [
            "violet kettle under snow",
            "aaaaaaaaaaab",
            "tvrxkqpzmwlj",
            "ein Satz mit Umläuten: äöü",
            "🦀🦀🐝🐝🦀🐝🦀🦀🐝🐝🦀🦀",
            "my password is not only that word",
        ] {
            assert_eq!(check(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert_eq!(check("äöüäöüäöüxy"), Err(WeakPassword::Short));
        assert_eq!(check(&"äx".repeat(64)), Err(WeakPassword::Pattern));
        assert_eq!(check(&"violet kettle ".repeat(10)), Err(WeakPassword::Long));
    }

    #[test]
    fn what_is_tried_first_is_refused_in_its_disguises() {
        for password in [
            "password1234",
            "Password2024!",
            "P@ssw0rd1234",
            "!!!PASSWORD!!!",
            "passwordpassword",
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "administrator",
            "Adm1n1strat0r99",
            "iloveyou1234",
            "letmeinletmein",
            "headwater2025",
        ] {
            assert_eq!(check(password), Err(WeakPassword::Common), "{password}");
        }
    }

    #[test]
    fn what_repeats_or_counts_is_refused() {
        for password in [
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "20252025202520",
            "1234567890123",
            "abcdefghijklm",
            "zyxwvutsrqponm",
            "            ",
        ] {
            assert_eq!(check(password), Err(WeakPassword::Pattern), "{password}");
        }
    }

    #[test]
    fn what_is_only_a_name_is_refused() {
        for password in ["annabelle.smith", "AnnabelleSmith1990", "North Wind Co 1!"] {
            assert_eq!(check(password), Err(WeakPassword::Name), "{password}");
        }
    }

    #[test]
    fn an_error_never_shows_the_password() {
        let error = check("password1234").unwrap_err();
        assert!(!error.to_string().contains("password1234"));
    }
}
