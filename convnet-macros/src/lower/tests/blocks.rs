//! Blocks, repeats, shared weights, frozen parts.

use expect_test::expect;

use super::{chain, errors, keys, lower, params};

#[test]
fn parameters_are_filled_in() {
    let (graph, _) = chain(
        "block pair(c, s, p) = conv3-c/s(pad=p, floor) -> bn -> relu; block two(k) = pair(k, 2, 1)*2;
        input 16x16x3 -> two(8)",
    );
    let texts: Vec<&str> = graph.nodes.iter().map(|node| node.text.as_str()).collect();
    assert_eq!(texts, ["input", "conv3-8/2(pad=1, floor)", "bn", "relu", "conv3-8/2(pad=1, floor)", "bn", "relu"]);
    assert_eq!(keys(&graph), ["0.0.0", "0.0.1", "0.1.0", "0.1.1"]);
}

#[test]
fn shared_weights_are_one_set() {
    let (graph, counts) = chain(
        "block trunk() = conv3-8 @ c -> relu; input 16x16x8 -> (shared trunk() + shared trunk() + [shared trunk() -> relu])
        -> shared trunk() @ other",
    );
    assert_eq!(keys(&graph), ["0.c"]);
    let used: Vec<_> = graph.nodes.iter().filter_map(|node| node.weights).collect();
    assert_eq!(used, [0, 0, 0, 0]);
    assert_eq!(params(&counts), 8 * 8 * 9 + 8);
    let taps: Vec<String> = graph.taps.iter().map(|tap| tap.name.to_string()).collect();
    assert_eq!(taps, ["TRUNK0_C", "OTHER_C", "OTHER"]);
}

#[test]
fn shared_weights_must_fit() {
    errors(
        "block trunk(c) = conv3-c -> bn; input 16x16x8 -> shared trunk(8) -> shared trunk(16) -> shared trunk(8)",
        &expect![[r#"
            conv3-c
                `shared trunk(16)` cannot use the weights of its first call, `trunk(8)`
                  here:    `conv3-16` on depth 8
                  first:   `conv3-8` on depth 8
                  where:   in `trunk(16)`
            conv3-c
                `shared trunk(8)` cannot use the weights of its first call
                  here:    `conv3-8` on depth 16
                  first:   `conv3-8` on depth 8
                  where:   in `trunk(8)`
        "#]],
    );
    errors(
        "block trunk(n) = conv3-8*n; input 16x16x8 -> shared trunk(2) -> shared trunk(1) -> shared trunk(3)",
        &expect![[r#"
            shared trunk(1)
                `shared trunk(1)` has fewer layers with weights than its first call, `trunk(2)`
            conv3-8
                `shared trunk(3)` cannot use the weights of its first call, `trunk(2)`
                  here:    `conv3-8` on depth 8
                  first:   no more layers with weights
                  where:   in repetition 3 of 3, in `trunk(3)`
        "#]],
    );
}

#[test]
fn frozen_parts() {
    let (graph, _) = chain("input 8x8x3 -> frozen [conv3-8 -> bn]*2 @ body -> frozen conv3-8 -> conv3-8");
    let frozen: Vec<bool> = graph.nodes.iter().map(|node| node.frozen).collect();
    assert_eq!(frozen, [false, true, true, true, true, true, false]);
    let (graph, _) =
        chain("block trunk() = conv3-8; input 8x8x8 -> frozen shared trunk() -> shared trunk() -> frozen conv3-8");
    let frozen: Vec<bool> = graph.weights.iter().map(|weights| weights.frozen).collect();
    assert_eq!(frozen, [false, true]);
}

#[test]
fn calls_that_cannot_be_unrolled() {
    errors(
        "block a(n) = relu*n; input 8x8x4 -> a() -> a(1, 2) -> a(1)",
        &expect![[r#"
        a()
            block `a(n)` takes 1 argument, but 0 are given
        a(1, 2)
            block `a(n)` takes 1 argument, but 2 are given
    "#]],
    );
    errors(
        "block a() = relu -> b(); block b() = c(); block c() = (a() + skip); block d() = d(); input 8x8x4 -> a() -> d()",
        &expect![[r#"
        a()
            blocks that call each other have no end: `a` -> `b` -> `c` -> `a`
        d()
            block `d` calls itself, which has no end
    "#]],
    );
}

#[test]
fn repeats_without_end() {
    errors(
        "block a() = [relu]*1000; block b() = a()*1000; input 8x8x4 -> conv3-8 -> b()*1000 -> conv5-4(groups=3)",
        &expect![[r#"
            b()*1000
                the network unrolls to more than 10,000 layers
        "#]],
    );
    let (graph, _, _) = lower("struct Net { input 8x8x4 -> [8x8x4]*1000000000000 }");
    assert_eq!(graph.nodes.len(), 1);
}

#[test]
fn zeros_through_parameters() {
    errors(
        "block pool(s) = maxpool3/s -> maxpool; block conv_(d) = conv3-8(dilation=d, pad=0) -> maxpool;
        input 12x12x3 -> pool(0) -> conv_(0) -> gap",
        &expect![[r#"
            s
                `s` is 0 here; the stride must be at least 1
                  where:   in `pool(0)`
            d
                `d` is 0 here; dilation must be at least 1
                  where:   in `conv_(0)`
        "#]],
    );
}

#[test]
fn errors_in_blocks_name_the_call_once() {
    errors(
        "block unit(c, g) = conv3-c(groups=g) -> maxpool -> maxout(3); block stage(c) = unit(c, 4)*3;
        input 20x20x16 -> stage(64) -> [unit(30, 1)]*2 -> unit(0, 0)",
        &expect![[r#"
            maxout(3)
                maxout(3) does not divide the depth of its input
                  input:   10x10x64, from `maxpool`
                  formula: depth / k = 64/3, which leaves a rest of 1
                  fits:    depth 63 or 66
                  where:   in `unit(64, 4)`, repetition 1 of 3, in `stage(64)`
            maxpool
                maxpool does not fit its input
                  input:   5x5x64, from `conv3-64`
                  formula: (W - F + 2P)/S + 1 = (5 - 2 + 2*0)/2 + 1 = 2.5
                  fits:    input 4x4x64 -> 2x2x64 or 6x6x64 -> 3x3x64; stride 1 -> 4x4x64; stride 3 -> 2x2x64;
                           or (floor) -> 2x2x64, (ceil) -> 3x3x64, (pad=1, floor) -> 3x3x64
                  where:   in `unit(64, 4)`, repetition 3 of 3, in `stage(64)`
            c
                `c` is 0 here; the number of filters must be at least 1
                  where:   in `unit(0, 0)`
            g
                `g` is 0 here; groups must be at least 1
                  where:   in `unit(0, 0)`
        "#]],
    );
}
