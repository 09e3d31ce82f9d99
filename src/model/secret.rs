//! A secret at rest.

/// A sealed secret: an AEAD ciphertext, and what is needed to open it again. Harmless to hold,
/// useless without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Names the key that sealed it.
    pub key_id: String,
    /// The nonce, random for each sealing.
    pub nonce: Vec<u8>,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

/// The place that a secret belongs to; bound into its sealing, so that a ciphertext moved to
/// another row does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretPlace<'a> {
    /// The organization's id.
    pub organization: &'a str,
    /// The id of the source (or other row) that holds it.
    pub row: &'a str,
    /// The field, such as `password`.
    pub field: &'a str,
}
