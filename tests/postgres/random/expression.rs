//! Random typed expressions. What could fail at run time, or give another value in another plan, is left out: PostgreSQL
//! promises neither an order of evaluation nor an order of rows.

use super::rng::Rng;

/// The types that expressions are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    Int,
    Big,
    Text,
    Numeric,
    Bool,
    Date,
    Stamp,
    Json,
    Ints,
}

use Type::{Big, Bool, Date, Int, Ints, Json, Numeric, Stamp, Text};

pub const TYPES: &[Type] = &[Int, Int, Big, Text, Text, Numeric, Bool, Date, Stamp, Json, Ints];

impl Type {
    pub fn name(self) -> &'static str {
        match self {
            Int => "integer",
            Big => "bigint",
            Text => "text",
            Numeric => "numeric",
            Bool => "boolean",
            Date => "date",
            Stamp => "timestamp",
            Json => "jsonb",
            Ints => "integer[]",
        }
    }

    /// A value's text, in the type's own words.
    pub fn value(self, rng: &mut Rng) -> String {
        match self {
            Int | Big => rng.number(-20, 60).to_string(),
            Text => (*rng.pick(&["", "a", "Ada", "it's", "B%", "ö_x", "a\\b", "NULL", "long text; -- no", "$1", "42"]))
                .to_owned(),
            Numeric => format!("{}.{:02}", rng.number(-9, 99), rng.number(0, 99)),
            Bool => (*rng.pick(&["true", "false"])).to_owned(),
            Date => format!("2026-{:02}-{:02}", rng.number(1, 12), rng.number(1, 28)),
            Stamp => format!("2026-{:02}-{:02} {:02}:30:00", rng.number(1, 12), rng.number(1, 28), rng.number(0, 23)),
            Json => (*rng.pick(&[
                "{}",
                "{\"a\": 1}",
                "[1, 2, \"x\"]",
                "{\"a\": {\"b\": null}, \"c\": \"it's\"}",
                "7",
                "null",
            ]))
            .to_owned(),
            Ints => (*rng.pick(&["{}", "{1,2,3}", "{4}", "{NULL,5}"])).to_owned(),
        }
    }

    /// A value as SQL writes it.
    fn literal(self, rng: &mut Rng) -> String {
        let value = self.value(rng);
        let quoted = match rng.below(4) {
            0 => format!("E'{}'", value.replace('\\', "\\\\").replace('\'', "\\'")),
            1 if !value.contains('$') => format!("$q${value}$q$"),
            _ => format!("'{}'", value.replace('\'', "''")),
        };
        match (self, rng.below(5)) {
            (_, 0) => format!("NULL::{}", self.name()),
            (Int | Numeric, 1..=3) if value.starts_with('-') => format!("({value})"),
            (Int | Numeric | Bool, 1..=3) => value,
            (Text, 1 | 2) => format!("{quoted}::text"),
            (Ints, 1) => format!("ARRAY[{}, {}]", rng.number(0, 9), rng.number(0, 9)),
            (Date, 1) => format!("DATE {quoted}"),
            (_, 2) => format!("CAST({quoted} AS {})", self.name()),
            _ => format!("{quoted}::{}", self.name()),
        }
    }
}

/// A column in sight: how it may be named, and its type.
#[derive(Clone, Debug)]
pub struct Seen {
    pub relation: String,
    pub name: String,
    pub data_type: Type,
}

/// Makes expressions over the columns in sight.
pub struct Maker<'r> {
    pub rng: &'r mut Rng,
    /// Sub-queries may be made: how many levels are left.
    pub levels: u32,
    /// From so many levels on, columns may go without a name.
    pub unnamed_at: u32,
    /// How many aliases were given.
    pub aliases: u32,
    /// Values that became parameters, when they may.
    pub params: Option<Vec<(Type, String)>>,
}

impl Maker<'_> {
    fn column(&mut self, wanted: Type, seen: &[Seen]) -> Option<String> {
        let fitting: Vec<&Seen> = seen.iter().filter(|column| column.data_type == wanted).collect();
        if fitting.is_empty() {
            return None;
        }
        let column = fitting[self.rng.below(fitting.len())];
        let alone = seen.iter().filter(|other| other.name == column.name).count() == 1;
        Some(if alone && self.rng.chance(40) {
            column.name.clone()
        } else {
            format!("{}.{}", column.relation, column.name)
        })
    }

    fn leaf(&mut self, wanted: Type, seen: &[Seen]) -> String {
        if self.rng.chance(75)
            && let Some(column) = self.column(wanted, seen)
        {
            return column;
        }
        if self.rng.chance(30)
            && let Some(params) = &mut self.params
        {
            params.push((wanted, wanted.value(self.rng)));
            return format!("${}::{}", params.len(), wanted.name());
        }
        wanted.literal(self.rng)
    }

    /// An expression of a type.
    pub fn expression(&mut self, wanted: Type, depth: u32, seen: &[Seen]) -> String {
        if depth == 0 || self.rng.chance(25) {
            return self.leaf(wanted, seen);
        }
        let depth = depth - 1;
        match self.rng.below(12) {
            0 => return self.case(wanted, depth, seen),
            1 => {
                let (a, b) = (self.expression(wanted, depth, seen), self.leaf(wanted, seen));
                let function = if wanted == Bool {
                    "coalesce"
                } else {
                    *self.rng.pick(&["coalesce", "nullif", "greatest", "least"])
                };
                return format!("{function}({a}, {b})");
            }
            2 if self.levels > 0 => return self.scalar_query(wanted, seen),
            _ => {}
        }
        let sub = |this: &mut Self, data_type| this.expression(data_type, depth, seen);
        match (wanted, self.rng.below(6)) {
            (Int, 0) => format!("({} + {})", sub(self, Int), sub(self, Int)),
            (Int, 1) => format!("{} - {}", self.leaf(Int, seen), self.leaf(Int, seen)),
            (Int, 2) => format!("length({})", sub(self, Text)),
            (Int, 3) => format!("({} % nullif({}, 0))", sub(self, Int), self.leaf(Int, seen)),
            (Int, 4) => format!("extract(month from {})::integer", sub(self, Date)),
            (Int, _) => format!("coalesce(cardinality({}), 0)", sub(self, Ints)),
            (Big, 0) => format!("{}::bigint", sub(self, Int)),
            (Big, 1) => format!("abs({})", sub(self, Big)),
            (Big, _) => {
                format!("({} {} {})", sub(self, Big), self.rng.pick(&["+", "-", "#", "&"]), self.leaf(Int, seen))
            }
            (Text, 0) => format!("({} || {})", sub(self, Text), sub(self, Text)),
            (Text, 1) => format!(
                "{}({})",
                self.rng.pick(&["upper", "lower", "trim", "initcap", "md5", "reverse"]),
                sub(self, Text)
            ),
            (Text, 2) => format!("substring({} from 1 for 3)", sub(self, Text)),
            (Text, 3) => {
                let from = *self.rng.pick(&[Int, Big, Numeric, Bool, Date, Json, Ints]);
                format!("{}::text", sub(self, from))
            }
            (Text, 4) => format!("({} ->> 'a')", sub(self, Json)),
            (Text, _) => format!("replace({}, 'a', {})", sub(self, Text), self.leaf(Text, seen)),
            (Numeric, 0) => format!("round({}, 1)", sub(self, Numeric)),
            (Numeric, 1) => format!("{}::numeric", sub(self, Int)),
            (Numeric, 2) => format!("({} / nullif({}, 0))", sub(self, Numeric), self.leaf(Int, seen)),
            (Numeric, _) => {
                format!("({} {} {})", sub(self, Numeric), self.rng.pick(&["+", "-", "*"]), self.leaf(Numeric, seen))
            }
            (Bool, kind) => self.condition(kind, depth, seen),
            (Date, 0) => format!("{}::date", sub(self, Stamp)),
            (Date, _) => format!("({} + {})", sub(self, Date), self.leaf(Int, seen)),
            (Stamp, 0) => format!("date_trunc('month', {})", sub(self, Stamp)),
            (Stamp, 1) => format!("{}::timestamp", sub(self, Date)),
            (Stamp, _) => format!("({} {} interval '1 day 2 hours')", sub(self, Stamp), self.rng.pick(&["+", "-"])),
            (Json, 0) => format!("({} -> 'a')", sub(self, Json)),
            (Json, 1) => format!("to_jsonb({})", sub(self, Text)),
            (Json, _) => format!("jsonb_build_object('k', {}, 'n', {})", sub(self, Int), sub(self, Text)),
            (Ints, 0) => format!("array_append({}, {})", sub(self, Ints), sub(self, Int)),
            (Ints, 1) => format!("({} || {})", sub(self, Ints), sub(self, Ints)),
            (Ints, _) => format!("ARRAY[{}, {}]", sub(self, Int), sub(self, Int)),
        }
    }

    fn case(&mut self, wanted: Type, depth: u32, seen: &[Seen]) -> String {
        let (when, then) = (self.expression(Bool, depth, seen), self.leaf(wanted, seen));
        let other = self.expression(wanted, depth, seen);
        if self.rng.chance(30) {
            let (on, value) = (self.leaf(Text, seen), Text.literal(self.rng));
            return format!("CASE {on} WHEN {value} THEN {then} ELSE {other} END");
        }
        format!("CASE WHEN {when} THEN {then} ELSE {other} END")
    }

    fn condition(&mut self, kind: usize, depth: u32, seen: &[Seen]) -> String {
        let other = *self.rng.pick(TYPES);
        match kind {
            0 => {
                let (a, b) = (self.expression(Bool, depth, seen), self.expression(Bool, depth, seen));
                format!("({a} {} {b})", self.rng.pick(&["AND", "OR", "IS NOT DISTINCT FROM"]))
            }
            1 => format!("NOT ({})", self.expression(Bool, depth, seen)),
            2 => format!("({}) IS {}NULL", self.expression(other, depth, seen), self.rng.pick(&["", "NOT "])),
            3 => {
                let (text, pattern) =
                    (self.expression(Text, depth, seen), self.rng.pick(&["'%a%'", "'A_a'", "'%\\_x'", "''"]));
                format!("{text} {} {pattern}", self.rng.pick(&["LIKE", "NOT LIKE", "ILIKE"]))
            }
            4 if self.levels > 0 => self.sub_condition(seen),
            _ => {
                let (a, b) = (self.expression(other, depth, seen), self.leaf(other, seen));
                match self.rng.below(5) {
                    0 => format!("{a} IN ({b}, {})", self.leaf(other, seen)),
                    1 => format!("{a} BETWEEN {b} AND {}", self.leaf(other, seen)),
                    2 => format!("{a} IS DISTINCT FROM {b}"),
                    3 if other == Int => format!("{a} = ANY ({})", self.leaf(Ints, seen)),
                    _ => format!("{a} {} {b}", self.rng.pick(&["=", "<>", "<", ">=", "!="])),
                }
            }
        }
    }

    /// Fully qualified, so that it means the same inside another query's scope.
    pub fn aggregate(&mut self, wanted: Type, seen: &[Seen]) -> String {
        let filter = if self.rng.chance(20) {
            format!(" FILTER (WHERE {})", self.expression(Bool, 1, seen))
        } else {
            String::new()
        };
        let distinct = if self.rng.chance(15) { "DISTINCT " } else { "" };
        let call = match wanted {
            Int => format!("max({})", self.expression(Int, 1, seen)),
            Big => match self.rng.below(3) {
                0 => "count(*)".to_owned(),
                1 => format!("count({distinct}{})", self.leaf(Text, seen)),
                _ => format!("sum({distinct}{})", self.expression(Int, 1, seen)),
            },
            Text => {
                let value = self.leaf(Text, seen);
                if self.rng.chance(50) {
                    format!("min({value})")
                } else {
                    format!("string_agg({value}, ',' ORDER BY {value})")
                }
            }
            Numeric => format!("{}({distinct}{})", self.rng.pick(&["sum", "avg", "min"]), self.leaf(Numeric, seen)),
            Bool => format!("{}({})", self.rng.pick(&["bool_and", "bool_or", "every"]), self.expression(Bool, 1, seen)),
            Date | Stamp => format!("max({})", self.leaf(wanted, seen)),
            Json => {
                let value = self.leaf(Int, seen);
                format!("jsonb_agg({value} ORDER BY {value})")
            }
            Ints => {
                let value = self.leaf(Int, seen);
                format!("array_agg({distinct}{value} ORDER BY {value})")
            }
        };
        call + &filter
    }

    /// Only what is the same for equal rows of the ordering.
    pub fn window(&mut self, seen: &[Seen]) -> (String, Type) {
        let kind = *self.rng.pick(&[Int, Text, Date]);
        let (by, part) = (self.leaf(kind, seen), self.leaf(Int, seen));
        let over = match self.rng.below(3) {
            0 => format!("OVER (PARTITION BY {part} ORDER BY {by})"),
            1 => format!("OVER (ORDER BY {by} DESC NULLS LAST, {part})"),
            _ => format!("OVER (PARTITION BY {by})"),
        };
        match self.rng.below(4) {
            0 => (format!("rank() {over}"), Big),
            1 => (format!("count(*) {over}"), Big),
            2 => (format!("sum({}) {over}", self.leaf(Int, seen)), Big),
            _ => (format!("max({}) {over}", self.leaf(Numeric, seen)), Numeric),
        }
    }
}
