//! Texts in quotes.

/// A text as a JSON string; what is no UTF-8 in it becomes U+FFFD.
pub fn quoted(out: &mut String, bytes: &[u8]) {
    out.push('"');
    match std::str::from_utf8(bytes) {
        Ok(text) => escaped(out, text),
        Err(_) => {
            for chunk in bytes.utf8_chunks() {
                escaped(out, chunk.valid());
                if !chunk.invalid().is_empty() {
                    out.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
    }
    out.push('"');
}

/// `{"name":"…"}` around a text.
pub fn named(out: &mut String, name: &str, text: &[u8]) {
    out.push_str("{\"");
    out.push_str(name);
    out.push_str("\":");
    quoted(out, text);
    out.push('}');
}

/// Only what must be escaped is (RFC 8259 §7), and the rest is copied in runs.
fn escaped(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                out.push_str("\\u00");
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    out.push_str(&text[copied..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_utf8_is_replaced_and_the_rest_stays() {
        let mut out = String::new();
        quoted(&mut out, b"a\xff\"\xc3\xa9\xc3");
        assert_eq!(out, "\"a\u{fffd}\\\"é\u{fffd}\"");
    }

    proptest! {
        #[test]
        fn any_text_reads_back_from_json(text in "\\PC*|[\\x00-\\x7f]*") {
            let mut out = String::new();
            quoted(&mut out, text.as_bytes());
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
