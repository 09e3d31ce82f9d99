//! The API's description (OpenAPI 3.1), made from the list of endpoints.

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};

use super::endpoint::{Access, Endpoint, SchemaOf};

/// The whole document.
#[must_use]
pub fn document(endpoints: &[Endpoint]) -> Value {
    let mut schemas = Map::new();
    let mut paths = Map::new();
    for endpoint in endpoints {
        for path in &endpoint.paths {
            let operations = paths.entry((*path).to_owned()).or_insert_with(|| json!({}));
            operations[endpoint.method.as_str().to_ascii_lowercase()] =
                operation(endpoint, path, &mut schemas);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Headwater",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Keeps a team's data sources in order. Every answer is an envelope of \
                `data`, `message` and `status`; an error adds `error` with a code, a hint and details.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "servers": [
            { "url": "/api/v1" },
            {
                "url": "/jarvispy/{organization}/{user}/api/v1",
                "variables": { "organization": { "default": "default" }, "user": { "default": "admin" } },
            },
        ],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
            "schemas": with_error(schemas),
        },
    })
}

fn operation(endpoint: &Endpoint, path: &str, schemas: &mut Map<String, Value>) -> Value {
    let tag = path
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    let in_path = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let query = endpoint.query.iter().map(|parameter| ("query", parameter));
    let headers = endpoint.headers.iter().map(|header| ("header", header));
    let others = query.chain(headers).map(|(place, parameter)| {
        json!({
            "name": parameter.name,
            "in": place,
            "required": parameter.required,
            "description": parameter.help,
            "schema": { "type": "string" },
        })
    });
    let parameters: Vec<_> = in_path.chain(others).collect();
    let data = endpoint
        .answer
        .map_or_else(|| json!({}), |answer| schema(answer, schemas));
    let mut operation = json!({
        "summary": endpoint.summary,
        "operationId": operation_id(endpoint, path),
        "tags": [tag],
        "parameters": parameters,
        "responses": {
            "200": { "description": "Success", "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["data", "message", "status"],
                "properties": {
                    "data": data,
                    "message": { "type": "string" },
                    "status": { "type": "string", "enum": ["success", "error"] },
                },
            } } } },
            "default": { "description": "Failure", "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Failure" },
            } } },
        },
    });
    for text in &endpoint.texts {
        operation["responses"]["200"]["content"][*text] = json!({ "schema": { "type": "string" } });
    }
    if let Some(body) = endpoint.body {
        let schema = schema(body, schemas);
        operation["requestBody"] =
            json!({ "content": { "application/json": { "schema": schema } } });
    }
    for body in &endpoint.bodies {
        operation["requestBody"]["content"][*body] = json!({});
    }
    if endpoint.access == Access::Public {
        operation["security"] = json!([]);
    }
    operation
}

fn operation_id(endpoint: &Endpoint, path: &str) -> String {
    let words = path
        .split(['/', '-', '{', '}', '.'])
        .filter(|word| !word.is_empty());
    words.fold(endpoint.method.as_str().to_ascii_lowercase(), |id, word| {
        format!("{id}_{word}")
    })
}

fn schema(of: SchemaOf, schemas: &mut Map<String, Value>) -> Value {
    let mut found: Vec<(String, RefOr<Schema>)> = Vec::new();
    let schema = of(&mut found);
    for (name, schema) in found {
        schemas.entry(name).or_insert_with(|| json!(schema));
    }
    json!(schema)
}

fn with_error(mut schemas: Map<String, Value>) -> Map<String, Value> {
    let failure = json!({
        "type": "object",
        "required": ["data", "message", "status", "error"],
        "properties": {
            "data": {},
            "message": { "type": "string", "description": "What happened" },
            "status": { "const": "error" },
            "error": {
                "type": "object",
                "required": ["code", "hint", "details"],
                "properties": {
                    "code": { "type": "string", "description": "In snake_case; stable" },
                    "hint": { "type": "string", "description": "What to do next" },
                    "details": { "type": "object" },
                    "request_id": { "type": "string", "description": "Find the request in the log by it" },
                },
            },
        },
    });
    schemas.insert("Failure".to_owned(), failure);
    schemas.sort_keys();
    schemas
}
