//! The network as a whole: its attributes, networks as layers, what follows an error.

use expect_test::expect;

use super::super::{errors, lower};

#[test]
fn networks_as_layers() {
    errors(
        "input 8x8x3 -> Other -> relu -> Net -> 8x8x3 -> Other*2 -> 8x8x3",
        &expect![[r#"
        Other
            the volume that `Other` gives must be stated after it
              help:    `Other -> 7x7x512` (the macro cannot look into another network; the compiler checks it)
        Net
            `Net` cannot be a layer of itself
        Other
            the volume that `Other` gives must be stated after it
              help:    `Other -> 7x7x512` (the macro cannot look into another network; the compiler checks it)
              where:   in repetition 1 of 2
    "#]],
    );
}

#[test]
fn a_network_without_layers() {
    errors(
        "input 8x8x3 -> [conv3-8]*0",
        &expect![[r#"
        Net
            `Net` has no layers
    "#]],
    );
}

#[test]
fn budgets() {
    let (_, _, text) = lower(
        "#[budget(params <= 1M, macs <= 10M)] struct Net { input 32x32x3 -> conv3-64 -> relu -> [fc-1000 -> relu] @ head -> fc-10 }",
    );
    expect![[r#"
        params <= 1M
            `Net` has 65,548,802 parameters, more than its budget `params <= 1M`
              most:    `fc-1000` (head.0) has 65,537,000
        macs <= 10M
            `Net` has 67,315,472 multiply-accumulates, more than its budget `macs <= 10M`
              most:    `fc-1000` (head.0) has 65,536,000
    "#]]
    .assert_eq(&text);
    let (_, _, text) =
        lower("#[budget(params <= 1K)] struct Net { input 32x32x3 -> conv3-8 -> Other -> 8x8x8 -> fc-1000 }");
    expect![[""]].assert_eq(&text);
}

#[test]
fn after_a_step_that_cannot_be_read() {
    errors(
        "input 32x32x3 -> cnv3-64 -> maxpool3 -> maxout(7) -> conv3-9(groups=2) -> 784 -> conv3-8",
        &expect![[r#"
            cnv3
                unknown word `cnv3`: did you mean `conv3`?
            groups=2
                groups=2 does not divide its 9 filters
                  fits:    groups=1 or 3
            784
                784 is stated here, but ?x?x9 arrives
                  from:    `conv3-9`
        "#]],
    );
}

#[test]
fn attributes_for_layers_that_are_not_there() {
    let errors = |source: &str| lower(source).2;
    expect![[r#"
        conv(fastest)
            `conv` says how convolutions are computed, of which Net has none
    "#]]
    .assert_eq(&errors("#[conv(fastest)] struct Net { input 3x3x3 -> fc-3 }"));
    expect![[r#"
        weights(f16)
            `f16` is for the weights of fully connected layers, of which Net has none
    "#]]
    .assert_eq(&errors("#[weights(f16)] struct Net { input 3x3x3 -> conv3-3 }"));
    expect![[r#"
        conv(direct)
            `conv` says how convolutions are computed, of which Net has none of its own: a network used as a layer says it itself
        weights(f16)
            `f16` is for the weights of fully connected layers, of which Net has none of its own: a network used as a layer says it itself
    "#]]
    .assert_eq(&errors("#[conv(direct)] #[weights(f16)] struct Net { input 3x3x3 -> Backbone -> 3x3x8 -> relu }"));
    assert_eq!(errors("#[conv(direct)] struct Net { input 3x3x3 -> dwconv3 -> fc-3 }"), "");
}
