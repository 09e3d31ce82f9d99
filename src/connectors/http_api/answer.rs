//! The body of an answer: bounded before it is believed.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, HeaderMap};
use tokio::task::spawn_blocking;

use super::error;
use crate::connectors::{ConnectorError, ErrorKind};

/// The most bytes of one answer, on the way and unpacked.
pub const BYTES: usize = 64 << 20;
/// How many times its packed size an answer may be, beyond the first megabyte. JSON comes to 10 or 20.
const RATIO: usize = 200;

/// Reads a body as text, as it was packed.
pub async fn text(
    mut body: Incoming,
    headers: &HeaderMap,
    place: &str,
) -> Result<String, ConnectorError> {
    let packed = packed(headers)?;
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| error::lost(place))?;
        if let Ok(data) = frame.into_data() {
            if bytes.len() + data.len() > BYTES {
                return Err(error::too_large("64 MiB"));
            }
            bytes.extend_from_slice(&data);
        }
    }
    let unpacking = move || {
        let bytes = if packed { unpacked(&bytes)? } else { bytes };
        let mut text = String::from_utf8(bytes).map_err(|_| {
            ConnectorError::new(
                ErrorKind::ProtocolMismatch,
                "The API's answer is no text in UTF-8.",
                "Check the path of the endpoint: the address must answer JSON.",
            )
        })?;
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Ok(text)
    };
    // Unpacking tens of megabytes would hold up whatever else runs on this thread.
    spawn_blocking(unpacking)
        .await
        .map_err(|_| error::lost(place))?
}

/// The beginning of a body, for its words; whatever goes wrong, there are none.
pub async fn words(mut body: Incoming, headers: &HeaderMap) -> String {
    const BEGINNING: usize = 16 << 10;
    let mut bytes = Vec::new();
    while bytes.len() < BEGINNING
        && let Some(Ok(frame)) = body.frame().await
    {
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    bytes.truncate(BEGINNING);
    match packed(headers) {
        Ok(false) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => String::new(),
    }
}

fn packed(headers: &HeaderMap) -> Result<bool, ConnectorError> {
    let encoding = headers
        .get(CONTENT_ENCODING)
        .map(|value| value.to_str().unwrap_or("?"));
    match encoding.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "identity") => Ok(false),
        Some("gzip" | "x-gzip") => Ok(true),
        Some(_) => Err(ConnectorError::new(
            ErrorKind::ProtocolMismatch,
            "The API's answer is packed in a way that it was not asked for.",
            "The API must answer plainly or with gzip.",
        )),
    }
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, ConnectorError> {
    let most = BYTES.min((1 << 20) + packed.len().saturating_mul(RATIO));
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX) + 1;
    MultiGzDecoder::new(packed)
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|_| {
            ConnectorError::new(
                ErrorKind::ProtocolMismatch,
                "The API's answer says that it is packed with gzip, and cannot be unpacked.",
                "Look into the log of the API, or of what stands before it.",
            )
        })?;
    if bytes.len() > most {
        return Err(error::too_large("it may become by unpacking"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_grows_without_measure_is_not_unpacked() {
        let pack = |bytes: &[u8]| {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        assert_eq!(unpacked(&pack(b"[1]")).unwrap(), b"[1]");
        let bomb = pack(&vec![b' '; 8 << 20]);
        assert_eq!(unpacked(&bomb).unwrap_err().kind, ErrorKind::LimitExceeded);
        assert_eq!(
            unpacked(b"no gzip").unwrap_err().kind,
            ErrorKind::ProtocolMismatch
        );
    }
}
