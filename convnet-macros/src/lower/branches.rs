//! Sums and concatenations.

use super::flow::{Flow, Sure};
use super::report::address;
use super::{Lowering, NewNode};
use crate::ast::Branches;
use crate::diag;
use crate::diag::branches::End;
use crate::ir::Op;
use crate::shape::{Rounding, Volume};

impl<'a> Lowering<'a> {
    pub fn sum(&mut self, branches: &'a Branches, flow: Flow) -> Flow {
        let ends = self.branches(branches, flow);
        let volume = agreed(&ends, |sure| sure.size, Volume::size);
        let depth = agreed(&ends, |sure| sure.depth, Volume::depth);
        let kind = agreed(&ends, |sure| sure.kind, is_features);
        if volume.is_err() || depth.is_err() || kind.is_err() {
            let ends = self.describe(branches, flow, &ends);
            let exact = self.def.rounding == Rounding::Exact;
            self.report(address(branches), "sum", &branches.tokens, &diag::branches::sum(&ends, exact));
        }
        let sure = Sure { kind: kind == Ok(true), size: volume == Ok(true), depth: depth == Ok(true) };
        let depth = ends.iter().find(|end| end.sure.depth).map(|end| end.volume.depth());
        let sized = ends.iter().find(|end| end.sure.size).or(ends.first()).map_or(flow.volume, |end| end.volume);
        self.join(Op::Add, branches, &ends, depth.map_or(sized, |depth| sized.with_depth(depth)), sure)
    }

    pub fn concat(&mut self, branches: &'a Branches, flow: Flow) -> Flow {
        let ends = self.branches(branches, flow);
        let size = agreed(&ends, |sure| sure.size, Volume::size);
        let kind = agreed(&ends, |sure| sure.kind, is_features);
        if size.is_err() || kind.is_err() {
            let ends = self.describe(branches, flow, &ends);
            self.report(address(branches), "concat", &branches.tokens, &diag::branches::concat(&ends));
        }
        let depth = ends.iter().try_fold(0_u64, |sum, end| sum.checked_add(end.volume.depth()));
        let sure = Sure {
            kind: kind == Ok(true),
            size: size == Ok(true),
            depth: ends.iter().all(|end| end.sure.depth) && depth.is_some(),
        };
        let first = ends.iter().find(|end| end.sure.size).or(ends.first()).map_or(flow.volume, |end| end.volume);
        self.join(Op::Concat, branches, &ends, first.with_depth(depth.unwrap_or(1)), sure)
    }

    fn branches(&mut self, branches: &'a Branches, flow: Flow) -> Vec<Flow> {
        branches.chains.iter().map(|chain| self.chain(chain, flow, false)).collect()
    }

    fn join(&mut self, op: Op, branches: &Branches, ends: &[Flow], volume: Volume, sure: Sure) -> Flow {
        let text = if matches!(op, Op::Add) { "+" } else { "|" };
        let node = self.push(NewNode {
            op,
            inputs: ends.iter().map(|end| end.node).collect(),
            volume,
            text: text.to_owned(),
            key: String::new(),
            weights: None,
            tokens: branches.tokens.clone(),
        });
        self.flow(node, volume, sure)
    }

    fn describe(&self, branches: &Branches, flow: Flow, ends: &[Flow]) -> Vec<End> {
        let ends = ends.iter().zip(&branches.chains).map(|(end, chain)| {
            let last = if end.node == flow.node { "`skip`".to_owned() } else { self.source(end.node) };
            let skip = end.node == flow.node && chain.steps.len() == 1;
            End { volume: end.volume, shown: end.shown(), last, skip }
        });
        ends.collect()
    }
}

fn is_features(volume: Volume) -> bool {
    matches!(volume, Volume::Features(_))
}

/// Whether all branches that are sure of a part agree on it: an error if not, else whether any is sure.
fn agreed<T: PartialEq>(ends: &[Flow], sure: impl Fn(Sure) -> bool, part: impl Fn(Volume) -> T) -> Result<bool, ()> {
    let mut parts = ends.iter().filter(|end| sure(end.sure)).map(|end| part(end.volume));
    let first = parts.next();
    let all = parts.all(|part| Some(part) == first);
    if all { Ok(first.is_some()) } else { Err(()) }
}
