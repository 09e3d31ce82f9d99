//! What a caller's statement may do: read. Stages are those of a list; what writes, or runs the caller's
//! own program at the server, is refused wherever it stands.

use bson::{Bson, Document};

use super::refused;
use crate::connectors::ConnectorError;

/// The stages that read documents (manual: Aggregation Stages).
const STAGES: &[&str] = &[
    "$addFields",
    "$bucket",
    "$bucketAuto",
    "$collStats",
    "$count",
    "$densify",
    "$documents",
    "$facet",
    "$fill",
    "$geoNear",
    "$graphLookup",
    "$group",
    "$indexStats",
    "$limit",
    "$lookup",
    "$match",
    "$project",
    "$rankFusion",
    "$redact",
    "$replaceRoot",
    "$replaceWith",
    "$sample",
    "$score",
    "$scoreFusion",
    "$search",
    "$searchMeta",
    "$set",
    "$setWindowFields",
    "$skip",
    "$sort",
    "$sortByCount",
    "$unionWith",
    "$unset",
    "$unwind",
    "$vectorSearch",
];

/// What writes, and what runs JavaScript.
const NOWHERE: &[&str] = &["$out", "$merge", "$where", "$function", "$accumulator"];

/// Checks a pipeline, and those in it. `path` is where it stands.
pub fn pipeline(stages: &[Bson], path: &mut Vec<String>) -> Result<(), ConnectorError> {
    for (number, stage) in stages.iter().enumerate() {
        path.push(number.to_string());
        let Some(stage) = stage.as_document() else {
            return Err(refused(
                path,
                "is no stage: a stage is an object with one name that begins with $",
            ));
        };
        for (name, body) in stage {
            path.push(name.clone());
            if !STAGES.contains(&name.as_str()) {
                return Err(refused(path, "is none of the stages that read documents"));
            }
            value(body, path)?;
            inner(name, body, path)?;
            path.pop();
        }
        path.pop();
    }
    Ok(())
}

/// Checks that nothing in a value writes or runs a program.
pub fn value(value: &Bson, path: &mut Vec<String>) -> Result<(), ConnectorError> {
    match value {
        Bson::Document(document) => fields(document, path),
        Bson::Array(array) => {
            for (number, element) in array.iter().enumerate() {
                path.push(number.to_string());
                self::value(element, path)?;
                path.pop();
            }
            Ok(())
        }
        Bson::JavaScriptCode(_) | Bson::JavaScriptCodeWithScope(_) => {
            Err(refused(path, "is JavaScript, which is not run for a query"))
        }
        _ => Ok(()),
    }
}

fn fields(document: &Document, path: &mut Vec<String>) -> Result<(), ConnectorError> {
    for (name, inside) in document {
        path.push(name.clone());
        if NOWHERE.contains(&name.as_str()) {
            return Err(refused(
                path,
                "writes, or runs JavaScript; a query only reads",
            ));
        }
        value(inside, path)?;
        path.pop();
    }
    Ok(())
}

/// The pipelines that stand in a stage.
fn inner(stage: &str, body: &Bson, path: &mut Vec<String>) -> Result<(), ConnectorError> {
    let Some(body) = body.as_document() else {
        return Ok(());
    };
    let named = match stage {
        "$facet" => Some(body),
        "$rankFusion" | "$scoreFusion" => {
            let input = body.get_document("input").ok();
            input.and_then(|input| input.get_document("pipelines").ok())
        }
        _ => None,
    };
    let of_stage = matches!(stage, "$lookup" | "$unionWith").then(|| body.get("pipeline"));
    let one = of_stage.flatten().map(|stages| ("pipeline", stages));
    let several = named.into_iter().flatten();
    for (name, stages) in several
        .map(|(name, stages)| (name.as_str(), stages))
        .chain(one)
    {
        path.push(name.to_owned());
        let Some(stages) = stages.as_array() else {
            return Err(refused(path, "is no list of stages"));
        };
        pipeline(stages, path)?;
        path.pop();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(stages: Value) -> Result<(), String> {
        let Bson::Array(stages) = Bson::try_from(stages).unwrap() else {
            panic!("no list");
        };
        let checked = pipeline(&stages, &mut vec!["pipeline".to_owned()]);
        checked.map_err(|error| error.message)
    }

    #[test]
    fn stages_that_read_are_taken_with_all_that_is_in_them() {
        assert_eq!(
            said(json!([
                { "$match": { "a": { "$gt": 1 }, "$expr": { "$eq": ["$a", 1] } } },
                { "$lookup": { "from": "b", "let": {}, "pipeline": [{ "$match": {} }], "as": "b" } },
                { "$unionWith": "c" },
                { "$facet": { "x": [{ "$count": "n" }], "y": [{ "$sortByCount": "$a" }] } },
            ])),
            Ok(())
        );
    }

    #[test]
    fn whatever_writes_or_runs_is_refused_by_the_path_to_it() {
        for (stages, path) in [
            (json!([{ "$out": "x" }]), "pipeline.0.$out"),
            (
                json!([{ "$match": {} }, { "$merge": { "into": "x" } }]),
                "pipeline.1.$merge",
            ),
            (
                json!([{ "$match": { "$where": "1" } }]),
                "pipeline.0.$match.$where",
            ),
            (
                json!([{ "$match": { "$or": [{ "$where": "1" }] } }]),
                "pipeline.0.$match.$or.0.$where",
            ),
            (
                json!([{ "$set": { "a": { "$function": {} } } }]),
                "pipeline.0.$set.a.$function",
            ),
            (
                json!([{ "$group": { "_id": 1, "a": { "$accumulator": {} } } }]),
                "pipeline.0.$group.a.$accumulator",
            ),
            (
                json!([{ "$facet": { "x": [{ "$out": "y" }] } }]),
                "pipeline.0.$facet.x.0.$out",
            ),
            (
                json!([{ "$lookup": { "pipeline": [{ "$merge": "y" }] } }]),
                "pipeline.0.$lookup.pipeline.0.$merge",
            ),
            (
                json!([{ "$lookup": { "pipeline": [{ "$currentOp": {} }] } }]),
                "pipeline.0.$lookup.pipeline.0.$currentOp",
            ),
            (
                json!([{ "$unionWith": { "pipeline": [{ "$listSessions": {} }] } }]),
                "pipeline.0.$unionWith.pipeline.0.$listSessions",
            ),
            (
                json!([{ "$rankFusion": { "input": { "pipelines": { "p": [{ "$changeStream": {} }] } } } }]),
                "pipeline.0.$rankFusion.p.0.$changeStream",
            ),
            (json!([{ "$currentOp": {} }]), "pipeline.0.$currentOp"),
            (json!([{ "$match": {}, "$out": "x" }]), "pipeline.0.$out"),
            (
                json!([{ "$match": { "a": { "$code": "f()" } } }]),
                "pipeline.0.$match.a",
            ),
            (
                json!([{ "$facet": { "x": { "$out": "y" } } }]),
                "pipeline.0.$facet.x.$out",
            ),
            (json!([{ "$OUT": "x" }]), "pipeline.0.$OUT"),
            (json!([{ "$futureStage": {} }]), "pipeline.0.$futureStage"),
            (json!(["$out"]), "pipeline.0"),
        ] {
            let message = said(stages.clone()).unwrap_err();
            assert!(
                message.starts_with(&format!("'{path}' ")),
                "{stages}: {message}"
            );
        }
    }
}
