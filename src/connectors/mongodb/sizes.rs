//! What collections hold and take (manual: $collStats). Refused or unknown to a server, the figures
//! are absent.

use mongodb::bson::raw::RawBsonRef;
use mongodb::bson::{RawDocument, RawDocumentBuf, doc};

use super::ask::Ask;
use crate::schema::TableKind;

/// Shards, each of which answers with its own figures.
const SHARDS: usize = 10_000;

/// The figures of one collection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Documents, by the metadata.
    pub rows: Option<u64>,
    /// Bytes on disk, without indexes.
    pub data: Option<u64>,
    /// Bytes of the indexes on disk.
    pub indexes: Option<u64>,
}

/// Asks for the figures. Views have none, time series no number of documents: they count buckets.
pub async fn read(ask: &Ask<'_>, kind: TableKind) -> Sizes {
    let figures = match kind {
        TableKind::View => return Sizes::default(),
        TableKind::TimeSeries => doc! { "storageStats": {} },
        _ => doc! { "storageStats": {}, "count": {} },
    };
    let command = doc! {
        "aggregate": ask.collection,
        "pipeline": [
            { "$collStats": figures },
            { "$project": { "count": 1, "storageStats.storageSize": 1, "storageStats.totalIndexSize": 1 } },
        ],
        "cursor": {},
    };
    let shards = ask.all(command, SHARDS).await;
    summed(&shards.unwrap_or_default())
}

fn summed(shards: &[RawDocumentBuf]) -> Sizes {
    let sum = |figure: &dyn Fn(&RawDocument) -> Option<u64>| {
        let figures = shards.iter().filter_map(|shard| figure(shard));
        figures.reduce(u64::saturating_add)
    };
    let stored = |shard: &RawDocument, name| figure(shard.get_document("storageStats").ok()?, name);
    Sizes {
        rows: sum(&|shard| figure(shard, "count")),
        data: sum(&|shard| stored(shard, "storageSize")),
        indexes: sum(&|shard| stored(shard, "totalIndexSize")),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; large sizes come as doubles"
)]
fn figure(document: &RawDocument, name: &str) -> Option<u64> {
    match document.get(name).ok()?? {
        RawBsonRef::Int32(figure) => figure.try_into().ok(),
        RawBsonRef::Int64(figure) => figure.try_into().ok(),
        RawBsonRef::Double(figure) => Some(figure as u64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_shards_are_one_together() {
        let shard = |count: i32, size: f64| {
            let stats = doc! { "storageSize": size, "totalIndexSize": 100_i64 };
            RawDocumentBuf::try_from(&doc! { "count": count, "storageStats": stats }).unwrap()
        };
        let sizes = summed(&[shard(5, 4096.0), shard(7, 8192.0)]);
        let expected = Sizes {
            rows: Some(12),
            data: Some(12_288),
            indexes: Some(200),
        };
        assert_eq!(sizes, expected);
        let odd = RawDocumentBuf::try_from(&doc! { "count": "x", "storageStats": 5 }).unwrap();
        assert_eq!(summed(&[odd]), Sizes::default());
    }
}
