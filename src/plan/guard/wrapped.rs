//! Statements around others, and those that name no relation.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    ClosePortalStmt, DeclareCursorStmt, DefElem, ExecuteStmt, ExplainStmt, FetchStmt, Node, NotifyStmt, PrepareStmt,
};

use super::walk::{Walk, refuse};
use super::{OrgValue, Verdict, shape};
use crate::plan::PREPARED;

impl<'a> Walk<'a> {
    /// What may stand at the top only; `None` for what is no such statement.
    pub(super) fn wrapped(&mut self, statement: &'a Node) -> Option<Verdict> {
        Some(match &statement.node {
            Some(NodeEnum::ExplainStmt(explain)) => self.explain(explain),
            Some(NodeEnum::DeclareCursorStmt(declare)) => {
                let DeclareCursorStmt { portalname, options: _, query } = &**declare;
                if portalname.starts_with("orgfold_") {
                    return Some(refuse("a cursor with a name of orgfold's"));
                }
                self.query(query.as_deref())
            }
            Some(NodeEnum::FetchStmt(FetchStmt { direction: _, how_many: _, portalname, ismove: _ }))
            | Some(NodeEnum::ClosePortalStmt(ClosePortalStmt { portalname })) => {
                if portalname.starts_with("orgfold_") {
                    refuse("a portal of orgfold's")
                } else {
                    Ok(())
                }
            }
            Some(NodeEnum::PrepareStmt(prepare)) => self.prepare(prepare),
            Some(NodeEnum::ExecuteStmt(ExecuteStmt { name, params })) => match params.split_last() {
                Some((org, arguments)) if name == PREPARED && shape::is_org(Some(org), self.facts) => {
                    self.all(arguments)
                }
                _ => refuse("EXECUTE without the org's value at its end"),
            },
            Some(NodeEnum::NotifyStmt(NotifyStmt { conditionname, payload: _, .. })) => match self.facts.org {
                OrgValue::Literal(org) if conditionname.starts_with(&format!("orgfold.{org}.")) => Ok(()),
                OrgValue::Literal(_) | OrgValue::Param(_) | OrgValue::Absent => {
                    refuse("NOTIFY on a channel that is not the org's")
                }
            },
            _ => return None,
        })
    }

    fn explain(&mut self, explain: &'a ExplainStmt) -> Verdict {
        let ExplainStmt { query, options } = explain;
        let mut costs = true;
        for option in options {
            let Some(NodeEnum::DefElem(option)) = &option.node else { return refuse("an option that is none") };
            let DefElem { defnamespace: _, defname, arg, defaction: _, location: _, arg_location: _ } = &**option;
            self.option(arg.as_deref(), false)?;
            let off = matches!(arg.as_deref().map(|arg| &arg.node), Some(Some(NodeEnum::String(text))) if text.sval.eq_ignore_ascii_case("off"));
            match defname.as_str() {
                "costs" => costs = !off,
                "buffers" | "wal" | "memory" if !off => return refuse("EXPLAIN that counts what all orgs have"),
                _known => {}
            }
        }
        if costs {
            return refuse("EXPLAIN with costs, which tell of all orgs' rows");
        }
        self.query(query.as_deref())
    }

    fn prepare(&mut self, prepare: &'a PrepareStmt) -> Verdict {
        let PrepareStmt { name, argtypes, query } = prepare;
        let Some((_org, own)) = argtypes.split_last() else { return refuse("PREPARE without the org's type") };
        let width_is_right = match self.facts.org {
            OrgValue::Param(number) => usize::from(number) == argtypes.len(),
            OrgValue::Literal(_) | OrgValue::Absent => false,
        };
        if name != PREPARED || !width_is_right {
            return refuse("PREPARE otherwise than orgfold does");
        }
        for data_type in own {
            let Some(NodeEnum::TypeName(data_type)) = &data_type.node else { return refuse("a type that is none") };
            let unknown = matches!(data_type.names.as_slice(), [Node { node: Some(NodeEnum::String(name)) }] if name.sval == "unknown");
            if !unknown {
                self.type_name(Some(data_type))?;
            }
        }
        self.query(query.as_deref())
    }
}
