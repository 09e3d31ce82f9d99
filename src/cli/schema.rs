//! `headwater schema`.

use clap::Args;

use super::output::{print, print_json};
use super::refusal::Refusal;
use super::source::{SourceArgs, reach, tell_all};
use crate::schema::formats::Format;
use crate::schema::narrow::{Around, DEEPEST, Narrowing};
use crate::services::sources::SourceError;

/// The arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The form: markdown, mermaid, dbml, jsonschema or json
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "markdown",
        help_heading = "Options of the schema"
    )]
    format: Format,
    /// These tables alone: names, or `schema.name`, parted by commas
    #[arg(long, value_name = "NAMES", help_heading = "Options of the schema")]
    tables: Vec<String>,
    /// The tables of these schemas alone: names parted by commas
    #[arg(long, value_name = "NAMES", help_heading = "Options of the schema")]
    schema: Vec<String>,
    /// This table alone, and those that refer to it or that it refers to
    #[arg(long, value_name = "NAME", help_heading = "Options of the schema")]
    around: Option<String>,
    /// Over how many references `--around` looks, 0 to 10
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        requires = "around",
        value_parser = clap::value_parser!(u32).range(..=i64::from(DEEPEST)),
        help_heading = "Options of the schema"
    )]
    depth: u32,
}

pub(super) fn run(args: SchemaArgs) -> anyhow::Result<()> {
    let narrowing = Narrowing {
        tables: args.tables,
        schemas: args.schema,
        around: args.around.map(|table| Around {
            table,
            depth: args.depth,
        }),
    };
    let (mut document, warnings) = reach(args.source, |direct, input| async move {
        direct.schema(input).await
    })?;
    tell_all(&warnings);
    let narrowed = narrowing.apply(&mut document.schema);
    narrowed.map_err(|missing| Refusal::from(SourceError::from(missing)))?;
    match args.format {
        Format::Json => print_json(&document)?,
        Format::Text(format) => print(document.write(format).trim_end())?,
    }
    // The process ends: nobody gains from thousands of tables being taken apart first.
    std::mem::forget(document);
    Ok(())
}
