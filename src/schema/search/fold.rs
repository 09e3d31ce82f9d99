//! Texts as they are compared: without case, accents and signs, taken apart into words.

use unicode_normalization::UnicodeNormalization;

/// The longest word, in bytes; a longer one counts as several.
const WORD: usize = 255;

/// A text as it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Folded {
    /// Its words, nothing between them.
    pub text: String,
    /// How long each word is, in bytes.
    pub lengths: Vec<u8>,
}

impl Folded {
    /// Folds the first `most` characters of a text. Words end at signs and blanks, and where
    /// `camelCase` or `HTTPServer` begins a new one. A text of nothing but signs is one word.
    pub(super) fn new(text: &str, most: usize) -> Self {
        let mut folded = Self::default();
        let mut word = String::new();
        let mut letters = text.chars().take(most).peekable();
        let mut before = ' ';
        while let Some(letter) = letters.next() {
            let next = letters.peek().copied().unwrap_or(' ');
            let begins = (letter.is_uppercase() && before.is_lowercase())
                || (letter.is_uppercase() && before.is_uppercase() && next.is_lowercase());
            if begins || !in_word(letter) {
                folded.push(&mut word);
            }
            if in_word(letter) {
                fold(letter, &mut word);
            }
            before = letter;
        }
        folded.push(&mut word);
        if folded.text.is_empty() {
            let signs = text.chars().take(most).filter(|sign| !sign.is_whitespace());
            word.extend(signs);
            folded.push(&mut word);
        }
        folded
    }

    fn push(&mut self, word: &mut String) {
        self.text += word;
        let mut left = word.as_str();
        while !left.is_empty() {
            let end = left.floor_char_boundary(WORD);
            self.lengths.extend(u8::try_from(end));
            left = &left[end..];
        }
        word.clear();
    }

    /// The words.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let mut at = 0;
        self.lengths.iter().map(move |length| {
            let start = at;
            at += usize::from(*length);
            self.text.get(start..at).unwrap_or_default()
        })
    }
}

/// Signs of other scripts and pictures are letters here: a name may hold nothing else.
fn in_word(letter: char) -> bool {
    letter.is_alphanumeric()
        || !(letter.is_ascii() || letter.is_whitespace() || letter.is_control())
}

/// The combining diacritical marks. Marks of other scripts are letters, and stay.
fn is_accent(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
    )
}

fn fold(letter: char, word: &mut String) {
    if letter.is_ascii() {
        word.push(letter.to_ascii_lowercase());
        return;
    }
    let plain = letter.nfkd().filter(|part| !is_accent(*part));
    for part in plain.flat_map(char::to_lowercase) {
        // Letters that Unicode does not take apart.
        match part {
            'ß' => word.push_str("ss"),
            'æ' => word.push_str("ae"),
            'œ' => word.push_str("oe"),
            'ø' => word.push('o'),
            'ł' => word.push('l'),
            'đ' | 'ð' => word.push('d'),
            'þ' => word.push_str("th"),
            'ı' => word.push('i'),
            other => word.push(other),
        }
    }
}

/// Which bytes a text holds. Several share a bit: what is not in here is not in the text, and no
/// more is told.
pub(super) fn letters_of(text: &str) -> u32 {
    text.bytes().fold(0, |letters, byte| letters | letter(byte))
}

pub(super) fn letter(byte: u8) -> u32 {
    1 << (byte & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_words_however_it_is_written() {
        for (text, expected) in [
            ("customer_id", vec!["customer", "id"]),
            ("CustomerID", vec!["customer", "id"]),
            ("customerId2", vec!["customer", "id2"]),
            ("HTTPServerLog", vec!["http", "server", "log"]),
            ("CUSTOMER", vec!["customer"]),
            ("address.postal-code", vec!["address", "postal", "code"]),
            ("Größe", vec!["grosse"]),
            ("ŁÓDŹ café", vec!["lodz", "cafe"]),
            ("cafe\u{301}", vec!["cafe"]),
            ("हिन्दी", vec!["हिन्दी"]),
            ("顧客 住所", vec!["顧客", "住所"]),
            ("🦀", vec!["🦀"]),
            ("$$ %", vec!["$$%"]),
            ("  ", vec![]),
            ("", vec![]),
        ] {
            let folded = Folded::new(text, 100);
            assert_eq!(folded.words().collect::<Vec<_>>(), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_words_of_any_text_are_the_whole_of_what_is_compared(text in "(?s).{0,600}") {
            let folded = Folded::new(&text, 500);
            assert_eq!(folded.words().collect::<String>(), folded.text);
            // Folding what is folded changes nothing.
            let again = Folded::new(&folded.text, usize::MAX);
            assert!(again.text == folded.text || !folded.text.is_ascii());
        }
    }
}
