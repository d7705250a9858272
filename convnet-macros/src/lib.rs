//! The procedural macro `network!`.

#![allow(dead_code)] // the front end lands before the back end

mod ast;
mod diag;
mod ir;
mod lower;
mod parse;
mod shape;
mod vocabulary;
