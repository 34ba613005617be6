//! TPC-H's queries and rows as `dbgen` makes them, for the harness and for the differential test.

use std::collections::HashSet;
use std::fmt::{Display, Write as _};

use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator, PartSuppGenerator,
    RegionGenerator, SupplierGenerator,
};
use tpchgen::q_and_a::queries;

/// How COPY is told to read the rows.
pub const COPY: &str = "(DELIMITER '|')";

/// What the specification sets for validation, except that Q18's quantity suits small data.
const PARAMETERS: [&[&str]; 22] = [
    &["90"],
    &["15", "BRASS", "EUROPE"],
    &["BUILDING", "1995-03-15"],
    &["1993-07-01"],
    &["ASIA", "1994-01-01"],
    &["1994-01-01", ".06", "24"],
    &["FRANCE", "GERMANY"],
    &["BRAZIL", "AMERICA", "ECONOMY ANODIZED STEEL"],
    &["green"],
    &["1993-10-01"],
    &["GERMANY", "0.0001"],
    &["MAIL", "SHIP", "1994-01-01"],
    &["special", "requests"],
    &["1995-09-01"],
    &["1996-01-01"],
    &["Brand#45", "MEDIUM POLISHED", "49", "14", "23", "45", "19", "3", "36", "9"],
    &["Brand#23", "MED BOX"],
    &["200"],
    &["Brand#12", "Brand#23", "Brand#34", "1", "10", "20"],
    &["forest", "1994-01-01", "CANADA"],
    &["SAUDI ARABIA"],
    &["13", "31", "23", "29", "30", "18", "17"],
];

/// A query with its parameters in place, in PostgreSQL's words.
pub fn query(number: usize) -> String {
    let mut sql = queries::query(i32::try_from(number).unwrap()).unwrap().replace(" day (3)", " day");
    if number == 15 {
        // A view for one query is a WITH.
        let (view, rest) = sql.split_once("select\n\ts_suppkey").unwrap();
        let view = view.replace(
            "create view revenue:s (supplier_no, total_revenue) as",
            "with revenue (supplier_no, total_revenue) as (",
        );
        let rest = rest.split("drop view").next().unwrap().replace("revenue:s", "revenue");
        sql = format!("{})\nselect\n\ts_suppkey{rest}", view.trim().trim_end_matches(';'));
    }
    // From the last: `:1` is the beginning of `:10`.
    for (at, value) in PARAMETERS[number - 1].iter().enumerate().rev() {
        sql = sql.replace(&format!(":{}", at + 1), value);
    }
    sql.trim().trim_end_matches(';').to_owned()
}

/// Rows as dbgen writes them, without the bar at their ends.
fn lines(rows: impl Iterator<Item = impl Display>) -> String {
    let mut text = String::new();
    for row in rows {
        let line = row.to_string();
        let _ = writeln!(text, "{}", line.strip_suffix('|').unwrap_or(&line));
    }
    text
}

/// A migration's INSERT of generated rows.
fn insert(table: &str, rows: impl Iterator<Item = impl Display>) -> String {
    let rows: Vec<String> = lines(rows).lines().map(|line| format!("('{}')", line.replace('|', "', '"))).collect();
    format!("INSERT INTO {table} VALUES {};\n", rows.join(", "))
}

/// The tables with the rows of the global ones.
pub fn schema() -> String {
    let tables = include_str!("../../../tests/differential/schema/tpch.sql");
    let rows = insert("region", RegionGenerator::new(1.0, 1, 1).iter());
    format!("{tables}{rows}{}", insert("nation", NationGenerator::new(1.0, 1, 1).iter()))
}

/// Each of an org's tables and its rows, for a share of TPC-H's gigabyte.
pub fn tables(scale: f64) -> Vec<(&'static str, String)> {
    // So little data pairs a few parts with the same supplier twice.
    let mut pairs = HashSet::new();
    let partsupp = PartSuppGenerator::new(scale, 1, 1);
    vec![
        ("part", lines(PartGenerator::new(scale, 1, 1).iter())),
        ("supplier", lines(SupplierGenerator::new(scale, 1, 1).iter())),
        ("partsupp", lines(partsupp.iter().filter(|row| pairs.insert((row.ps_partkey, row.ps_suppkey))))),
        ("customer", lines(CustomerGenerator::new(scale, 1, 1).iter())),
        ("orders", lines(OrderGenerator::new(scale, 1, 1).iter())),
        ("lineitem", lines(LineItemGenerator::new(scale, 1, 1).iter())),
    ]
}
