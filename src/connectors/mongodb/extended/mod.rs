//! BSON written as Extended JSON (specification: Extended JSON 2.0), straight from its bytes into a
//! text that is there already: nothing is decoded into a tree, and names that stand twice stay twice.
//!
//! Text that is no UTF-8 has U+FFFD in the place of what is wrong with it: JSON holds nothing else.

mod number;
mod text;
mod time;

pub use number::{decimal, double, whole};
pub use time::{date, instant};

use data_encoding::{BASE64, HEXLOWER};

use super::elements::{Element, Elements, Malformed, kind, scope};

/// The two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Every value keeps its type.
    Canonical,
    /// Numbers and dates as one reads them.
    Relaxed,
}

/// The deepest that is written. Servers keep 100 levels; what comes from one was measured before.
const DEEPEST: usize = 300;

/// Why something cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwritable {
    /// The bytes are no BSON.
    Malformed,
    /// It takes more room than it may.
    TooLarge,
}

impl From<Malformed> for Unwritable {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// Writes to the end of a text.
pub struct Writer<'t> {
    out: &'t mut String,
    form: Form,
    /// How long the text may become.
    longest: usize,
}

impl<'t> Writer<'t> {
    /// Writes in this form, `most` bytes or so.
    pub fn new(out: &'t mut String, form: Form, most: usize) -> Self {
        let longest = out.len().saturating_add(most);
        Self { out, form, longest }
    }

    /// Writes a document that has these elements.
    pub fn document<'e>(
        &mut self,
        elements: impl Iterator<Item = Result<Element<'e>, Malformed>>,
    ) -> Result<(), Unwritable> {
        self.fields(elements, DEEPEST)
    }

    /// Writes one value.
    pub fn value(&mut self, kind: u8, value: &[u8]) -> Result<(), Unwritable> {
        self.at_depth(kind, value, DEEPEST)
    }

    fn fields<'e>(
        &mut self,
        elements: impl Iterator<Item = Result<Element<'e>, Malformed>>,
        left: usize,
    ) -> Result<(), Unwritable> {
        let mut before = '{';
        for element in elements {
            let element = element?;
            self.out.push(before);
            text::quoted(self.out, element.name);
            self.out.push(':');
            self.at_depth(element.kind, element.value, left)?;
            before = ',';
        }
        if before == '{' {
            self.out.push('{');
        }
        self.out.push('}');
        Ok(())
    }

    fn list(&mut self, array: &[u8], left: usize) -> Result<(), Unwritable> {
        let mut before = '[';
        for element in Elements::of(array)? {
            let element = element?;
            self.out.push(before);
            self.at_depth(element.kind, element.value, left)?;
            before = ',';
        }
        if before == '[' {
            self.out.push('[');
        }
        self.out.push(']');
        Ok(())
    }

    fn at_depth(&mut self, kind: u8, value: &[u8], left: usize) -> Result<(), Unwritable> {
        if self.out.len() > self.longest {
            return Err(Unwritable::TooLarge);
        }
        let left = left.checked_sub(1).ok_or(Unwritable::TooLarge)?;
        match kind {
            kind::DOCUMENT => self.fields(Elements::of(value)?, left)?,
            kind::ARRAY => self.list(value, left)?,
            kind::JAVASCRIPT_WITH_SCOPE => {
                self.out.push_str(r#"{"$code":"#);
                text::quoted(self.out, content(value.get(4..).ok_or(Malformed)?)?);
                self.out.push_str(r#","$scope":"#);
                self.fields(Elements::of(scope(value)?)?, left)?;
                self.out.push('}');
            }
            _ => self.scalar(kind, value)?,
        }
        Ok(())
    }

    fn scalar(&mut self, kind: u8, value: &[u8]) -> Result<(), Malformed> {
        let canonical = self.form == Form::Canonical;
        let out = &mut *self.out;
        match kind {
            kind::STRING => text::quoted(out, content(value)?),
            kind::NULL => out.push_str("null"),
            kind::BOOLEAN => out.push_str(if value == [0] { "false" } else { "true" }),
            kind::INT if canonical => {
                wrapped(out, "$numberInt", |out| whole(out, int(value)?.into()))?;
            }
            kind::INT => whole(out, int(value)?.into())?,
            kind::LONG if canonical => {
                wrapped(out, "$numberLong", |out| whole(out, long(value)?))?;
            }
            kind::LONG => whole(out, long(value)?)?,
            kind::DOUBLE => {
                let number = f64::from_bits(u64::from_le_bytes(fixed(value)?));
                if canonical || !number.is_finite() {
                    wrapped(out, "$numberDouble", |out| double(out, number))?;
                } else {
                    double(out, number)?;
                }
            }
            kind::DECIMAL => wrapped(out, "$numberDecimal", |out| decimal(out, fixed(value)?))?,
            kind::DATE => {
                let instant = long(value)?;
                if canonical || !time::is_readable(instant) {
                    out.push_str(r#"{"$date":"#);
                    wrapped(out, "$numberLong", |out| whole(out, instant))?;
                    out.push('}');
                } else {
                    wrapped(out, "$date", |out| time::readable(out, instant))?;
                }
            }
            kind::OBJECT_ID => wrapped(out, "$oid", |out| hex(out, value))?,
            kind::BINARY => {
                let (subtype, bytes) = binary(value)?;
                out.push_str(r#"{"$binary":{"base64":""#);
                BASE64.encode_append(bytes, out);
                out.push_str(r#"","subType":""#);
                hex(out, &[subtype])?;
                out.push_str(r#""}}"#);
            }
            kind::TIMESTAMP => {
                let parts = u64::from_le_bytes(fixed(value)?);
                out.push_str(r#"{"$timestamp":{"t":"#);
                number::digits(out, parts >> 32);
                out.push_str(r#","i":"#);
                number::digits(out, parts & u64::from(u32::MAX));
                out.push_str("}}");
            }
            kind::REGEX => {
                let mut parts = value.split(|byte| *byte == 0);
                let pattern = parts.next().ok_or(Malformed)?;
                let mut options = parts.next().ok_or(Malformed)?.to_vec();
                options.sort_unstable();
                out.push_str(r#"{"$regularExpression":{"pattern":"#);
                text::quoted(out, pattern);
                out.push_str(r#","options":"#);
                text::quoted(out, &options);
                out.push_str("}}");
            }
            kind::JAVASCRIPT => text::named(out, "$code", content(value)?),
            kind::SYMBOL => text::named(out, "$symbol", content(value)?),
            kind::DB_POINTER => {
                let (name, id) = value.split_last_chunk::<12>().ok_or(Malformed)?;
                out.push_str(r#"{"$dbPointer":{"$ref":"#);
                text::quoted(out, content(name)?);
                out.push_str(r#","$id":"#);
                wrapped(out, "$oid", |out| hex(out, id))?;
                out.push_str("}}");
            }
            kind::UNDEFINED => out.push_str(r#"{"$undefined":true}"#),
            kind::MIN_KEY => out.push_str(r#"{"$minKey":1}"#),
            kind::MAX_KEY => out.push_str(r#"{"$maxKey":1}"#),
            _ => return Err(Malformed),
        }
        Ok(())
    }
}

/// `{"name":"…"}` around what needs no escaping.
fn wrapped(
    out: &mut String,
    name: &str,
    write: impl FnOnce(&mut String) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    out.push_str("{\"");
    out.push_str(name);
    out.push_str("\":\"");
    write(out)?;
    out.push_str("\"}");
    Ok(())
}

/// Bytes as digits in small letters.
#[allow(
    clippy::unnecessary_wraps,
    reason = "one of the writers that `wrapped` takes"
)]
pub fn hex(out: &mut String, bytes: &[u8]) -> Result<(), Malformed> {
    HEXLOWER.encode_append(bytes, out);
    Ok(())
}

/// The bytes of a text, without the length before them and the NUL behind.
pub fn content(value: &[u8]) -> Result<&[u8], Malformed> {
    let length = u32::from_le_bytes(*value.first_chunk().ok_or(Malformed)?);
    let end = usize::try_from(length).map_err(|_| Malformed)? + 3;
    value.get(4..end).ok_or(Malformed)
}

/// The subtype and the bytes. The old form for bytes of any kind (subtype 2) has a second length
/// before them, which is none of them.
pub fn binary(value: &[u8]) -> Result<(u8, &[u8]), Malformed> {
    let (&subtype, bytes) = value
        .get(4..)
        .and_then(<[u8]>::split_first)
        .ok_or(Malformed)?;
    if subtype == 2
        && let Some((length, inner)) = bytes.split_first_chunk::<4>()
        && usize::try_from(i32::from_le_bytes(*length)) == Ok(inner.len())
    {
        return Ok((subtype, inner));
    }
    Ok((subtype, bytes))
}

/// A value of 32 bits.
pub fn int(value: &[u8]) -> Result<i32, Malformed> {
    Ok(i32::from_le_bytes(fixed(value)?))
}

/// A value of 64 bits.
pub fn long(value: &[u8]) -> Result<i64, Malformed> {
    Ok(i64::from_le_bytes(fixed(value)?))
}

/// A value of so many bytes.
pub fn fixed<const N: usize>(value: &[u8]) -> Result<[u8; N], Malformed> {
    value.try_into().map_err(|_| Malformed)
}

#[cfg(test)]
mod tests;
