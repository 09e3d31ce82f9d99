//! Which column each field of a document stands in.

use std::collections::{HashMap, HashSet};

use super::super::elements::{Element, kind};
use super::super::types::{self, Kinds};
use crate::connectors::read::TableRead;
use crate::rows::RowColumn;
use crate::schema::{Column, DataType, FieldType};

/// The most columns, the document's own among them. Fields beyond them stand in that one alone, so a
/// table as wide as this may have others.
pub const COLUMNS: usize = 500;

/// The name of the column that holds whole documents, unless a field has it.
const DOCUMENT: &str = "_document";

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The whole document.
    Document,
    /// A field, by its number.
    Field(usize),
}

/// The columns of an answer, and the fields that they hold.
#[derive(Debug)]
pub struct Layout {
    columns: Vec<RowColumn>,
    sources: Vec<Source>,
    /// The fields' names, by their numbers.
    names: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, usize>,
    /// Whether fields that turn up become columns.
    open: bool,
    /// Whether whole documents have a column, as they do in tables; a query shows nulls instead.
    documents: bool,
}

impl Layout {
    /// Of a collection: `_id`, the document, and the other fields in the order of `read`.
    pub fn of_table(read: &TableRead) -> Self {
        let mut layout = Self::empty(read.open_columns, true);
        let (ids, others): (Vec<_>, Vec<_>) = read.columns.iter().partition(|c| c.name == "_id");
        let taken: HashSet<&str> = read.columns.iter().map(|c| c.name.as_str()).collect();
        let numbered = (2..).map(|n| format!("{DOCUMENT}_{n}"));
        let mut names = std::iter::once(DOCUMENT.to_owned()).chain(numbered);
        let document = names.find(|name| !taken.contains(name.as_str()));
        let of_column = |layout: &mut Self, column: &Column| {
            let (native, logical) = (&column.native_type, &column.logical_type);
            layout.add_field(&column.name, native.clone(), logical.clone());
        };
        for id in ids {
            of_column(&mut layout, id);
        }
        layout.add_document(document);
        for other in others {
            of_column(&mut layout, other);
        }
        layout
    }

    /// Of a query: the fields of its answer.
    pub fn of_query() -> Self {
        Self::empty(true, false)
    }

    fn empty(open: bool, documents: bool) -> Self {
        Self {
            columns: Vec::new(),
            sources: Vec::new(),
            names: Vec::new(),
            numbers: HashMap::new(),
            open,
            documents,
        }
    }

    /// The columns, as they are told.
    pub fn columns(&self) -> Vec<RowColumn> {
        self.columns.clone()
    }

    /// What stands in each column.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// How many fields have a column.
    pub fn fields(&self) -> usize {
        self.names.len()
    }

    /// Whether documents are shown with all that they hold.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The number of a field; `likely` is tried first, since documents mostly have their fields in
    /// one order.
    pub fn number(&self, name: &[u8], likely: usize) -> Option<usize> {
        if self.names.get(likely).is_some_and(|known| **known == *name) {
            return Some(likely);
        }
        self.numbers.get(name).copied().or_else(|| {
            // The schema shows such names with U+FFFD in them.
            let wrong = std::str::from_utf8(name).is_err();
            let shown = wrong.then(|| String::from_utf8_lossy(name))?;
            self.numbers.get(shown.as_bytes()).copied()
        })
    }

    /// Whether this field, which has no column, becomes one.
    pub fn takes(&self, element: &Element<'_>) -> bool {
        self.open
            && self.columns.len() < COLUMNS
            && !(self.documents && matches!(element.kind, kind::NULL | kind::UNDEFINED))
            && !self.is_the_documents(element.name)
    }

    /// Adds a column for a field whose values are of these kinds.
    pub fn add(&mut self, name: &[u8], kinds: &Kinds) {
        if self.columns.len() == COLUMNS || self.number(name, 0).is_some() {
            return;
        }
        let types = kinds.seen(&DataType::Unknown);
        let shown = String::from_utf8_lossy(name);
        self.add_field(&shown, FieldType::text(&types), FieldType::united(&types));
    }

    /// A field that has the name of the documents' column would be taken for it.
    fn is_the_documents(&self, name: &[u8]) -> bool {
        let at = self.sources.iter().position(|s| *s == Source::Document);
        at.is_some_and(|at| self.columns[at].name.as_bytes() == name)
    }

    fn add_field(&mut self, name: &str, native_type: String, logical_type: DataType) {
        if self.columns.len() == COLUMNS {
            return;
        }
        let number = self.names.len();
        self.names.push(name.as_bytes().into());
        self.numbers.insert(name.as_bytes().into(), number);
        self.sources.push(Source::Field(number));
        self.columns.push(RowColumn {
            name: name.to_owned(),
            native_type,
            logical_type,
        });
    }

    fn add_document(&mut self, name: Option<String>) {
        let Some(name) = name else { return };
        self.sources.push(Source::Document);
        self.columns.push(RowColumn {
            name,
            native_type: "document".to_owned(),
            logical_type: DataType::Json,
        });
    }
}

/// The kinds of one value.
pub fn kinds(element: &Element<'_>) -> Kinds {
    let mut kinds = Kinds::default();
    kinds.add(kind_of(element));
    kinds
}

/// What kind of value it is; bytes that are a UUID are a kind of their own.
pub fn kind_of(element: &Element<'_>) -> u8 {
    match element.kind {
        kind::BINARY if element.value.get(4) == Some(&4) && element.value.len() == 21 => {
            types::UUID
        }
        kind => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::mongodb::read::tests::read_of;

    fn names(layout: &Layout) -> Vec<String> {
        layout.columns().into_iter().map(|c| c.name).collect()
    }

    fn int(name: &[u8]) -> Element<'_> {
        let (kind, value) = (kind::INT, &[1, 0, 0, 0][..]);
        Element { kind, name, value }
    }

    #[test]
    fn the_document_stands_behind_the_id_and_new_fields_behind_all() {
        let mut layout = Layout::of_table(&read_of(&["b", "_id", "a"]));
        assert_eq!(names(&layout), ["_id", "_document", "b", "a"]);
        assert!(layout.takes(&int(b"c")));
        layout.add(b"c", &kinds(&int(b"c")));
        assert_eq!(names(&layout), ["_id", "_document", "b", "a", "c"]);
        assert_eq!(layout.columns()[4].native_type, "int");
        assert_eq!(layout.number(b"c", 0), Some(3));
        assert_eq!(
            names(&Layout::of_table(&read_of(&["a"]))),
            ["_document", "a"]
        );
        assert_eq!(
            names(&Layout::of_table(&read_of(&["_id"]))),
            ["_id", "_document"]
        );
        assert_eq!(names(&Layout::of_table(&read_of(&[]))), ["_document"]);
    }

    #[test]
    fn a_field_of_the_documents_name_keeps_it() {
        let layout = Layout::of_table(&read_of(&["_id", "_document", "_document_2"]));
        assert_eq!(
            names(&layout),
            ["_id", "_document_3", "_document", "_document_2"]
        );
        let layout = Layout::of_table(&read_of(&["_id"]));
        assert!(!layout.takes(&int(b"_document")));
    }

    #[test]
    fn no_table_is_wider_than_the_bound() {
        let many: Vec<_> = (0..600).map(|n| n.to_string()).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        let layout = Layout::of_table(&read_of(&many));
        assert_eq!(layout.columns().len(), COLUMNS);
        assert!(!layout.takes(&int(b"new")));
        let mut layout = Layout::of_table(&read_of(&["_id"]));
        for n in 0..600_u32 {
            layout.add(n.to_string().as_bytes(), &Kinds::default());
        }
        assert_eq!(layout.columns().len(), COLUMNS);
    }

    #[test]
    fn nothing_joins_columns_that_were_chosen_and_nulls_join_no_table() {
        let chosen = TableRead {
            open_columns: false,
            ..read_of(&["_id"])
        };
        assert!(!Layout::of_table(&chosen).takes(&int(b"c")));
        let null = Element {
            kind: kind::NULL,
            ..int(b"c")
        };
        assert!(!Layout::of_table(&read_of(&["_id"])).takes(&null));
        assert!(Layout::of_query().takes(&null));
    }

    #[test]
    fn names_that_are_no_utf8_are_found_as_the_schema_shows_them() {
        let layout = Layout::of_table(&read_of(&["_id", "a\u{fffd}"]));
        assert_eq!(layout.number(b"a\xff", 0), Some(1));
        assert_eq!(layout.number(b"b\xff", 0), None);
    }
}
