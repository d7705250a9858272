//! Branches that do not agree, and ends of networks.

use expect_test::expect;

use super::super::errors;

#[test]
fn branches_that_do_not_agree() {
    errors(
        "input 56x56x64 -> (conv3-128/2(floor) -> bn + skip) -> relu",
        &expect![[r#"
        (conv3-128/2(floor) -> bn + skip)
            branches that are summed must give one volume
              branch:  28x28x128, from `bn`
              branch:  56x56x64, from `skip`
              fits:    `conv1-128/2(floor)` in place of `skip` -> 28x28x128
    "#]],
    );
    errors(
        "input 56x56x64 -> (conv3-128 -> bn + skip) -> relu",
        &expect![[r#"
        (conv3-128 -> bn + skip)
            branches that are summed must give one volume
              branch:  56x56x128, from `bn`
              branch:  56x56x64, from `skip`
              fits:    `conv1-128` in place of `skip` -> 56x56x128
    "#]],
    );
    errors(
        "input 56x56x64 -> (conv3-64 -> fc-10 + conv3-64 -> maxpool + skip) -> relu",
        &expect![[r#"
            (conv3-64 -> fc-10 + conv3-64 -> maxpool + skip)
                branches that are summed must give one volume
                  branch:  10 features, from `fc-10`
                  branch:  28x28x64, from `maxpool`
                  branch:  56x56x64, from `skip`
        "#]],
    );
    errors(
        "input 56x56x64 -> (conv3-64 | conv3-8 -> maxpool | skip) -> conv3-64(groups=5)",
        &expect![[r#"
            (conv3-64 | conv3-8 -> maxpool | skip)
                branches that are concatenated must give one height and width
                  branch:  56x56x64, from `conv3-64`
                  branch:  28x28x8, from `maxpool`
                  branch:  56x56x64, from `skip`
            groups=5
                groups=5 divides neither the depth 136 of its input (from the concatenation before it) nor its 64 filters
                  fits:    groups=4 or 8
        "#]],
    );
    errors(
        "input 56x56x64 -> (conv3-64 | gap -> flatten) -> relu",
        &expect![[r#"
            (conv3-64 | gap -> flatten)
                branches that are concatenated must all give volumes, or all features
                  branch:  56x56x64, from `conv3-64`
                  branch:  64 features, from `flatten`
        "#]],
    );
    errors(
        "input 56x56x64 -> (conv3-64/2 + conv3-32 + skip) -> maxpool3",
        &expect![[r#"
            conv3-64/2
                conv3-64/2 does not fit its input
                  input:   56x56x64, from `input`
                  formula: (W - F + 2P)/S + 1 = (56 - 3 + 2*1)/2 + 1 = 28.5
                  fits:    input 55x55x64 -> 28x28x64 or 57x57x64 -> 29x29x64; stride 1 -> 56x56x64;
                           or (floor) -> 28x28x64, (pad=2, floor) -> 29x29x64
            (conv3-64/2 + conv3-32 + skip)
                branches that are summed must give one volume
                  branch:  ?x?x64, from `conv3-64/2`
                  branch:  56x56x32, from `conv3-32`
                  branch:  56x56x64, from `skip`
            maxpool3
                maxpool3 does not fit its input
                  input:   56x56x64, from the sum before it
                  formula: (W - F + 2P)/S + 1 = (56 - 3 + 2*0)/3 + 1 = 18.6666..
                  fits:    input 54x54x64 -> 18x18x64 or 57x57x64 -> 19x19x64; stride 1 -> 54x54x64;
                           or (floor) -> 18x18x64, (ceil) -> 19x19x64, (pad=1, floor) -> 19x19x64
        "#]],
    );
}

#[test]
fn softmax_is_last() {
    errors(
        "input 8x8x3 -> softmax -> fc-10 -> softmax -> 10 -> [relu]*0",
        &expect![[r#"
        softmax
            softmax must be the last layer of a network or of a head
    "#]],
    );
    errors(
        "input 8x8x3 -> fc-10 -> {a: [softmax]*2, b: softmax, c: (softmax + skip)}",
        &expect![[r#"
        softmax
            softmax must be the last layer of a network or of a head
              where:   in repetition 1 of 2
        softmax
            softmax must be the last layer of a network or of a head
    "#]],
    );
}
