//! Placeholder of the first example.
fn main() {}
