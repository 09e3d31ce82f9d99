//! Documents as they are kept: compressed, as HTTP sends them.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// Compresses a document.
pub fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::new(5));
    // Writing into a vector cannot fail; a failure would leave an empty body that no client takes.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// A document as it was before it was compressed.
pub fn unzipped(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut all = Vec::with_capacity(bytes.len() * 8);
    GzDecoder::new(bytes).read_to_end(&mut all)?;
    Ok(all)
}
