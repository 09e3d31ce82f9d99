//! One endpoint: what routes it, who may call it, and what the API's description says of it. The
//! router, the fence around it, the OpenAPI document and the table test all read the same list.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, Route, guard, web};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// Who may call an endpoint. Everything that is not said to be public needs a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever has a valid token; what else is needed depends on the scope that is asked for.
    Token,
}

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The name.
    pub name: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Whether it must be there.
    pub required: bool,
}

/// A schema and all that it refers to.
pub type SchemaOf = fn(&mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema>;

fn schema_of<T: ToSchema>(others: &mut Vec<(String, RefOr<Schema>)>) -> RefOr<Schema> {
    T::schemas(others);
    others.push((T::name().into_owned(), T::schema()));
    RefOr::Ref(utoipa::openapi::Ref::from_schema_name(T::name()))
}

/// One endpoint of the API.
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The paths below the base path, the first being the one to name it by.
    pub paths: Vec<&'static str>,
    /// Who may call it.
    pub access: Access,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Its query parameters.
    pub query: Vec<Parameter>,
    /// Headers of its own.
    pub headers: Vec<Parameter>,
    /// Its body.
    pub body: Option<SchemaOf>,
    /// The content types of bodies that are taken as they are instead.
    pub bodies: Vec<&'static str>,
    /// The shape of `data` in its answer.
    pub answer: Option<SchemaOf>,
    /// The content types of texts that it can answer instead.
    pub texts: Vec<&'static str>,
    handler: Box<dyn Fn() -> Route>,
}

impl Endpoint {
    /// An endpoint that answers to GET.
    pub fn get<F, Args>(path: &'static str, handler: F, summary: &'static str) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        Self::new(Method::GET, path, handler, summary)
    }

    /// An endpoint that answers to POST.
    pub fn post<F, Args>(path: &'static str, handler: F, summary: &'static str) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        Self::new(Method::POST, path, handler, summary)
    }

    /// An endpoint that answers to DELETE.
    pub fn delete<F, Args>(path: &'static str, handler: F, summary: &'static str) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        Self::new(Method::DELETE, path, handler, summary)
    }

    fn new<F, Args>(method: Method, path: &'static str, handler: F, summary: &'static str) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route_method = method.clone();
        let handler = move || match route_method {
            Method::GET => reads().to(handler.clone()),
            _ => web::method(route_method.clone()).to(handler.clone()),
        };
        Self {
            method,
            paths: vec![path],
            access: Access::Token,
            summary,
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            bodies: Vec::new(),
            answer: None,
            texts: Vec::new(),
            handler: Box::new(handler),
        }
    }

    /// Needs no token.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.access = Access::Public;
        self
    }

    /// Answers at another path too, where the workspace is left out and the default one is meant.
    #[must_use]
    pub fn also(mut self, path: &'static str) -> Self {
        self.paths.push(path);
        self
    }

    /// Takes a body of this type.
    #[must_use]
    pub fn body<T: ToSchema>(mut self) -> Self {
        self.body = Some(schema_of::<T>);
        self
    }

    /// Takes a body of this content type as it is, too.
    #[must_use]
    pub fn takes(mut self, content_type: &'static str) -> Self {
        self.bodies.push(content_type);
        self
    }

    /// Takes a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, help: &'static str) -> Self {
        self.headers.push(Parameter {
            name,
            help,
            required: false,
        });
        self
    }

    /// Answers `data` of this type.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self) -> Self {
        self.answer = Some(schema_of::<T>);
        self
    }

    /// Can answer a text of this content type instead.
    #[must_use]
    pub fn answers_text(mut self, content_type: &'static str) -> Self {
        if !self.texts.contains(&content_type) {
            self.texts.push(content_type);
        }
        self
    }

    /// Takes an optional query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, help: &'static str) -> Self {
        self.query.push(Parameter {
            name,
            help,
            required: false,
        });
        self
    }

    /// Takes a query parameter that must be there.
    #[must_use]
    pub fn required(mut self, name: &'static str, help: &'static str) -> Self {
        self.query.push(Parameter {
            name,
            help,
            required: true,
        });
        self
    }

    /// Enters it into a router.
    pub fn register(&self, config: &mut web::ServiceConfig) {
        for path in &self.paths {
            config.route(path, (self.handler)());
        }
    }
}

/// A route that answers to GET, and to HEAD as to GET (RFC 9110 §9.1 asks for both); the server
/// leaves the body of the answer out.
#[must_use]
pub fn reads() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Whether a path fits a pattern of literal and `{named}` segments.
#[must_use]
pub fn fits(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let all = pattern.split('/').all(|part| {
        segments.next().is_some_and(|s| {
            if part.starts_with('{') {
                !s.is_empty()
            } else {
                s == part
            }
        })
    });
    all && segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_path_fits_its_pattern_and_no_other() {
        assert!(fits("/data/{id}/list", "/data/x/list"));
        for path in [
            "/data/list",
            "/data//list",
            "/data/x/list/",
            "/data/x/y",
            "/data/x/list/z",
        ] {
            assert!(!fits("/data/{id}/list", path), "{path}");
        }
    }
}
