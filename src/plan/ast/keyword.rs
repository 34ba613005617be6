//! PostgreSQL's keywords, by where the grammar takes them as names.
//!
//! Source: PostgreSQL's documentation, appendix C, and its `kwlist.h`, versions 15 to 18. A word that only a later version
//! knows is listed where that costs an older one nothing.

use std::sync::LazyLock;

/// Where an unquoted word may stand as a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Everywhere.
    Plain,
    /// As a column or table, not as a function or type.
    ColumnName,
    /// As a function or type, not as a column or table.
    TypeOrFunction,
    /// Only behind AS or a dot.
    Reserved,
}

const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "system_user",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
    "with",
];

const COLUMN_NAME: &[&str] = &[
    "between",
    "bigint",
    "bit",
    "boolean",
    "char",
    "character",
    "coalesce",
    "dec",
    "decimal",
    "exists",
    "extract",
    "float",
    "greatest",
    "grouping",
    "inout",
    "int",
    "integer",
    "interval",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "least",
    "merge_action",
    "national",
    "nchar",
    "none",
    "normalize",
    "nullif",
    "numeric",
    "out",
    "overlay",
    "position",
    "precision",
    "real",
    "row",
    "setof",
    "smallint",
    "substring",
    "time",
    "timestamp",
    "treat",
    "trim",
    "values",
    "varchar",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

const TYPE_OR_FUNCTION: &[&str] = &[
    "authorization",
    "binary",
    "collation",
    "concurrently",
    "cross",
    "current_schema",
    "freeze",
    "full",
    "ilike",
    "inner",
    "is",
    "isnull",
    "join",
    "left",
    "like",
    "natural",
    "notnull",
    "outer",
    "overlaps",
    "right",
    "similar",
    "tablesample",
    "verbose",
];

/// Words that are no alias without AS.
const NO_BARE_LABEL: &[&str] = &[
    "array",
    "as",
    "char",
    "character",
    "create",
    "day",
    "except",
    "fetch",
    "filter",
    "for",
    "from",
    "grant",
    "group",
    "having",
    "hour",
    "intersect",
    "into",
    "isnull",
    "limit",
    "minute",
    "month",
    "notnull",
    "offset",
    "on",
    "order",
    "over",
    "overlaps",
    "precision",
    "returning",
    "second",
    "to",
    "union",
    "varying",
    "where",
    "window",
    "with",
    "within",
    "without",
    "year",
];

/// The keywords by their first letter: every word of every text is looked up, and most are none.
static BY_LETTER: LazyLock<[Vec<(&'static str, Class)>; 26]> = LazyLock::new(|| {
    let mut letters: [Vec<(&'static str, Class)>; 26] = std::array::from_fn(|_| Vec::new());
    let lists =
        [(RESERVED, Class::Reserved), (COLUMN_NAME, Class::ColumnName), (TYPE_OR_FUNCTION, Class::TypeOrFunction)];
    for (list, class) in lists {
        for word in list {
            if let Some(letter) = letter(word).and_then(|letter| letters.get_mut(letter)) {
                letter.push((word, class));
            }
        }
    }
    letters
});

fn letter(word: &str) -> Option<usize> {
    word.bytes().next().filter(u8::is_ascii_lowercase).map(|first| usize::from(first - b'a'))
}

/// The class of a lower-case word.
pub(crate) fn class(word: &str) -> Class {
    let words = letter(word).and_then(|letter| BY_LETTER.get(letter));
    let known = words.and_then(|words| words.iter().find(|(known, _)| *known == word));
    known.map_or(Class::Plain, |(_, class)| *class)
}

/// Whether a lower-case word may be an alias without AS.
pub(crate) fn is_bare_label(word: &str) -> bool {
    NO_BARE_LABEL.binary_search(&word).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        for list in [RESERVED, COLUMN_NAME, TYPE_OR_FUNCTION, NO_BARE_LABEL] {
            assert!(list.is_sorted());
        }
        assert!(RESERVED.iter().all(|word| !COLUMN_NAME.contains(word) && !TYPE_OR_FUNCTION.contains(word)));
        assert_eq!(class("select"), Class::Reserved);
        assert_eq!(class("invoice"), Class::Plain);
        assert!(!is_bare_label("where"));
    }
}
