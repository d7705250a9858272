//! The procedural macro `network!`.

#![allow(dead_code)] // the front end lands before the back end

mod arena;
mod ast;
mod backward;
mod count;
mod diag;
mod emit;
mod expand;
mod fuse;
mod ir;
mod layout;
mod lower;
mod parse;
mod plan;
mod shape;
mod vocabulary;
