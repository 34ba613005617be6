//! Random writes. A row is changed in one way only: joins meet a target's row once at most, and what a conflict meets is
//! given row by row.

use super::expression::{Maker, Seen, Type};
use super::query::RELATIONS;

/// Those that can be written, with their keys.
const TARGETS: &[(usize, &str)] = &[(0, "id"), (0, "id"), (1, "id"), (1, "id"), (2, "no"), (3, "\"select\"")];

impl Maker<'_> {
    fn seen(relation: &str, table: usize) -> Vec<Seen> {
        let seen = |(name, data_type): &(&str, Type)| Seen {
            relation: relation.to_owned(),
            name: (*name).to_owned(),
            data_type: *data_type,
        };
        RELATIONS[table].1.iter().map(seen).collect()
    }

    fn returning(&mut self, seen: &[Seen]) -> String {
        match self.rng.below(5) {
            0 | 1 => String::new(),
            2 => " RETURNING *".to_owned(),
            _ => {
                let (a, b) = (*self.rng.pick(super::expression::TYPES), *self.rng.pick(super::expression::TYPES));
                format!(" RETURNING {}, {} AS r1", self.expression(a, 1, seen), self.expression(b, 2, seen))
            }
        }
    }

    fn row(&mut self, table: usize) -> String {
        let columns = RELATIONS[table].1;
        let mut values = vec![self.rng.number(1, 40).to_string()];
        for (name, data_type) in &columns[1..] {
            values.push(match *name {
                "item" => self.rng.number(1, 14).to_string(),
                "name" => format!("'n{}'", self.rng.number(1, 60)),
                _ if self.rng.chance(12) => "DEFAULT".to_owned(),
                _ => self.expression(*data_type, 1, &[]),
            });
        }
        format!("({})", values.join(", "))
    }

    fn assignments(&mut self, table: usize, seen: &[Seen]) -> String {
        let columns = &RELATIONS[table].1[1..];
        let (name, data_type) = *self.rng.pick(columns);
        let (second, second_type) = *self.rng.pick(columns);
        if name == second {
            let value = if self.rng.chance(10) { "DEFAULT".to_owned() } else { self.expression(data_type, 2, seen) };
            return format!("{name} = {value}");
        }
        let (a, b) = (self.expression(data_type, 2, seen), self.expression(second_type, 1, seen));
        if self.rng.chance(30) {
            format!("({name}, {second}) = ({a}, {b})")
        } else {
            format!("{name} = {a}, {second} = {b}")
        }
    }

    fn insert(&mut self, table: usize, key: &str) -> String {
        let name = RELATIONS[table].0;
        let alias = if self.rng.chance(25) { self.alias() } else { name.to_owned() };
        let named = if alias == name { name.to_owned() } else { format!("{name} AS {alias}") };
        let own = Self::seen(&alias, table);
        if self.rng.chance(25) {
            // New keys from old rows.
            let columns: Vec<String> = RELATIONS[table].1[1..]
                .iter()
                .map(|(_, data_type)| {
                    let seen = Self::seen("s", table);
                    self.expression(*data_type, 1, &seen)
                })
                .collect();
            let filter = self.filter(&Self::seen("s", table));
            let cast = RELATIONS[table].1[0].1.name();
            let sql = format!(
                "INSERT INTO {named} SELECT (s.{key} + {})::{cast}, {} FROM {name} s{filter}",
                self.rng.number(1000, 9000),
                columns.join(", ")
            );
            return sql + &self.returning(&own);
        }
        let rows: Vec<String> = (0..1 + self.rng.below(3)).map(|_| self.row(table)).collect();
        let conflict = match self.rng.below(4) {
            0 => " ON CONFLICT DO NOTHING".to_owned(),
            1 => format!(" ON CONFLICT ({key}) DO NOTHING"),
            2 => {
                let excluded = [own.clone(), Self::seen("excluded", table)].concat();
                let set = self.assignments(table, &excluded);
                let filter = if self.rng.chance(40) {
                    format!(" WHERE {}", self.expression(Type::Bool, 1, &excluded))
                } else {
                    String::new()
                };
                format!(" ON CONFLICT ({key}) DO UPDATE SET {set}{filter}")
            }
            _ => String::new(),
        };
        format!("INSERT INTO {named} VALUES {}{conflict}{}", rows.join(", "), self.returning(&own))
    }

    /// INSERT, UPDATE, DELETE, TRUNCATE, or one of them in a CTE.
    pub fn write(&mut self) -> String {
        let (table, key) = *self.rng.pick(TARGETS);
        let name = RELATIONS[table].0;
        let alias = if self.rng.chance(50) { self.alias() } else { name.to_owned() };
        let named = if alias == name { name.to_owned() } else { format!("{name} AS {alias}") };
        let own = Self::seen(&alias, table);
        // A target's row meets one row of `item` at most: by its key.
        let joined = [own.clone(), Self::seen("j", 0)].concat();
        let link = if name == "tag" || name == "event" { "item" } else { key };
        let sql = match self.rng.below(10) {
            0..=3 => self.insert(table, key),
            4 | 5 => format!(
                "UPDATE {named} SET {}{}{}",
                self.assignments(table, &own),
                self.filter(&own),
                self.returning(&own)
            ),
            6 => format!(
                "UPDATE {named} SET {} FROM item j WHERE j.id = {alias}.{link} AND {}{}",
                self.assignments(table, &joined),
                self.expression(Type::Bool, 1, &joined),
                self.returning(&joined)
            ),
            7 => format!("DELETE FROM {named}{}{}", self.filter(&own), self.returning(&own)),
            8 => format!(
                "DELETE FROM {named} USING item j WHERE j.id = {alias}.{link} AND {}{}",
                self.expression(Type::Bool, 1, &joined),
                self.returning(&joined)
            ),
            _ => return format!("DELETE FROM {named} WHERE {alias}.{key} % 5 = {}", self.rng.number(0, 4)),
        };
        if sql.contains(" RETURNING *") && self.rng.chance(30) {
            return format!("WITH done AS ({sql}) SELECT count(*) AS n FROM done");
        }
        sql
    }
}
