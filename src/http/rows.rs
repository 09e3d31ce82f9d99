//! Rows as they are answered: JSON in the envelope, one JSON object a line, or CSV.

use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::BASE64;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answer::Envelope;
use super::error::ApiError;
use super::negotiate::accepted;
use crate::rows::{Cell, RowColumn};
use crate::schema::DataType;
use crate::services::query::Rows;

/// The longest text or bytes of a value that is answered whole.
const CELL: usize = 256 << 10;

/// The forms that rows are answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Lines,
    Csv,
}

impl Form {
    /// The one of the highest weight, of several the first; who takes anything gets the envelope.
    fn wanted(request: &HttpRequest) -> Self {
        let accepted = accepted(request, ACCEPT);
        let weighted = accepted.iter().filter_map(|(name, weight)| {
            let form = match *name {
                "application/x-ndjson" | "application/jsonl" | "application/ndjson" => Self::Lines,
                "text/csv" => Self::Csv,
                "application/json" | "*/*" => Self::Json,
                _ => return None,
            };
            Some((form, *weight))
        });
        let heaviest = weighted
            .filter(|(_, weight)| *weight > 0.0)
            .reduce(|one, other| if other.1 > one.1 { other } else { one });
        heaviest.map_or(Self::Json, |(form, _)| form)
    }
}

/// Whether the request accepts one JSON object a line, sooner than anything else that is known.
#[must_use]
pub fn wants_lines(request: &HttpRequest) -> bool {
    Form::wanted(request) == Form::Lines
}

/// Whether the request accepts rows alone, without the envelope.
#[must_use]
pub fn is_file(request: &HttpRequest) -> bool {
    Form::wanted(request) != Form::Json
}

/// Answers rows in the form that the request accepts.
pub fn answer(
    request: &HttpRequest,
    rows: &Rows,
    message: &'static str,
    warnings: &[String],
) -> Result<HttpResponse, ApiError> {
    let mut writer = Writer::default();
    let (kind, body) = match Form::wanted(request) {
        Form::Json => return in_envelope(writer, rows, message, warnings),
        Form::Lines => ("application/x-ndjson", writer.lines(rows)),
        Form::Csv => ("text/csv; charset=utf-8", writer.csv(rows)),
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, kind));
    response.insert_header(("Headwater-Row-Count", rows.count));
    response.insert_header(("Headwater-Cut-Values", writer.cut));
    if let Some(why) = rows.truncated {
        response.insert_header(("Headwater-Truncated", why));
    }
    Ok(response.body(body))
}

#[derive(serde::Serialize)]
struct Data<'a> {
    columns: &'a [RowColumn],
    rows: &'a RawValue,
    row_count: u64,
    truncated: bool,
    truncated_by: Option<&'static str>,
    cut_values: u64,
    seconds: f64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [String],
}

fn in_envelope(
    mut writer: Writer,
    rows: &Rows,
    message: &'static str,
    warnings: &[String],
) -> Result<HttpResponse, ApiError> {
    let text = writer.arrays(rows);
    let values = RawValue::from_string(text).map_err(|error| ApiError::internal(&error))?;
    Ok(HttpResponse::Ok().json(Envelope {
        data: Data {
            columns: &rows.columns,
            rows: &values,
            row_count: rows.count,
            truncated: rows.truncated.is_some(),
            truncated_by: rows.truncated,
            cut_values: writer.cut,
            seconds: rows.took.as_secs_f64(),
            warnings,
        },
        message,
        status: "success",
    }))
}

/// Writes values, and counts those that it cut.
#[derive(Default)]
struct Writer {
    cut: u64,
}

impl Writer {
    fn arrays(&mut self, rows: &Rows) -> String {
        let mut out = String::from("[");
        for row in each(rows) {
            out.push_str(if out.len() == 1 { "[" } else { ",[" });
            for (at, (cell, column)) in row.into_iter().zip(&rows.columns).enumerate() {
                if at > 0 {
                    out.push(',');
                }
                self.json(&mut out, cell, &column.logical_type);
            }
            out.push(']');
        }
        out.push(']');
        out
    }

    fn lines(&mut self, rows: &Rows) -> String {
        let names: Vec<_> = names(&rows.columns)
            .into_iter()
            .map(|name| json!(name).to_string())
            .collect();
        let mut out = String::new();
        for row in each(rows) {
            out.push('{');
            for (at, (cell, column)) in row.into_iter().zip(&rows.columns).enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&names[at]);
                out.push(':');
                let start = out.len();
                self.json(&mut out, cell, &column.logical_type);
                if out[start..].contains(['\n', '\r']) {
                    // Of a JSON document, where they stand between its parts alone.
                    let on_one_line = out.split_off(start).replace(['\n', '\r'], " ");
                    out.push_str(&on_one_line);
                }
            }
            out.push_str("}\n");
        }
        out
    }

    /// After RFC 4180. NULL is nothing, an empty text is `""`; texts alone stand in quotes.
    fn csv(&mut self, rows: &Rows) -> String {
        let mut out = String::new();
        let names: Vec<_> = rows
            .columns
            .iter()
            .map(|column| field(&column.name, &DataType::String))
            .collect();
        out.push_str(&names.join(","));
        out.push_str("\r\n");
        for row in each(rows) {
            for (at, (cell, column)) in row.into_iter().zip(&rows.columns).enumerate() {
                if at > 0 {
                    out.push(',');
                }
                match cell {
                    Cell::Null => {}
                    Cell::Integer(value) => out.push_str(&value.to_string()),
                    Cell::Real(value) => {
                        out.push_str(real(value, &column.logical_type).trim_matches('"'));
                    }
                    Cell::Text(value) => {
                        out.push_str(&field(self.text(value), &column.logical_type));
                    }
                    Cell::Blob(value) => out.push_str(&BASE64.encode(self.bytes(value))),
                }
            }
            out.push_str("\r\n");
        }
        out
    }

    /// A value by its form, and by the logical type of its column where one form serves several. What
    /// stands in another form than its column's says so, where it could be taken for a value of that.
    fn json(&mut self, out: &mut String, cell: Cell<'_>, kind: &DataType) {
        match (cell, kind) {
            (Cell::Null, _) => out.push_str("null"),
            (Cell::Integer(value @ (0 | 1)), DataType::Boolean) => {
                out.push_str(if value == 1 { "true" } else { "false" });
            }
            (Cell::Integer(value), _) => out.push_str(&value.to_string()),
            (Cell::Real(value), _) => out.push_str(&real(value, kind)),
            (Cell::Text(value), DataType::Json | DataType::Object | DataType::Array(_))
                if value.len() <= CELL && is_json(value) =>
            {
                out.push_str(value);
            }
            (Cell::Text(value), DataType::Binary | DataType::Geometry) => {
                let text = self.text(value);
                out.push_str(&json!({ "text": text }).to_string());
            }
            (Cell::Text(value), _) => {
                let text = self.text(value);
                out.push_str(&Value::from(text).to_string());
            }
            (Cell::Blob(value), DataType::Binary | DataType::Geometry) => {
                let bytes = BASE64.encode(self.bytes(value));
                out.push_str(&Value::from(bytes).to_string());
            }
            (Cell::Blob(value), _) => {
                let bytes = BASE64.encode(self.bytes(value));
                out.push_str(&json!({ "base64": bytes }).to_string());
            }
        }
    }

    fn text<'a>(&mut self, value: &'a str) -> &'a str {
        if value.len() <= CELL {
            return value;
        }
        self.cut += 1;
        &value[..value.floor_char_boundary(CELL)]
    }

    fn bytes<'a>(&mut self, value: &'a [u8]) -> &'a [u8] {
        if value.len() <= CELL {
            return value;
        }
        self.cut += 1;
        &value[..CELL]
    }
}

/// The rows that count, as wide as all columns.
fn each(rows: &Rows) -> impl Iterator<Item = Vec<Cell<'_>>> {
    let width = rows.columns.len();
    let all = rows.batches.iter().flat_map(crate::rows::RowBatch::rows);
    let count = usize::try_from(rows.count).unwrap_or(usize::MAX);
    all.take(count).map(move |row| {
        let mut cells: Vec<_> = row.cells().collect();
        cells.resize(width, Cell::Null);
        cells
    })
}

/// The fewest digits that read back as the same number: of a column of singles, as the same single. What
/// JSON has no number for is text.
fn real(value: f64, kind: &DataType) -> String {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "only where nothing is lost"
    )]
    let single = value as f32;
    if *kind == DataType::Float32
        && f64::from(single).to_bits() == value.to_bits()
        && value.is_finite()
        && let Ok(written) = serde_json::to_string(&single)
    {
        written
    } else if value.is_nan() {
        "\"NaN\"".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 {
            "\"Infinity\""
        } else {
            "\"-Infinity\""
        }
        .to_owned()
    } else {
        Value::from(value).to_string()
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The names of columns, each once: the second `id` is `id_2`.
fn names(columns: &[RowColumn]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(columns.len());
    for column in columns {
        let mut name = column.name.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{}_{number}", column.name);
            number += 1;
        }
        names.push(name);
    }
    names
}

/// A text as a field of CSV. One that a spreadsheet would take for a formula gets an apostrophe
/// before it (<https://owasp.org/www-community/attacks/CSV_Injection>), and so does one that has
/// an apostrophe, so that the first can always be taken away again. Numbers and times are no formulas.
fn field(text: &str, kind: &DataType) -> String {
    let digits = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_digit() || "+-.:TZ".contains(c))
    };
    let guard = match kind {
        DataType::Decimal(_) | DataType::Date | DataType::Timestamp | DataType::Timestamptz
            if digits(text) =>
        {
            ""
        }
        _ if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => "'",
        _ => "",
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::RowBatch;

    fn rows() -> Rows {
        let column = |name: &str, logical_type: DataType| RowColumn {
            name: name.to_owned(),
            native_type: String::new(),
            logical_type,
        };
        let mut narrow = RowBatch::new(1);
        narrow.text("=1+1");
        let mut wide = RowBatch::new(5);
        for cell in [
            Cell::Text("a\"b"),
            Cell::Integer(1),
            Cell::Real(f64::NAN),
            Cell::Text("{\"n\": 1.10}"),
            Cell::Blob(b"\xff"),
            Cell::Null,
            Cell::Integer(i64::MIN),
            Cell::Real(-0.0),
            Cell::Text("no json"),
            Cell::Text(""),
            Cell::Text("beyond the limit"),
            Cell::Null,
            Cell::Null,
            Cell::Null,
            Cell::Null,
        ] {
            wide.cell(cell);
        }
        Rows {
            columns: vec![
                column("t", DataType::String),
                column("t", DataType::Boolean),
                column("f", DataType::Float64),
                column("j", DataType::Json),
                column("x", DataType::Mixed),
            ],
            batches: vec![narrow, wide],
            count: 3,
            ..Rows::default()
        }
    }

    #[test]
    fn values_are_written_so_that_nothing_of_them_is_lost() {
        let json = Writer::default().arrays(&rows());
        assert_eq!(
            json,
            r#"[["=1+1",null,null,null,null],["a\"b",true,"NaN",{"n": 1.10},{"base64":"/w=="}],[null,-9223372036854775808,-0.0,"no json",""]]"#
        );
        let lines = Writer::default().lines(&rows());
        assert_eq!(
            lines.lines().next(),
            Some(r#"{"t":"=1+1","t_2":null,"f":null,"j":null,"x":null}"#)
        );
        let csv = Writer::default().csv(&rows());
        assert_eq!(
            csv,
            "\"t\",\"t\",\"f\",\"j\",\"x\"\r\n\"'=1+1\",,,,\r\n\"a\"\"b\",1,NaN,\"{\"\"n\"\": 1.10}\",/w==\r\n,-9223372036854775808,-0.0,\"no json\",\"\"\r\n"
        );
    }

    #[test]
    fn the_form_of_the_highest_weight_is_answered() {
        for (accept, form) in [
            ("", Form::Json),
            ("text/html", Form::Json),
            ("text/csv, application/json", Form::Csv),
            ("text/csv;q=0.5, application/json", Form::Json),
            (
                "application/json;q=0.1, text/csv; header=present; Q=0.2",
                Form::Csv,
            ),
            ("text/csv;q=0, application/x-ndjson;q=0.001", Form::Lines),
            ("text/csv;q=0", Form::Json),
            (
                "text/csv;q=0.9, application/jsonl;q=0.9, */*;q=0.8",
                Form::Csv,
            ),
            ("application/json;q=0.1, text/csv;q=much", Form::Csv),
        ] {
            let request = actix_web::test::TestRequest::default();
            let request = request.insert_header((ACCEPT, accept)).to_http_request();
            assert_eq!(Form::wanted(&request), form, "{accept}");
        }
    }

    #[test]
    fn what_stands_in_another_form_than_its_columns_says_so() {
        let written = |cell, kind| {
            let mut out = String::new();
            Writer::default().json(&mut out, cell, &kind);
            out
        };
        for (cell, kind, expected) in [
            (Cell::Text("AQ=="), DataType::Binary, r#"{"text":"AQ=="}"#),
            (Cell::Blob(b"\x01"), DataType::Binary, r#""AQ==""#),
            (
                Cell::Blob(b"\x01"),
                DataType::String,
                r#"{"base64":"AQ=="}"#,
            ),
            (Cell::Text("1.5"), DataType::Decimal(None), r#""1.5""#),
            (Cell::Real(1.5), DataType::Decimal(None), "1.5"),
            (Cell::Real(0.1_f32.into()), DataType::Float32, "0.1"),
            (Cell::Real(0.1), DataType::Float32, "0.1"),
            (Cell::Real(0.123_456_789), DataType::Float32, "0.123456789"),
            (Cell::Real(-0.0), DataType::Float32, "-0.0"),
            (
                Cell::Real(0.1_f32.into()),
                DataType::Float64,
                "0.10000000149011612",
            ),
            (Cell::Integer(2), DataType::Boolean, "2"),
            (Cell::Integer(1), DataType::Int8, "1"),
            (
                Cell::Real(f64::NEG_INFINITY),
                DataType::Float32,
                r#""-Infinity""#,
            ),
            (
                Cell::Integer(i64::MAX),
                DataType::Int64,
                "9223372036854775807",
            ),
        ] {
            assert_eq!(written(cell, kind.clone()), expected, "{kind}");
        }
    }

    #[test]
    fn a_row_stays_on_its_line_and_an_apostrophe_can_be_taken_away() {
        let mut batch = RowBatch::new(3);
        for text in ["{\"a\":\r\n \"\\n\"}", "-1.50", "-1+1", "1", "-A1", "'=1"] {
            batch.text(text);
        }
        let column = |logical_type: DataType| RowColumn {
            name: logical_type.to_string(),
            native_type: String::new(),
            logical_type,
        };
        let rows = Rows {
            columns: vec![
                column(DataType::Json),
                column(DataType::Decimal(None)),
                column(DataType::String),
            ],
            batches: vec![batch],
            count: 2,
            ..Rows::default()
        };
        assert_eq!(
            Writer::default().lines(&rows),
            "{\"json\":{\"a\":   \"\\n\"},\"decimal\":\"-1.50\",\"string\":\"-1+1\"}\n\
             {\"json\":1,\"decimal\":\"-A1\",\"string\":\"'=1\"}\n"
        );
        let csv = Writer::default().csv(&rows);
        assert!(
            csv.ends_with("\"-1.50\",\"'-1+1\"\r\n\"1\",\"'-A1\",\"''=1\"\r\n"),
            "{csv}"
        );
    }

    #[test]
    fn a_long_value_is_cut_between_letters_and_counted() {
        let mut writer = Writer::default();
        let long = "é".repeat(CELL);
        let mut out = String::new();
        writer.json(&mut out, Cell::Text(&long), &DataType::String);
        assert_eq!((out.len(), writer.cut), (CELL + 2, 1));
        writer.json(&mut out, Cell::Text("short"), &DataType::String);
        assert_eq!(writer.cut, 1);
    }
}
