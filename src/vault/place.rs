//! The place of a secret as associated data.

use crate::model::secret::SecretPlace;

/// Each part with its length before it: no two places have the same bytes.
pub(super) fn bytes(place: SecretPlace<'_>) -> Vec<u8> {
    let mut bytes = b"headwater secret 1\0".to_vec();
    for part in [place.organization, place.row, place.field] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}
