//! A schema in another form than it is kept in, or a part of it.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::schema::formats::{About, Format, TextFormat};
use crate::schema::narrow::Narrowing;

use crate::store::StoreError;

use super::document::SchemaDocument;
use super::gzip::zipped;
use super::schema::{Render, SchemaAnswer, SchemaRequest};
use super::{Place, SourceError, Sources};

/// How much of a schema is wanted, and in which form.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// The form.
    pub format: Format,
    /// How much.
    pub narrowing: Narrowing,
}

/// A schema in its shape.
#[derive(Debug)]
pub enum ShapedAnswer {
    /// The caller has it already.
    Known {
        /// What tells it from other contents and shapes.
        tag: String,
    },
    /// It was made for this answer.
    Made {
        /// What tells it from other contents and shapes; absent where it is stale.
        tag: Option<String>,
        /// What it is.
        body: ShapedBody,
    },
}

/// The content of a shaped answer.
#[derive(Debug)]
pub enum ShapedBody {
    /// A part of the document.
    Document(Box<SchemaDocument>),
    /// A text.
    Text {
        /// Of which kind.
        format: TextFormat,
        /// The text, compressed by gzip where that was allowed.
        bytes: Vec<u8>,
    },
}

impl Shape {
    /// Whether it is the document as it is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.format == Format::Json && self.narrowing.is_everything()
    }

    /// What tells this shape from others, behind a fingerprint.
    fn suffix(&self) -> String {
        let narrowing = Sha256::digest(format!("{:?}", self.narrowing));
        format!("-{}-{}", self.format, HEXLOWER.encode(&narrowing[..4]))
    }

    fn make(&self, mut document: SchemaDocument, gzip: bool) -> Result<ShapedBody, SourceError> {
        self.narrowing.apply(&mut document.schema)?;
        Ok(match self.format {
            Format::Json => ShapedBody::Document(Box::new(document)),
            Format::Text(format) => {
                let text = document.write(format).into_bytes();
                let bytes = if gzip { zipped(&text) } else { text };
                ShapedBody::Text { format, bytes }
            }
        })
    }
}

impl SchemaDocument {
    /// Writes it as a text.
    #[must_use]
    pub fn write(&self, format: TextFormat) -> String {
        let head = &self.head;
        let database = self.schema.database.as_deref();
        let about = About {
            name: head.name.as_deref().or(database).unwrap_or_default(),
            server: &format!("{} {}", head.server_product, head.server_version),
            captured_at: &head.captured_at.to_string(),
            stale: head.stale_reason.as_deref().filter(|_| head.stale),
        };
        format.write(&self.schema, &about)
    }
}

impl Sources {
    /// Answers a source's schema in a shape. It comes from where [`Sources::schema`] has it.
    pub async fn schema_shaped(
        &self,
        place: &Place,
        request: SchemaRequest,
        shape: Shape,
        render: Render,
    ) -> Result<ShapedAnswer, SourceError> {
        let suffix = shape.suffix();
        let known = request.known.without(&suffix);
        let gzip = request.gzip;
        let wanted = SchemaRequest {
            gzip: false,
            known: known.clone(),
            ..request
        };
        let tag = move |tag: &str| format!("{tag}{suffix}");
        let answer = self.schema(place, wanted, render).await?;
        // Reading and writing a large schema takes longer than other callers should wait.
        let making = tokio::task::spawn_blocking(move || {
            let document = match answer {
                SchemaAnswer::Known { tag: whole } => {
                    let tag = tag(&whole);
                    return Ok(ShapedAnswer::Known { tag });
                }
                SchemaAnswer::Bytes { body, .. } => SchemaDocument::from_answer(&body)?,
                SchemaAnswer::Document(document) => *document,
            };
            let (whole, fresh) = (document.head.tag(), !document.head.stale);
            let tag = fresh.then(|| tag(&whole));
            if let Some(tag) = tag.as_ref().filter(|_| known.contains(&whole)) {
                let tag = tag.clone();
                return Ok(ShapedAnswer::Known { tag });
            }
            let body = shape.make(document, gzip)?;
            Ok(ShapedAnswer::Made { tag, body })
        });
        making
            .await
            .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }
}
