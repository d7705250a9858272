//! Counts of networks that hold other networks; those of the literature are tested with lowering.

#![allow(clippy::needless_raw_string_hashes)] // expect-test writes them

use expect_test::expect;
use proc_macro2::TokenStream;

use super::{Counts, count};
use crate::diag::Errors;

fn counts(source: &str) -> Counts {
    let tokens: TokenStream = source.parse().expect("tokens");
    let mut errors = Errors::default();
    let network = crate::parse::parse(tokens, &mut errors).expect("network");
    let graph = crate::lower::lower(network, &mut errors);
    let counts = count(&graph, &mut errors);
    assert!(errors.is_empty(), "{}", errors.to_compile_error());
    counts
}

fn tokens(counts: &Counts) -> String {
    let Counts { params, macs, receptive_field, stride, .. } = counts;
    let all = [params.tokens("PARAMS"), macs.tokens("MACS"), receptive_field.tokens(), stride.tokens()];
    all.map(|tokens| crate::parse::text(&tokens)).join("\n")
}

#[test]
fn networks_stay_sums() {
    let counts = counts(
        "struct Net { input 64x64x3 -> conv3-8 -> maxpool -> nets::Body -> 16x16x8 -> maxpool
        -> (conv3-8 -> conv3-8 + skip) -> Tail -> 10 -> relu }",
    );
    assert_eq!(counts.params.to_string(), "1,392 + nets::Body + Tail");
    expect![[r#"
        1392 + <nets::Body as rt::Network>::PARAMS + <Tail as rt::Network>::PARAMS
        958464 + <nets::Body as rt::Network>::MACS + <Tail as rt::Network>::MACS
        (4 + 2*(<nets::Body as rt::Network>::RECEPTIVE_FIELD.0-1) + 18*<nets::Body as rt::Network>::STRIDE.0 + 4*(<Tail as rt::Network>::RECEPTIVE_FIELD.0-1)*<nets::Body as rt::Network>::STRIDE.0, 4 + 2*(<nets::Body as rt::Network>::RECEPTIVE_FIELD.1-1) + 18*<nets::Body as rt::Network>::STRIDE.1 + 4*(<Tail as rt::Network>::RECEPTIVE_FIELD.1-1)*<nets::Body as rt::Network>::STRIDE.1)
        (4*<Tail as rt::Network>::STRIDE.0*<nets::Body as rt::Network>::STRIDE.0, 4*<Tail as rt::Network>::STRIDE.1*<nets::Body as rt::Network>::STRIDE.1)"#]].assert_eq(&tokens(&counts));
    assert_eq!(counts.nodes[2].receptive_field.known(), Some((4, 4)));
    assert_eq!(counts.nodes[3].receptive_field.known(), None);
    assert_eq!(counts.nodes[9].receptive_field.known(), Some((64, 64)));
}

#[test]
fn the_same_network_twice() {
    let counts = counts(
        "struct Net { input 8x8x3 -> (A -> 4x4x8 | A -> 4x4x8 | conv3-8/2(floor)) -> upsample3(bilinear) -> conv3-8 }",
    );
    assert_eq!(counts.macs.to_string(), "252,288 + 2 x A");
    expect![[r#"
        1960 + 2*<A as rt::Network>::PARAMS
        252288 + 2*<A as rt::Network>::MACS
        (u64::div_ceil(3*{let(a, b): (u64, u64)=(1 + (<A as rt::Network>::RECEPTIVE_FIELD.0-1), 3);if a<b{b}else{a}} + 5*{let(a, b): (u64, u64)=(<A as rt::Network>::STRIDE.0, 2);if a<b{b}else{a}}, 3), u64::div_ceil(3*{let(a, b): (u64, u64)=(1 + (<A as rt::Network>::RECEPTIVE_FIELD.1-1), 3);if a<b{b}else{a}} + 5*{let(a, b): (u64, u64)=(<A as rt::Network>::STRIDE.1, 2);if a<b{b}else{a}}, 3))
        (u64::div_ceil({let(a, b): (u64, u64)=(<A as rt::Network>::STRIDE.0, 2);if a<b{b}else{a}}, 3), u64::div_ceil({let(a, b): (u64, u64)=(<A as rt::Network>::STRIDE.1, 2);if a<b{b}else{a}}, 3))"#]].assert_eq(&tokens(&counts));
}

#[test]
fn fields_end_before_what_sees_everything() {
    let field = |chain: &str| counts(&format!("struct Net {{ input 32x32x3 -> {chain} }}")).receptive_field.known();
    assert_eq!(field("fc-10 -> relu"), Some((1, 1)));
    assert_eq!(field("conv3-8 -> gap -> conv1-8"), Some((3, 3)));
    assert_eq!(field("conv3-8 -> flatten"), Some((3, 3)));
    assert_eq!(field("conv3x5-8 -> {a: conv3-8, b: gap}"), Some((3, 5)));
    assert_eq!(field("(conv5-8 | conv3-8 | skip) -> conv3-8"), Some((7, 7)));
    assert_eq!(field("(conv3-8 | gap -> upsample32) -> conv3-8 -> fc-2"), Some((5, 5)));
    assert_eq!(field("conv3-8(dilation=4) -> lrn(n=3, within)"), Some((9, 9)));
    assert_eq!(field("maxpool -> upsample2 -> conv2-8(pad=0) -> conv2-8(pad=0)"), Some((4, 4)));
}
