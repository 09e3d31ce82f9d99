//! Names of users and organizations. They stand in paths, logs and terminals.

use std::fmt;

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name is 1 to 64 letters, digits, '.', '_', '-', '@' or '+', and begins with a letter or digit"
)]
pub struct InvalidName;

/// The name of a user or an organization. Case does not tell names apart; it is kept as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Takes a name as somebody wrote it.
    ///
    /// # Errors
    /// [`InvalidName`] where it has other characters than a name may have.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let begins = text.starts_with(|char: char| char.is_ascii_alphanumeric());
        let rest = text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'@' | b'+')
        });
        if begins && rest && text.len() <= 64 {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName)
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_into_a_path_is_taken() {
        for text in [
            "anna",
            "my-org",
            "Anna.Smith+1@example.com",
            "7",
            &"x".repeat(64),
        ] {
            assert_eq!(Name::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn any_other_is_refused() {
        for text in [
            "",
            ".",
            "..",
            "-x",
            "a b",
            "a/b",
            "ä",
            "a\n",
            "a%2f",
            &"x".repeat(65),
        ] {
            assert_eq!(Name::parse(text), Err(InvalidName), "{text:?}");
        }
    }
}
