//! Which fields may hold secrets, by their names. Their values are never listed.

/// In a name, whatever stands around them.
const PARTS: &[&str] = &[
    "accesskey",
    "apikey",
    "bearer",
    "cardnumber",
    "cookie",
    "credential",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "signature",
    "token",
];

/// As a word of a name.
const WORDS: &[&str] = &[
    "authorization",
    "cvc",
    "cvv",
    "hash",
    "iban",
    "jwt",
    "otp",
    "pass",
    "pin",
    "pwd",
    "salt",
    "session",
    "ssn",
];

/// Whether a field of this name may hold a secret, or objects that do.
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    let joined = words.concat();
    PARTS.iter().any(|part| joined.contains(part))
        || words.iter().any(|word| WORDS.contains(&word.as_str()))
}

/// The words of a name, in small letters: `apiKey`, `api_key` and `API-Key` are the same two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        let apart = !c.is_alphanumeric();
        if (apart || (small && c.is_uppercase())) && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        small = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut()
            && !apart
        {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_the_words_of_a_name() {
        for name in [
            "password",
            "userPassword",
            "pwd",
            "API-Key",
            "api_key",
            "AccessKeyId",
            "refreshTokens",
            "password_hash",
            "pin",
            "cardPin",
            "client.secret",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "status",
            "shipping",
            "passenger",
            "pinned",
            "assaulted",
            "key",
            "",
            "é",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
