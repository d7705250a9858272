//! `#[budget(..)]`, `#[rounding(..)]`, `#[conv(..)]`, `#[weights(..)]`. Their misspelt names and a derived `Clone` are
//! errors; all other attributes pass through.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta};

use super::{Parser, Tokens};
use crate::ast::{Algorithm, Budget, BudgetKind};
use crate::diag::nearest::{edits, nearest};
use crate::diag::syntax;
use crate::shape::Rounding;

/// What the attributes of a network say.
#[derive(Default)]
pub(super) struct Attributes {
    pub others: Vec<Attribute>,
    pub budgets: Vec<Budget>,
    pub rounding: Option<Rounding>,
    pub algorithm: Option<(Algorithm, TokenStream)>,
    pub half: Option<TokenStream>,
}

const ROUNDINGS: [(&str, Rounding); 4] =
    [("exact", Rounding::Exact), ("floor", Rounding::Floor), ("ceil", Rounding::Ceil), ("same", Rounding::Same)];
const ALGORITHMS: [(&str, Algorithm); 2] = [("direct", Algorithm::Direct), ("fastest", Algorithm::Fastest)];
const WEIGHTS: [(&str, ()); 1] = [("f16", ())];
const BUDGETS: [(&str, BudgetKind); 4] = [
    ("params", BudgetKind::Params),
    ("macs", BudgetKind::Macs),
    ("activations", BudgetKind::Activations),
    ("train", BudgetKind::Train),
];
const UNITS: [(&str, u64); 7] = [
    ("", 1),
    ("K", 1000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

const BUDGET: &str = "budget(params <= 140M)";
const ROUNDING: &str = "rounding(floor)";
const CONV: &str = "conv(direct)";
const HALF: &str = "weights(f16)";

/// What is surely meant by names that no other crate's attribute has.
const MEANT: [(&str, &str); 7] = [
    ("params", BUDGET),
    ("macs", BUDGET),
    ("floor", ROUNDING),
    ("ceil", "rounding(ceil)"),
    ("convolution", CONV),
    ("fastest", "conv(fastest)"),
    ("f16", HALF),
];

/// `weights(f16)` for `weight` and `f16`. Other crates' attributes must pass: one letter may differ, and none of `conv`,
/// which is too short.
fn meant(name: &str) -> Option<&'static str> {
    let misspelt = [("budget", BUDGET), ("rounding", ROUNDING), ("weights", HALF)].into_iter();
    let known = MEANT.into_iter().find(|&(other, _)| other == name);
    let known = known.or_else(|| misspelt.into_iter().find(|(own, _)| edits(name, own) <= 1));
    known.map(|(_, example)| example)
}

impl Parser<'_> {
    pub(super) fn attributes(&mut self, attributes: Vec<Attribute>) -> Attributes {
        let mut found = Attributes::default();
        for attribute in attributes {
            let path = attribute.path();
            if path.is_ident("budget") {
                let Some(mut tokens) = self.list(&attribute, BUDGET) else { continue };
                self.budgets(&mut tokens, &mut found.budgets);
            } else if path.is_ident("rounding") {
                let rounding = self.choice(&attribute, ROUNDING, &ROUNDINGS);
                self.once(&attribute, "rounding", rounding, &mut found.rounding);
            } else if path.is_ident("conv") {
                let algorithm = self.choice(&attribute, CONV, &ALGORITHMS);
                let algorithm = algorithm.map(|algorithm| (algorithm, attribute.meta.to_token_stream()));
                self.once(&attribute, "conv", algorithm, &mut found.algorithm);
            } else if path.is_ident("weights") {
                let half = self.choice(&attribute, HALF, &WEIGHTS);
                let tokens = half.map(|()| attribute.meta.to_token_stream());
                self.once(&attribute, "weights", tokens, &mut found.half);
            } else if let Some(meant) = path.get_ident().and_then(|name| meant(&name.to_string())) {
                self.errors.at(path, syntax::unknown_attribute(path, meant));
            } else if path.is_ident("derive") {
                found.others.push(self.without_clone(attribute));
            } else {
                found.others.push(attribute);
            }
        }
        found
    }

    /// Reports `Clone`, which the generated struct has, in `#[derive(Clone, Debug)]`, and keeps the other traits.
    fn without_clone(&mut self, mut derive: Attribute) -> Attribute {
        let Ok(traits) = derive.parse_args_with(Punctuated::<syn::Path, syn::Token![,]>::parse_terminated) else {
            return derive;
        };
        let clone = |path: &&syn::Path| path.segments.last().is_some_and(|last| last.ident == "Clone");
        let (clones, others): (Vec<&syn::Path>, Vec<&syn::Path>) = traits.iter().partition(clone);
        for path in &clones {
            self.errors.at(path, syntax::derives_clone());
        }
        if let (Meta::List(list), false) = (&mut derive.meta, clones.is_empty()) {
            list.tokens = quote!(#(#others),*);
        }
        derive
    }

    fn list(&mut self, attribute: &Attribute, example: &str) -> Option<Tokens> {
        match &attribute.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                Some(Tokens::new(list.tokens.clone(), list.delimiter.span().close()))
            }
            meta => {
                self.errors.at(meta, syntax::attribute_form(example));
                None
            }
        }
    }

    /// The only word in the attribute, one of a few.
    fn choice<T: Copy>(&mut self, attribute: &Attribute, example: &str, among: &[(&str, T)]) -> Option<T> {
        let mut tokens = self.list(attribute, example)?;
        let Some(ident) = tokens.ident().cloned() else {
            self.errors.at_span(tokens.span(), syntax::attribute_form(example));
            return None;
        };
        tokens.skip(1);
        if !tokens.at_end() {
            self.errors.at_span(tokens.span(), syntax::attribute_one_word(example));
        }
        self.one_of(&ident, among)
    }

    fn one_of<T: Copy>(&mut self, ident: &Ident, among: &[(&str, T)]) -> Option<T> {
        let text = ident.to_string();
        if let Some(&(_, value)) = among.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)) {
            return Some(value);
        }
        let names: Vec<&str> = among.iter().map(|&(name, _)| name).collect();
        self.errors.at(ident, syntax::not_one_of(&text, &names, nearest(&text, names.iter().copied())));
        None
    }

    fn once<T>(&mut self, attribute: &Attribute, name: &str, value: Option<T>, place: &mut Option<T>) {
        let Some(value) = value else { return };
        if place.replace(value).is_some() {
            self.errors.at(&attribute.meta, syntax::twice(&format!("`{name}`")));
        }
    }

    /// `params <= 140M, macs <= 16G`
    fn budgets(&mut self, tokens: &mut Tokens, budgets: &mut Vec<Budget>) {
        while !tokens.at_end() {
            let begin = tokens.position();
            if let Some((kind, limit)) = self.budget(tokens) {
                let all = tokens.since(begin);
                if budgets.iter().any(|budget| budget.kind == kind) {
                    self.errors.at(&all, syntax::twice("this budget"));
                } else {
                    budgets.push(Budget { kind, limit, tokens: all });
                }
                self.comma(tokens);
            } else {
                while !tokens.at_end() && !tokens.sign(',') {
                    tokens.skip(1);
                }
                tokens.skip(1);
            }
        }
    }

    fn budget(&mut self, tokens: &mut Tokens) -> Option<(BudgetKind, u64)> {
        let Some(ident) = tokens.ident().cloned() else {
            self.errors.at_span(tokens.span(), syntax::attribute_form(BUDGET));
            return None;
        };
        tokens.skip(1);
        let kind = self.one_of(&ident, &BUDGETS)?;
        if !(tokens.sign('<') && tokens.sign_at(1, '=')) {
            self.errors.at_span(tokens.span(), syntax::budget_sign(&ident));
            return None;
        }
        tokens.skip(2);
        Some((kind, self.amount(tokens)?))
    }

    /// `140M`, `1.5G`, `64 KiB`
    fn amount(&mut self, tokens: &mut Tokens) -> Option<u64> {
        let begin = tokens.position();
        let mut written = String::new();
        if let Some(TokenTree::Literal(literal)) = tokens.peek() {
            written += &literal.to_string();
            tokens.skip(1);
            if let Some(unit) = tokens.ident() {
                written += &unit.to_string();
                tokens.skip(1);
            }
        }
        let limit = amount(&written.replace('_', ""));
        if limit.is_none() {
            let all = tokens.since(begin);
            if all.is_empty() {
                self.errors.at_span(tokens.last_span(), syntax::no_amount(""));
            } else {
                self.errors.at(&all, syntax::no_amount(&written));
            }
        }
        limit
    }
}

fn amount(written: &str) -> Option<u64> {
    let end = written.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(written.len());
    let (number, unit) = written.split_at(end);
    let &(_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let scale = 10_u128.checked_pow(fraction.len().try_into().ok()?)?;
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    (digits.checked_mul(unit.into())? / scale).try_into().ok()
}
