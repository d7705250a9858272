//! Budgets, and counts that are too large.

use syn::Ident;

use super::rows::Rows;
use super::shape::short;
use crate::ast::{Budget, BudgetKind};
use crate::count::grouped;
use crate::ir::Node;
use crate::parse::text;

pub fn too_large(node: &Node) -> String {
    format!("with `{}` the network is too large for 64-bit counts", short(&node.text))
}

/// A budget of parameters or products that is broken, with the layer that costs most.
pub fn budget(network: &Ident, budget: &Budget, total: u64, most: Option<(&Node, u64)>) -> String {
    let what = match budget.kind {
        BudgetKind::Params => "parameters",
        BudgetKind::Macs => "multiply-accumulates",
        BudgetKind::Activations | BudgetKind::Train => "bytes",
    };
    let budget = text(&budget.tokens);
    let mut rows = Rows::new(format!("`{network}` has {} {what}, more than its budget `{budget}`", grouped(total)));
    if let Some((node, cost)) = most {
        rows.row("most", &format!("`{}` ({}) has {}", node.text, node.key, grouped(cost)));
    }
    rows.finish()
}
