//! One value as a cell, in the form that [`crate::rows`] has for its own type: what a field holds may
//! differ from document to document.

use super::super::elements::{Element, Malformed, kind};
use super::super::extended::{self, Form, Unwritable, Writer, binary, content, fixed, int, long};
use crate::rows::RowBatch;

/// The subtype of UUIDs (bsonspec.org), and their length.
const UUID: (u8, usize) = (4, 16);

/// Pushes a value; `most` is what its text may take, where it has to be written.
pub fn push(batch: &mut RowBatch, element: &Element<'_>, most: usize) -> Result<(), Unwritable> {
    let value = element.value;
    match element.kind {
        kind::NULL => batch.null(),
        kind::BOOLEAN => batch.integer((value != [0]).into()),
        kind::INT => batch.integer(int(value)?.into()),
        kind::LONG => batch.integer(long(value)?),
        kind::DOUBLE => batch.real(f64::from_bits(u64::from_le_bytes(fixed(value)?))),
        kind::STRING => batch.text_or_blob(content(value)?),
        kind::OBJECT_ID => written(batch, |out| extended::hex(out, value))?,
        kind::DATE => {
            let instant = long(value)?;
            written(batch, |out| extended::date(out, instant))?;
        }
        kind::DECIMAL => {
            let bytes = fixed(value)?;
            written(batch, |out| extended::decimal(out, bytes))?;
        }
        kind::BINARY => match binary(value)? {
            (subtype, bytes) if (subtype, bytes.len()) == UUID => {
                written(batch, |out| uuid(out, bytes))?;
            }
            (_, bytes) => batch.blob(bytes),
        },
        kind => written(batch, |out| {
            Writer::new(out, Form::Relaxed, most).value(kind, value)
        })?,
    }
    Ok(())
}

/// Pushes a text that may fail to be written.
pub fn written<E>(
    batch: &mut RowBatch,
    write: impl FnOnce(&mut String) -> Result<(), E>,
) -> Result<(), E> {
    let mut result = Ok(());
    batch.text_with(|out| result = write(out));
    result
}

fn uuid(out: &mut String, bytes: &[u8]) -> Result<(), Malformed> {
    let mut rest = bytes;
    for length in [4, 2, 2, 2, 6] {
        let (group, others) = rest.split_at_checked(length).ok_or(Malformed)?;
        if rest.len() < bytes.len() {
            out.push('-');
        }
        extended::hex(out, group)?;
        rest = others;
    }
    Ok(())
}
