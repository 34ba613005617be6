//! Random queries over the tables of [`SCHEMA`]. Rows are compared without order, so LIMIT comes only behind an order of all
//! columns.

use super::expression::{Maker, Seen, TYPES, Type};
use Type::{Big, Bool, Date, Int, Ints, Json, Numeric, Stamp, Text};

pub const SCHEMA: &str = r#"
    CREATE TABLE item (
        id integer PRIMARY KEY, name text NOT NULL UNIQUE, qty integer DEFAULT 3, price numeric(10,2) CHECK (price > -50),
        flag boolean DEFAULT true, day date
    );
    CREATE TABLE tag (
        id integer PRIMARY KEY, item integer REFERENCES item ON DELETE CASCADE, label varchar(40), made timestamp, big bigint
    );
    CREATE TABLE event (no bigint PRIMARY KEY, item integer, doc jsonb, nums integer[], kind text DEFAULT 'none');
    CREATE TABLE "Odd One" ("select" integer PRIMARY KEY, "Mixed" text, "a ""b""" numeric, "order" date);
    CREATE VIEW tagged AS SELECT t.id, i.name, t.label, i.qty FROM item i JOIN tag t ON t.item = i.id WHERE i.flag;
    -- orgfold: global
    CREATE TABLE colour (code integer PRIMARY KEY, name text);
    INSERT INTO colour VALUES (1, 'red'), (2, 'blue'), (3, NULL);
"#;

/// A relation's columns.
type Columns = &'static [(&'static str, Type)];

/// What can be read.
pub const RELATIONS: &[(&str, Columns)] = &[
    ("item", &[("id", Int), ("name", Text), ("qty", Int), ("price", Numeric), ("flag", Bool), ("day", Date)]),
    ("tag", &[("id", Int), ("item", Int), ("label", Text), ("made", Stamp), ("big", Big)]),
    ("event", &[("no", Big), ("item", Int), ("doc", Json), ("nums", Ints), ("kind", Text)]),
    ("\"Odd One\"", &[("\"select\"", Int), ("\"Mixed\"", Text), ("\"a \"\"b\"\"\"", Numeric), ("\"order\"", Date)]),
    ("tagged", &[("id", Int), ("name", Text), ("label", Text), ("qty", Int)]),
    ("colour", &[("code", Int), ("name", Text)]),
];

/// A query's text and its columns.
pub struct Query {
    pub sql: String,
    pub columns: Vec<(String, Type)>,
}

/// CTEs in sight.
pub type Ctes = Vec<(String, Vec<(String, Type)>)>;

impl Maker<'_> {
    pub fn alias(&mut self) -> String {
        const ALIASES: &[&str] = &["a", "b", "t", "x", "\"T 1\"", "item", "\"left\"", "z9", "own", "\"ö\""];
        let alias = *self.rng.pick(ALIASES);
        // Two of one name are refused before what PostgreSQL finds wrong with them.
        self.aliases += 1;
        let number = self.aliases;
        if let Some(quoted) = alias.strip_suffix('"') {
            format!("{quoted}{number}\"")
        } else {
            format!("{alias}{number}")
        }
    }

    fn see(alias: &str, columns: impl IntoIterator<Item = (String, Type)>) -> Vec<Seen> {
        let seen = |(name, data_type)| Seen { relation: alias.to_owned(), name, data_type };
        columns.into_iter().map(seen).collect()
    }

    /// One item of FROM, and what it shows.
    fn item(&mut self, ctes: &Ctes, before: &[Seen]) -> (String, Vec<Seen>) {
        let alias = self.alias();
        match self.rng.below(14) {
            0 | 1 if self.levels > 0 => {
                self.levels -= 1;
                let lateral = self.rng.chance(40) && !before.is_empty();
                let query = self.query(ctes, if lateral { before } else { &[] });
                let word = if lateral { "LATERAL " } else { "" };
                if self.rng.chance(30) {
                    let named: Vec<(String, Type)> = query
                        .columns
                        .iter()
                        .enumerate()
                        .map(|(at, (_, data_type))| (format!("r{at}"), *data_type))
                        .collect();
                    let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
                    return (
                        format!("{word}({}) AS {alias} ({})", query.sql, names.join(", ")),
                        Self::see(&alias, named),
                    );
                }
                (format!("{word}({}) AS {alias}", query.sql), Self::see(&alias, query.columns))
            }
            2 if !ctes.is_empty() => {
                let (name, columns) = self.rng.pick(ctes).clone();
                (format!("{name} AS {alias}"), Self::see(&alias, columns))
            }
            3 => {
                let function = format!("generate_series(1, {}) AS {alias} (n)", self.rng.number(1, 5));
                (function, Self::see(&alias, [("n".to_owned(), Int)]))
            }
            4 => {
                let sql = format!("(VALUES (1, 'one'), (2, NULL), (3, 'it''s')) {alias} (v, w)");
                (sql, Self::see(&alias, [("v".to_owned(), Int), ("w".to_owned(), Text)]))
            }
            5 => {
                let sql = format!("unnest(ARRAY['x', 'y']) WITH ORDINALITY AS {alias} (e, o)");
                (sql, Self::see(&alias, [("e".to_owned(), Text), ("o".to_owned(), Big)]))
            }
            _ => {
                let (table, columns) = *self.rng.pick(RELATIONS);
                let columns = columns.iter().map(|(name, data_type)| ((*name).to_owned(), *data_type));
                if !before.iter().any(|seen| seen.relation == table) && self.rng.chance(25) {
                    return (
                        if self.rng.chance(20) { format!("public.{table}") } else { table.to_owned() },
                        Self::see(table, columns),
                    );
                }
                let word = if self.rng.chance(70) { "AS " } else { "" };
                (format!("{table} {word}{alias}"), Self::see(&alias, columns))
            }
        }
    }

    /// A FROM clause without its word. LATERAL may look at what stands before it.
    fn from(&mut self, ctes: &Ctes, outer: &[Seen]) -> (String, Vec<Seen>) {
        let (mut sql, mut seen) = self.item(ctes, &[]);
        for _ in 0..[0, 0, 1, 1, 2][self.rng.below(5)] {
            let kind = self.rng.below(6);
            // What is on the right of RIGHT and FULL may not look to the left.
            let (item, more) = self.item(ctes, if kind < 4 { &seen } else { &[] });
            let all = [seen.clone(), more.clone(), outer.to_vec()].concat();
            let on = self.on(&seen, &more, &all, kind == 5);
            sql = match kind {
                0 => format!("{sql}, {item}"),
                1 => format!("{sql} CROSS JOIN {item}"),
                2 => format!("{sql} {}JOIN {item} ON {on}", self.rng.pick(&["", "INNER "])),
                3 => format!("{sql} LEFT JOIN {item} ON {on}"),
                4 => format!("{sql} RIGHT OUTER JOIN {item} ON {on}"),
                _ => format!("{sql} FULL JOIN {item} ON {on}"),
            };
            seen.extend(more);
            if kind == 0 {
                // A comma ends what a later JOIN's ON may see.
                break;
            }
        }
        (sql, seen)
    }

    fn on(&mut self, left: &[Seen], right: &[Seen], all: &[Seen], merges: bool) -> String {
        for a in left {
            if let Some(b) = right.iter().find(|b| b.data_type == a.data_type && a.data_type != Json)
                && self.rng.chance(70)
            {
                let equal = format!("{}.{} = {}.{}", a.relation, a.name, b.relation, b.name);
                let more = !merges && self.rng.chance(30);
                return if more { format!("{equal} AND {}", self.expression(Bool, 1, all)) } else { equal };
            }
        }
        if merges { "true".to_owned() } else { self.expression(Bool, 1, all) }
    }

    pub fn scalar_query(&mut self, wanted: Type, seen: &[Seen]) -> String {
        self.levels -= 1;
        let (from, own) = self.item(&Vec::new(), &[]);
        let all = [own.clone(), seen.to_vec()].concat();
        let value = self.aggregate(wanted, &own);
        let filter =
            if self.rng.chance(60) { format!(" WHERE {}", self.expression(Bool, 1, &all)) } else { String::new() };
        format!("(SELECT {value} FROM {from}{filter})::{}", wanted.name())
    }

    pub fn sub_condition(&mut self, seen: &[Seen]) -> String {
        self.levels -= 1;
        let (from, own) = self.item(&Vec::new(), &[]);
        let all = [own.clone(), seen.to_vec()].concat();
        let filter = self.expression(Bool, 1, &all);
        match self.rng.below(4) {
            0 => format!("EXISTS (SELECT 1 FROM {from} WHERE {filter})"),
            1 => format!("NOT EXISTS (SELECT FROM {from} WHERE {filter})"),
            2 => {
                let (data_type, with) = {
                    let column = self.rng.pick(&own).clone();
                    (column.data_type, format!("{}.{}", column.relation, column.name))
                };
                let value = self.expression(data_type, 0, seen);
                format!(
                    "{value} {} (SELECT {with} FROM {from} WHERE {filter})",
                    self.rng.pick(&["IN", "NOT IN", "= ANY", "<> ALL"])
                )
            }
            _ => format!("(SELECT count(*) FROM {from} WHERE {filter}) > {}", self.rng.number(0, 5)),
        }
    }

    /// A SELECT, a set operation or VALUES.
    pub fn query(&mut self, ctes: &Ctes, outer: &[Seen]) -> Query {
        if self.levels > 0 && self.rng.chance(12) {
            self.levels -= 1;
            let columns: Vec<Type> = (0..1 + self.rng.below(3)).map(|_| *self.rng.pick(TYPES)).collect();
            let (one, other) = (self.select(ctes, outer, Some(&columns)), self.select(ctes, outer, Some(&columns)));
            let verb = *self.rng.pick(&["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "EXCEPT ALL", "INTERSECT ALL"]);
            let sql = if self.rng.chance(50) {
                format!("{} {verb} {}", one.sql, other.sql)
            } else {
                format!("({}) {verb} ({})", one.sql, other.sql)
            };
            return self.ordered(Query { sql, columns: one.columns });
        }
        let select = self.select(ctes, outer, None);
        self.ordered(select)
    }

    fn ordered(&mut self, query: Query) -> Query {
        // A constant that grouping sets make null is still a constant to PostgreSQL's order (until 18), in some plans.
        if !self.rng.chance(30) || query.sql.contains("ROLLUP") {
            return query;
        }
        let mut by: Vec<String> = Vec::new();
        for at in 1..=query.columns.len() {
            by.push(format!(
                "{at}{}{}",
                self.rng.pick(&["", " DESC", " ASC"]),
                self.rng.pick(&["", " NULLS FIRST", " NULLS LAST"])
            ));
        }
        let limit = match self.rng.below(4) {
            0 => format!(" LIMIT {}", self.rng.number(0, 6)),
            1 => format!(" OFFSET {} FETCH FIRST {} ROWS ONLY", self.rng.number(0, 3), self.rng.number(1, 6)),
            2 => " LIMIT 3 OFFSET 1".to_owned(),
            _ => String::new(),
        };
        Query { sql: format!("{} ORDER BY {}{limit}", query.sql, by.join(", ")), columns: query.columns }
    }

    fn select(&mut self, ctes: &Ctes, outer: &[Seen], wanted: Option<&[Type]>) -> Query {
        let (from, own) = self.from(ctes, outer);
        let all = [own.clone(), outer.to_vec()].concat();
        if wanted.is_none()
            && self.rng.chance(8)
            && own.iter().enumerate().all(|(at, one)| own[..at].iter().all(|other| other.name != one.name))
        {
            let columns = own.iter().map(|seen| (seen.name.clone(), seen.data_type)).collect();
            return Query { sql: format!("SELECT * FROM {from}{}", self.filter(&all)), columns };
        }
        let types: Vec<Type> = match wanted {
            Some(types) => types.to_vec(),
            None => (0..1 + self.rng.below(4)).map(|_| *self.rng.pick(TYPES)).collect(),
        };
        let grouped = self.rng.chance(22);
        let (mut list, mut columns, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for (at, &data_type) in types.iter().enumerate() {
            let mut kind = data_type;
            // Of equal numbers that are written differently any may stay.
            let scaled = data_type == Numeric && (grouped || wanted.is_some());
            let expression = if grouped && self.rng.chance(50) {
                self.aggregate(data_type, &own)
            } else if grouped {
                let key = self.expression(data_type, 1, &own);
                let key = if scaled { format!("trim_scale({key})") } else { key };
                groups.push(if self.rng.chance(50) { (at + 1).to_string() } else { key.clone() });
                key
            } else if wanted.is_none() && self.rng.chance(10) {
                let (window, of) = self.window(&own);
                kind = of;
                window
            } else {
                self.expression(data_type, 3, &all)
            };
            let expression = if scaled && !expression.starts_with("trim_scale(") && wanted.is_some() {
                format!("trim_scale({expression})")
            } else {
                expression
            };
            let name = format!("{}{at}", self.rng.pick(&["c", "v", "key"]));
            // A name of PostgreSQL's own choice cannot be referred to; the last statement's columns need none.
            let named = self.levels < self.unnamed_at || self.rng.chance(60);
            list.push(if named { format!("{expression} AS {name}") } else { expression });
            columns.push((name, kind));
        }
        let distinct = if !grouped && !types.contains(&Numeric) && self.rng.chance(10) { "DISTINCT " } else { "" };
        let mut sql = format!("SELECT {distinct}{} FROM {from}{}", list.join(", "), self.filter(&all));
        if grouped && !groups.is_empty() {
            let groups = groups.join(", ");
            sql += &match self.rng.below(4) {
                0 if !groups.contains('$') => format!(" GROUP BY ROLLUP ({groups})"),
                _ => format!(" GROUP BY {groups}"),
            };
        }
        if grouped && self.rng.chance(20) {
            sql += " HAVING count(*) > 0";
        }
        Query { sql, columns }
    }

    pub fn filter(&mut self, seen: &[Seen]) -> String {
        if self.rng.chance(55) { format!(" WHERE {}", self.expression(Bool, 2, seen)) } else { String::new() }
    }

    /// A whole query, with CTEs or without.
    pub fn statement(&mut self) -> String {
        let mut ctes = Ctes::new();
        let mut with = Vec::new();
        for _ in 0..[0, 0, 0, 1, 1, 2][self.rng.below(6)] {
            let name =
                format!("{}{}", self.rng.pick(&["cte", "item", "\"With\"", "w"]).trim_end_matches('"'), with.len());
            let name = if name.starts_with('"') { format!("{name}\"") } else { name };
            let unnamed = std::mem::replace(&mut self.unnamed_at, u32::MAX);
            let query = self.query(&ctes, &[]);
            self.unnamed_at = unnamed;
            let word = *self.rng.pick(&["", "", "MATERIALIZED ", "NOT MATERIALIZED "]);
            with.push(format!("{name} AS {word}({})", query.sql));
            ctes.push((name, query.columns));
        }
        if self.rng.chance(6) {
            with.push("loop (i, d) AS (SELECT id, 0 FROM item WHERE id < 4 UNION ALL SELECT i + 1, d + 1 FROM loop WHERE d < 3)".to_owned());
            ctes.push(("loop".to_owned(), vec![("i".to_owned(), Int), ("d".to_owned(), Int)]));
        }
        let query = self.query(&ctes, &[]);
        if with.is_empty() {
            return query.sql;
        }
        let recursive = if with.iter().any(|one| one.starts_with("loop")) { "RECURSIVE " } else { "" };
        format!("WITH {recursive}{} {}", with.join(", "), query.sql)
    }
}
