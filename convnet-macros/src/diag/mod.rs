//! Every sentence that a user can read, and the collector that brings all of them out in one build.

pub mod branches;
pub mod calls;
pub mod layer;
pub mod names;
pub mod nearest;
pub mod place;
mod rows;
pub mod shape;
pub mod stated;
pub mod syntax;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Collects errors; the pipeline goes on after each.
#[derive(Default)]
pub struct Errors {
    errors: Vec<syn::Error>,
}

impl Errors {
    /// An error that underlines all of `tokens`.
    pub fn at(&mut self, tokens: &impl ToTokens, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new_spanned(tokens, message));
    }

    /// An error that underlines one token.
    pub fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new(span, message));
    }

    pub fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub fn len(&self) -> usize {
        self.errors.len()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, syn::Error> {
        self.errors.iter()
    }

    /// `compile_error!` for each, in the order they were found.
    pub fn to_compile_error(&self) -> TokenStream {
        self.errors.iter().map(syn::Error::to_compile_error).collect()
    }
}
