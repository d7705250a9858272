//! Numbers of which a part stands in other networks.

use std::fmt;

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::Path;

/// A number, plus the numbers of the networks used as layers.
#[derive(Clone, Default)]
pub struct Count {
    pub known: u64,
    /// How often each network's number is added.
    pub networks: Vec<(u64, Path)>,
}

impl Count {
    pub fn known(known: u64) -> Self {
        Self { known, networks: Vec::new() }
    }

    pub fn network(path: &Path) -> Self {
        Self { known: 0, networks: vec![(1, path.clone())] }
    }

    /// No network adds to it.
    pub fn is_known(&self) -> bool {
        self.networks.is_empty()
    }

    pub fn is_zero(&self) -> bool {
        self.known == 0 && self.is_known()
    }

    pub fn sum<'a>(counts: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let mut sum = Self::default();
        for count in counts {
            sum.known = sum.known.checked_add(count.known)?;
            for (times, path) in &count.networks {
                let name = text(path);
                match sum.networks.iter_mut().find(|(_, other)| text(other) == name) {
                    Some((sum, _)) => *sum += times,
                    None => sum.networks.push((*times, path.clone())),
                }
            }
        }
        Some(sum)
    }

    /// A constant expression, in which `constant` of the networks stands for their numbers. `rt` must be the runtime's
    /// module for generated code.
    pub fn tokens(&self, constant: &str) -> TokenStream {
        let known = (self.known > 0 || self.is_known()).then(|| Literal::u64_unsuffixed(self.known).to_token_stream());
        let constant = format_ident!("{constant}");
        let networks = self.networks.iter().map(|(times, path)| {
            let times = (*times > 1).then(|| Literal::u64_unsuffixed(*times)).map(|times| quote!(#times *));
            quote!(#times <#path as rt::Network>::#constant)
        });
        let terms = known.into_iter().chain(networks);
        quote!(#(#terms)+*)
    }
}

pub fn text(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

/// `138,357,544`, `1,000 + Backbone`, `2 x Backbone`
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks = self.networks.iter().map(|(times, path)| match times {
            1 => text(path),
            _ => format!("{times} x {}", text(path)),
        });
        let known = (self.known > 0 || self.is_known()).then(|| grouped(self.known));
        f.write_str(&known.into_iter().chain(networks).collect::<Vec<_>>().join(" + "))
    }
}

/// `138,357,544`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
