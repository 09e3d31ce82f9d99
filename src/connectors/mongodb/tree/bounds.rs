//! How much is kept of one collection, however its documents are made.

/// Top-level fields.
pub const TOP: usize = 2_000;

/// Fields inside of others, all together. Apart from the topmost, so that neither pushes out the other.
pub const NESTED: usize = 5_000;

/// Levels of objects and arrays. A level takes two of JSON, and JSON is read back to 128.
pub const DEPTH: usize = 32;

/// Elements of one array that are looked at.
pub const ELEMENTS: usize = 1_000;

/// Bytes of all paths. Names may be as long as documents.
pub const PATHS: usize = 1 << 20;

/// Bytes of all the values that are listed.
pub const VALUES: usize = 64 << 10;

/// Room that is left, and what was left out for want of it.
#[derive(Debug, Default)]
pub struct Room {
    nested: usize,
    paths: usize,
    /// Whether a field found no room since it was last counted.
    pub refused: bool,
    /// Whether objects deeper than [`DEPTH`] were passed by.
    pub deep: bool,
    /// Whether arrays were longer than [`ELEMENTS`].
    pub long: bool,
}

impl Room {
    /// Takes the room for one more field of an object `depth` levels down that has `beside` fields.
    pub fn take(&mut self, depth: usize, beside: usize, path: usize) -> bool {
        let full = match depth {
            0 => beside >= TOP,
            _ => self.nested >= NESTED,
        };
        if full || self.paths + path > PATHS {
            self.refused = true;
            return false;
        }
        self.nested += usize::from(depth > 0);
        self.paths += path;
        true
    }

    /// How many fields stand inside of others.
    pub fn nested(&self) -> usize {
        self.nested
    }

    /// Sets what is taken anew, after fields became one.
    pub fn recount(&mut self, nested: usize, paths: usize) {
        self.nested = nested;
        self.paths = paths;
        self.refused = false;
    }
}

/// What was left out of a tree, in sentences.
pub fn sentences(room: &Room, fields: bool, values: bool) -> Vec<String> {
    let told = [
        (
            fields,
            format!(
                "There are more fields than are kept: the first {TOP} at the top and {NESTED} inside of others, of names of {} kB together.",
                PATHS >> 10
            ),
        ),
        (
            room.deep,
            format!("What nests deeper than {DEPTH} levels is not shown."),
        ),
        (
            room.long,
            format!("Of arrays, the first {ELEMENTS} elements were looked at."),
        ),
        (
            values,
            format!("Distinct values are listed up to {} kB.", VALUES >> 10),
        ),
    ];
    let cut = told.into_iter().filter(|(cut, _)| *cut);
    cut.map(|(_, sentence)| sentence).collect()
}
