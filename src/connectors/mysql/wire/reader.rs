//! Takes a payload apart. Every step answers `None` where the bytes end too soon.

/// What is left of a payload.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next `count` bytes.
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The bytes before the next NUL, or all where there is none.
    pub fn until_nul(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|b| *b == 0);
        let taken = &self.0[..end.unwrap_or(self.0.len())];
        self.0 = &self.0[end.map_or(self.0.len(), |end| end + 1)..];
        taken
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.bytes(1).map(|b| b[0])
    }

    pub fn u16(&mut self) -> Option<u16> {
        let bytes = self.bytes(2)?.try_into().ok()?;
        Some(u16::from_le_bytes(bytes))
    }

    pub fn u32(&mut self) -> Option<u32> {
        let bytes = self.bytes(4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    }

    /// A length-encoded integer.
    pub fn length(&mut self) -> Option<u64> {
        let width = match self.u8()? {
            small @ 0..=0xFA => return Some(u64::from(small)),
            0xFC => 2,
            0xFD => 3,
            0xFE => 8,
            // 0xFB is NULL in a row and a request for a file elsewhere, 0xFF an error.
            0xFB | 0xFF => return None,
        };
        let mut whole = [0; 8];
        whole[..width].copy_from_slice(self.bytes(width)?);
        Some(u64::from_le_bytes(whole))
    }
}
