//! [`Template`]: physical SQL with holes, and the map from positions in it back to the client's text.

use crate::catalog::{LeafNaming, LeafNumber};
use crate::org::OrgId;

/// What fills a hole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Hole {
    /// The leaf's zero-padded number.
    Leaf,
    /// The org's id as a decimal literal.
    Org,
}

/// Physical SQL with holes for the leaf's number and, where no parameter can stand (COPY), the org's id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    text: Box<str>,
    holes: Box<[(u32, Hole)]>,
    /// (character offset in `text`, character number in the client's text from 1), ascending in the first.
    marks: Box<[(u32, u32)]>,
}

/// Builds a [`Template`] from left to right.
#[derive(Default, Debug)]
pub(crate) struct TemplateBuilder {
    text: String,
    holes: Vec<(u32, Hole)>,
    marks: Vec<(u32, u32)>,
    chars: u32,
    counted: usize,
}

impl TemplateBuilder {
    /// The text so far, to append to.
    pub(crate) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// What was written so far.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The leaf's number goes here.
    pub(crate) fn leaf(&mut self) {
        self.holes.push((offset(self.text.len()), Hole::Leaf));
    }

    /// The org's id goes here.
    pub(crate) fn org(&mut self) {
        self.holes.push((offset(self.text.len()), Hole::Org));
    }

    /// What comes next stands for the client's character number `position`.
    pub(crate) fn mark(&mut self, position: u32) {
        if position == 0 {
            return;
        }
        let added = self.text.get(self.counted..).map_or(0, |new| new.chars().count());
        self.chars = self.chars.saturating_add(offset(added));
        self.counted = self.text.len();
        self.marks.push((self.chars, position));
    }

    pub(crate) fn finish(self) -> Template {
        Template { text: self.text.into(), holes: self.holes.into(), marks: self.marks.into() }
    }
}

fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Template {
    /// Whether the text is the same for every leaf.
    #[must_use]
    pub fn is_leafless(&self) -> bool {
        self.holes.is_empty()
    }

    /// Whether the text is the same for every org of a leaf.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.holes.iter().all(|(_, hole)| *hole == Hole::Leaf)
    }

    /// The text, with nothing in its holes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes this template holds, for the plan cache's bound.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len() + (self.holes.len() + self.marks.len()) * 8
    }

    /// Fills the holes. `leaf` and `org` are needed only where the template has such holes: `None` stands for a
    /// statement that touches no org data, and then a hole is a bug that yields `None`.
    #[must_use]
    pub fn render(&self, naming: LeafNaming, place: Option<(LeafNumber, OrgId)>) -> Option<String> {
        let mut sql = String::with_capacity(self.text.len() + self.holes.len() * 4);
        let mut from = 0usize;
        for (at, hole) in &self.holes {
            let at = *at as usize;
            sql.push_str(self.text.get(from..at)?);
            let (leaf, org) = place?;
            match hole {
                Hole::Leaf => sql.push_str(&naming.number(leaf.get())),
                Hole::Org => sql.push_str(&org.to_string()),
            }
            from = at;
        }
        sql.push_str(self.text.get(from..)?);
        Some(sql)
    }

    /// Where in the client's text the server's error position lies: `position` counts characters of the rendered text
    /// from 1, as field P does. `None` when nothing before it came from the client.
    #[must_use]
    pub fn client_position(
        &self,
        naming: LeafNaming,
        place: Option<(LeafNumber, OrgId)>,
        position: u32,
    ) -> Option<u32> {
        // Characters that the holes before `position` added.
        let target = position.checked_sub(1)?;
        let mut added = 0u32;
        for (at, hole) in &self.holes {
            let chars = offset(self.text.get(..*at as usize)?.chars().count());
            if chars + added >= target {
                break;
            }
            added += match (hole, place) {
                (Hole::Leaf, _) => offset(naming.width()),
                (Hole::Org, Some((_, org))) => offset(org.to_string().len()),
                (Hole::Org, None) => 0,
            };
        }
        let target = target.saturating_sub(added);
        let after = self.marks.partition_point(|(at, _)| *at <= target);
        self.marks.get(after.checked_sub(1)?).map(|(_, client)| *client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{LeafCount, leaf_of};

    #[test]
    fn holes_are_filled_and_positions_go_back() {
        let mut builder = TemplateBuilder::default();
        builder.text().push_str("SELECT ");
        builder.mark(8);
        builder.text().push_str("x FROM t_p");
        builder.leaf();
        builder.text().push_str(" WHERE org_id = ");
        builder.org();
        builder.text().push_str(" AND ");
        builder.mark(30);
        builder.text().push('y');
        let template = builder.finish();
        let org = OrgId::try_new(42).unwrap();
        let place = Some((leaf_of(org, LeafCount::STANDARD), org));
        let naming = LeafNaming::of(LeafCount::STANDARD);
        let sql = template.render(naming, place).unwrap();
        assert_eq!(sql, "SELECT x FROM t_p02 WHERE org_id = 42 AND y");
        assert_eq!(template.client_position(naming, place, 8), Some(8));
        assert_eq!(template.client_position(naming, place, 43), Some(30));
        assert_eq!(template.client_position(naming, place, 1), None);
        assert_eq!(template.render(naming, None), None);
    }
}
