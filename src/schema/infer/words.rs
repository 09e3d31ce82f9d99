//! The words of names.

/// The words of a name, in small letters: parted by what is no letter or digit, and where capitals
/// begin (`customerId`, `HTTPServer`).
pub(super) fn split(name: &str) -> Vec<String> {
    /// Longer names tell nothing that their first words do not.
    const MOST: usize = 128;
    let mut chars = name.chars().take(MOST).peekable();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        let begins = c.is_uppercase()
            && (before.is_lowercase()
                || before.is_numeric()
                || (before.is_uppercase() && after.is_lowercase()));
        before = c;
        if !word.is_empty() && (begins || !c.is_alphanumeric()) {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    apart(words)
}

/// One word with `id` at its end is two, as where names lost their capitals (`customerid`). That
/// it really is a reference is told by a table of that name alone.
fn apart(mut words: Vec<String>) -> Vec<String> {
    const SHORTEST: usize = 3;
    let stem = words.last().and_then(|last| last.strip_suffix("id"));
    let stem = stem
        .filter(|stem| stem.len() >= SHORTEST)
        .map(str::to_owned);
    if let Some(stem) = stem {
        words.pop();
        words.extend([stem, "id".to_owned()]);
    }
    words
}

/// Whether a word only says that something identifies.
pub(super) fn is_id(word: &str) -> bool {
    matches!(word, "id" | "ids" | "uuid" | "guid" | "oid" | "fk" | "pk")
}

/// Whether a word before a table's name says that another system's table is meant.
pub(super) fn is_foreign(word: &str) -> bool {
    const OTHERS: [&str; 28] = [
        "amazon",
        "android",
        "apple",
        "aws",
        "azure",
        "discord",
        "ebay",
        "ext",
        "external",
        "facebook",
        "github",
        "gitlab",
        "google",
        "hubspot",
        "instagram",
        "legacy",
        "linkedin",
        "microsoft",
        "paypal",
        "remote",
        "salesforce",
        "shopify",
        "slack",
        "stripe",
        "telegram",
        "twitter",
        "upstream",
        "zendesk",
    ];
    OTHERS.contains(&word)
}

/// Whether a number of this name is rather an amount or a place in an order.
pub(super) fn is_measure(word: &str) -> bool {
    const MEASURES: [&str; 45] = [
        "age", "amount", "bit", "byte", "count", "credit", "day", "depth", "duration", "floor",
        "grade", "height", "hour", "index", "interval", "length", "level", "limit", "line",
        "minute", "month", "number", "order", "page", "period", "point", "position", "price",
        "priority", "quantity", "rank", "rating", "round", "score", "second", "sequence", "size",
        "step", "stock", "total", "unit", "value", "version", "week", "year",
    ];
    MEASURES.contains(&word)
        || word.ends_with('s')
            && forms(word)
                .iter()
                .any(|one| MEASURES.contains(&one.as_str()))
}

/// Whether a key of this name is a text for people, of which others keep copies.
pub(super) fn is_description(word: &str) -> bool {
    const DESCRIPTIONS: [&str; 20] = [
        "address",
        "date",
        "description",
        "email",
        "hash",
        "label",
        "login",
        "mail",
        "name",
        "password",
        "path",
        "phone",
        "text",
        "time",
        "timestamp",
        "title",
        "token",
        "url",
        "username",
        "value",
    ];
    DESCRIPTIONS.contains(&word)
}

/// A word with its possible singulars, itself first: one of them is right, and the others are no
/// words that a table is called by.
pub(super) fn forms(word: &str) -> Vec<String> {
    const IRREGULAR: [(&str, &str); 18] = [
        ("analyses", "analysis"),
        ("children", "child"),
        ("criteria", "criterion"),
        ("crises", "crisis"),
        ("data", "datum"),
        ("feet", "foot"),
        ("geese", "goose"),
        ("indices", "index"),
        ("matrices", "matrix"),
        ("media", "medium"),
        ("men", "man"),
        ("mice", "mouse"),
        ("people", "person"),
        ("phenomena", "phenomenon"),
        ("quizzes", "quiz"),
        ("teeth", "tooth"),
        ("vertices", "vertex"),
        ("women", "woman"),
    ];
    let mut forms = vec![word.to_owned()];
    forms.extend(
        IRREGULAR
            .iter()
            .filter_map(|(many, one)| word.strip_suffix(many).map(|head| format!("{head}{one}"))),
    );
    let mut end = |plural: &str, singulars: &[&str]| {
        if let Some(stem) = word.strip_suffix(plural).filter(|stem| stem.len() > 1) {
            forms.extend(singulars.iter().map(|singular| format!("{stem}{singular}")));
        }
    };
    if word.ends_with("ies") {
        end("ies", &["y", "ie"]);
    } else if word.ends_with("ves") {
        end("ves", &["f", "fe", "ve"]);
    } else if ["ses", "xes", "zes", "ches", "shes", "oes"]
        .iter()
        .any(|of| word.ends_with(of))
    {
        end("es", &["", "e"]);
    } else if !["ss", "us", "is"].iter().any(|of| word.ends_with(of)) {
        end("s", &[""]);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_where_words_begin() {
        for (name, expected) in [
            ("customer_id", vec!["customer", "id"]),
            ("customerId", vec!["customer", "id"]),
            ("CustomerID", vec!["customer", "id"]),
            ("customerid", vec!["customer", "id"]),
            ("Order Details", vec!["order", "details"]),
            ("HTTPServerId", vec!["http", "server", "id"]),
            ("_id", vec!["id"]),
            ("id", vec!["id"]),
            ("uuid", vec!["uuid"]),
            ("", vec![]),
            ("address2Id", vec!["address2", "id"]),
        ] {
            assert_eq!(split(name), expected, "{name}");
        }
    }

    #[test]
    fn plurals_have_their_singulars_among_their_forms() {
        for (many, one) in [
            ("customers", "customer"),
            ("categories", "category"),
            ("movies", "movie"),
            ("addresses", "address"),
            ("statuses", "status"),
            ("boxes", "box"),
            ("houses", "house"),
            ("branches", "branch"),
            ("heroes", "hero"),
            ("knives", "knife"),
            ("gloves", "glove"),
            ("people", "person"),
            ("salespeople", "salesperson"),
            ("analyses", "analysis"),
            ("address", "address"),
            ("status", "status"),
            ("staff", "staff"),
        ] {
            assert!(forms(many).iter().any(|form| form == one), "{many}");
        }
        assert_eq!(forms("address"), ["address"]);
        assert_eq!(forms("status"), ["status"]);
        assert_eq!(forms("s"), ["s"]);
    }
}
