//! Pairs of tables each of which seems to refer to the other.

use std::collections::HashSet;

use crate::schema::relations::TableIndex;
use crate::schema::{InferredRelationship, Schema};

/// Of two tables that seem to refer to one another, one row to one row, leaves the reference of the
/// first: a join is the same by either, and that both are meant is the least likely.
pub(super) fn one_way(schema: &Schema, inferred: &mut [Vec<InferredRelationship>]) {
    let index = TableIndex::new(schema);
    let target = |of: &InferredRelationship| {
        index.get(of.referenced_schema.as_deref(), &of.referenced_table)
    };
    let pairs = inferred.iter().enumerate().flat_map(|(from, all)| {
        let to = all.iter().filter_map(target);
        to.map(move |to| (from, to))
    });
    let pairs: HashSet<_> = pairs.collect();
    let is_mutual = |from: usize, of: &InferredRelationship| {
        let to = target(of)?;
        let back = from != to && pairs.contains(&(to, from));
        let unique = back && schema.tables.get(from)?.is_unique(&of.columns);
        unique.then_some((from, to))
    };
    let all = inferred.iter().enumerate();
    let mutual = all.flat_map(|(from, all)| all.iter().filter_map(move |of| is_mutual(from, of)));
    let mutual: HashSet<_> = mutual.collect();
    for (from, all) in inferred.iter_mut().enumerate() {
        let is_second = |(from, to)| to < from && mutual.contains(&(to, from));
        all.retain(|of| !is_mutual(from, of).is_some_and(is_second));
    }
}
