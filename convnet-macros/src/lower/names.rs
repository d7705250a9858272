//! Names: keys in weight files, fields of the generated structs, constants of taps.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::Ident;

use super::Lowering;
use super::report::address;
use crate::diag::{self, Errors};
use crate::ir::{NodeId, Output, Tap, Weights};

/// Names are counted within a level.
pub struct Level {
    /// `layer1.0`; empty for the root.
    key: String,
    /// `layer1`, `basic0`
    path: Vec<Ident>,
    /// The number of the next layer.
    next: u64,
    /// Names given with `@`.
    names: BTreeSet<String>,
    /// Fields, and the `@` that made them.
    fields: BTreeMap<String, Option<Ident>>,
    /// Part of a shared block's later call, which has no names of its own.
    pub silent: bool,
}

/// A named part of a level: a layer or a level within.
#[derive(Clone)]
pub struct Child {
    pub key: String,
    pub path: Vec<Ident>,
}

impl Level {
    pub fn root() -> Self {
        Self::of(Child { key: String::new(), path: Vec::new() }, false)
    }

    pub fn of(child: Child, silent: bool) -> Self {
        let Child { key, path } = child;
        Self { key, path, next: 0, names: BTreeSet::new(), fields: BTreeMap::new(), silent }
    }

    /// What the level itself is called.
    pub fn place(&self) -> Child {
        Child { key: self.key.clone(), path: self.path.clone() }
    }

    fn child(&self, name: &str, field: Ident) -> Child {
        let key = if self.key.is_empty() { name.to_owned() } else { format!("{}.{name}", self.key) };
        let mut path = self.path.clone();
        path.push(field);
        Child { key, path }
    }
}

impl Lowering<'_> {
    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::root());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Names the next layer or level: by its `@`, or else by its number, with a field of `word` and number.
    pub fn child(&mut self, name: Option<&Ident>, word: &str, span: Span) -> Child {
        match name {
            Some(name) => self.named_child(name),
            None => self.numbered_child(word, span),
        }
    }

    fn numbered_child(&mut self, word: &str, span: Span) -> Child {
        let level = self.level();
        let number = level.next;
        level.next += 1;
        let mut text = format!("{word}{number}");
        let mut clash = None;
        while let Some(other) = level.fields.get(&text) {
            if let Some(other) = other {
                clash = Some(other.clone());
            }
            text.push('_');
        }
        level.fields.insert(text.clone(), None);
        let child = level.child(&number.to_string(), Ident::new(&text, span));
        if let Some(other) = clash {
            self.report(self.here(), "field", &other, &diag::names::field_taken(&other, word, number));
        }
        child
    }

    fn named_child(&mut self, name: &Ident) -> Child {
        let plain = name.to_string();
        let of_network = self.levels.len() == 1 && plain == diag::names::FIELD;
        let level = self.level();
        level.next += 1;
        let twice = !level.names.insert(plain.clone());
        let taken = level.fields.insert(plain.clone(), Some(name.clone()));
        // A field of its own all the same, so that one mistake is one error.
        let clash = twice || of_network || taken == Some(None);
        let field = if clash { Ident::new(&format!("{plain}_{}", level.next), name.span()) } else { name.clone() };
        let child = level.child(&plain, field);
        if of_network {
            self.report(self.here(), "field", name, &diag::names::network_field(name));
        }
        if twice {
            let message = diag::names::twice(name, &self.places);
            self.report(self.here(), "name", name, &message);
        } else if taken == Some(None) {
            self.report(self.here(), "field", name, &diag::names::field_is_taken(name));
        }
        child
    }

    /// Opens a level for `child`.
    pub fn open(&mut self, child: Child) {
        let silent = self.level().silent;
        self.levels.push(Level::of(child, silent));
    }

    pub fn close(&mut self) {
        self.levels.pop();
    }

    /// The constant of an `@`.
    pub fn tap(&mut self, name: &Ident, node: NodeId) {
        let level = self.level();
        if level.silent {
            return;
        }
        let mut parts: Vec<String> = level.path.iter().map(|part| upper(&part.to_string())).collect();
        parts.push(upper(&name.to_string()));
        let constant = parts.join("_");
        if diag::names::CONSTANTS.contains(&constant.as_str()) {
            self.report(self.here(), "tap", name, &diag::names::constant_is_taken(name, &constant));
        } else if self.constants.insert(constant.clone()) {
            self.taps.push(Tap { name: Ident::new(&constant, name.span()), node });
        } else {
            self.report(self.here(), "name", name, &diag::names::constant_twice(name, &constant));
        }
    }

    /// The step at hand.
    pub fn here(&self) -> usize {
        self.active.last().map_or(0, |step| address(*step))
    }
}

/// `FC7` of `fc7`, `LAST_CONV` of `lastConv`.
fn upper(name: &str) -> String {
    snake(name).to_uppercase()
}

/// `vgg_body` of `VGGBody`.
pub fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, letter) in letters.iter().enumerate() {
        let after_word = i > 0 && (letters[i - 1].is_lowercase() || letters[i - 1].is_ascii_digit());
        let begins_word =
            i > 0 && letters[i - 1].is_uppercase() && letters.get(i + 1).is_some_and(|c| c.is_lowercase());
        if letter.is_uppercase() && (after_word || begins_word) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// `VggBody` of `vgg_body`.
pub fn camel(name: &str) -> String {
    let mut camel = String::new();
    for part in name.split('_') {
        let mut chars = part.chars();
        camel.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        camel.extend(chars);
    }
    camel
}

/// Reports levels and heads whose types would have one name, and gives them other ones.
pub fn types(network: &Ident, weights: &mut [Weights], output: &mut Output, errors: &mut Errors) {
    let mut types = Types { network, found: BTreeMap::new(), quiet: !errors.is_empty() };
    let mut clash = false;
    heads(output, &mut Vec::new(), &mut |path| clash |= types.clash("Output", path, errors));
    heads(output, &mut Vec::new(), &mut |path| clash |= types.clash("Logits", path, errors));
    if clash {
        *output = Output::Node(0);
    }
    for weights in weights {
        for length in 1..weights.path.len() {
            let path: Vec<&Ident> = weights.path[..length].iter().collect();
            if types.clash("", &path, errors) {
                let last = &mut weights.path[length - 1];
                *last = Ident::new(&format!("{last}_other"), last.span());
            }
        }
    }
}

/// The types of levels and heads by name: what comes before the levels, and the levels.
struct Types<'a> {
    network: &'a Ident,
    found: BTreeMap<String, (&'static str, Vec<String>)>,
    /// What clashes has an error already.
    quiet: bool,
}

impl Types<'_> {
    /// Adds a type. True, after an error, if another one has its name.
    fn clash(&mut self, prefix: &'static str, path: &[&Ident], errors: &mut Errors) -> bool {
        let levels: Vec<String> = path.iter().map(ToString::to_string).collect();
        let ty = format!("{}{prefix}{}", self.network, levels.iter().map(|level| camel(level)).collect::<String>());
        let made = (prefix, levels);
        let first = self.found.entry(ty.clone()).or_insert_with(|| made.clone());
        let clash = *first != made;
        if let Some(last) = path.last().filter(|_| clash && !self.quiet) {
            errors.at(last, diag::names::type_twice(last, &ty));
            self.quiet = true;
        }
        clash
    }
}

/// The paths of heads that have heads.
fn heads<'a>(output: &'a Output, path: &mut Vec<&'a Ident>, f: &mut impl FnMut(&[&'a Ident])) {
    let Output::Heads(inner) = output else { return };
    f(path);
    for (name, output) in inner {
        path.push(name);
        heads(output, path, f);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::{snake, upper};

    #[test]
    fn taps_are_upper_snake_case() {
        assert_eq!(upper("fc7"), "FC7");
        assert_eq!(upper("conv1_1"), "CONV1_1");
        assert_eq!(upper("lastConv"), "LAST_CONV");
        assert_eq!(upper("FC"), "FC");
        assert_eq!(snake("VGGBody"), "vgg_body");
        assert_eq!(snake("ResNet50"), "res_net50");
    }
}
