//! Windows: what does not fit, what is larger than its input, and paddings.

use expect_test::expect;

use super::super::{errors, lower};

#[test]
fn windows_that_do_not_fit() {
    errors(
        "input 224x224x3 -> conv11-96/4(pad=0) -> relu -> maxpool3/2 -> conv5-256(groups=5)",
        &expect![[r#"
            conv11-96/4(pad=0)
                conv11-96/4 does not fit its input
                  input:   224x224x3, from `input`
                  formula: (W - F + 2P)/S + 1 = (224 - 11 + 2*0)/4 + 1 = 54.25
                  fits:    input 223x223x3 -> 54x54x96 or 227x227x3 -> 55x55x96; stride 3 -> 72x72x96;
                           or (pad=0, floor) -> 54x54x96, (pad=2, floor) -> 55x55x96
            groups=5
                groups=5 divides neither the depth 96 of its input (from `maxpool3/2`) nor its 256 filters
                  fits:    groups=4 or 8
        "#]],
    );
    errors(
        "input 224x224x3 -> conv3-64/2",
        &expect![[r#"
        conv3-64/2
            conv3-64/2 does not fit its input
              input:   224x224x3, from `input`
              formula: (W - F + 2P)/S + 1 = (224 - 3 + 2*1)/2 + 1 = 112.5
              fits:    input 223x223x3 -> 112x112x64 or 225x225x3 -> 113x113x64; stride 1 -> 224x224x64;
                       or (floor) -> 112x112x64, (pad=2, floor) -> 113x113x64
    "#]],
    );
    errors(
        "input 112x112x64 -> maxpool3/2",
        &expect![[r#"
        maxpool3/2
            maxpool3/2 does not fit its input
              input:   112x112x64, from `input`
              formula: (W - F + 2P)/S + 1 = (112 - 3 + 2*0)/2 + 1 = 55.5
              fits:    input 111x111x64 -> 55x55x64 or 113x113x64 -> 56x56x64; stride 1 -> 110x110x64;
                       or (floor) -> 55x55x64, (ceil) -> 56x56x64, (pad=1, floor) -> 56x56x64
    "#]],
    );
    errors(
        "input 32x32x3 -> conv5-8/2(pad=1x0)",
        &expect![[r#"
        conv5-8/2(pad=1x0)
            conv5-8/2 does not fit its input
              input:   32x32x3, from `input`
              height:  (H - F + 2P)/S + 1 = (32 - 5 + 2*1)/2 + 1 = 15.5
              width:   (W - F + 2P)/S + 1 = (32 - 5 + 2*0)/2 + 1 = 14.5
              fits:    input 31x31x3 -> 15x14x8 or 33x33x3 -> 16x15x8; stride 1 -> 30x28x8;
                       or (pad=1x0, floor) -> 15x14x8
    "#]],
    );
    errors(
        "input 100x50x3 -> conv5x3-8/3x2(pad=1x0)",
        &expect![[r#"
        conv5x3-8/3x2(pad=1x0)
            conv5x3-8/3x2 does not fit its input
              input:   100x50x3, from `input`
              height:  (H - F + 2P)/S + 1 = (100 - 5 + 2*1)/3 + 1 = 33.3333..
              width:   (W - F + 2P)/S + 1 = (50 - 3 + 2*0)/2 + 1 = 24.5
              fits:    input 99x49x3 -> 33x24x8 or 102x51x3 -> 34x25x8;
                       or (pad=1x0, floor) -> 33x24x8
    "#]],
    );
    errors(
        "input 10x10x3 -> conv3-8/2(dilation=2, pad=0)",
        &expect![[r#"
        conv3-8/2(dilation=2, pad=0)
            conv3-8/2 does not fit its input
              input:   10x10x3, from `input`
              formula: (W - F + 2P)/S + 1 = (10 - 5 + 2*0)/2 + 1 = 3.5, where dilation 2 makes F = 2*(3 - 1) + 1 = 5
              fits:    input 9x9x3 -> 3x3x8 or 11x11x3 -> 4x4x8; stride 1 -> 6x6x8;
                       or (pad=0, floor) -> 3x3x8, (pad=1, floor) -> 4x4x8
    "#]],
    );
    errors(
        "input 33x33x3 -> maxpool",
        &expect![[r#"
        maxpool
            maxpool does not fit its input
              input:   33x33x3, from `input`
              formula: (W - F + 2P)/S + 1 = (33 - 2 + 2*0)/2 + 1 = 16.5
              fits:    input 32x32x3 -> 16x16x3 or 34x34x3 -> 17x17x3; stride 1 -> 32x32x3;
                       or (floor) -> 16x16x3, (ceil) -> 17x17x3, (pad=1, floor) -> 17x17x3
    "#]],
    );
}

#[test]
fn windows_larger_than_their_input() {
    errors(
        "input 7x7x3 -> conv11-8(pad=0)",
        &expect![[r#"
        conv11-8(pad=0)
            the 11x11 window of conv11-8 is larger than its input
              input:   7x7x3, from `input`
              formula: (W - F + 2P)/S + 1 = (7 - 11 + 2*0)/1 + 1 = -3
              fits:    input 11x11x3 -> 1x1x8;
                       or (pad=2) -> 1x1x8
    "#]],
    );
    errors(
        "input 8x8x3 -> [maxpool]*4",
        &expect![[r#"
        maxpool
            the 2x2 window of maxpool is larger than its input
              input:   1x1x3, from `maxpool`
              formula: (W - F + 2P)/S + 1 = (1 - 2 + 2*0)/2 + 1 = 0.5
              fits:    input 2x2x3 -> 1x1x3;
                       or (pad=1, floor) -> 1x1x3
              where:   in repetition 4 of 4
    "#]],
    );
    errors(
        "input 4x9x3 -> conv7-8(pad=1)",
        &expect![[r#"
        conv7-8(pad=1)
            the 7x7 window of conv7-8 is larger than its input with its padding
              input:   4x9x3, from `input`
              height:  (H - F + 2P)/S + 1 = (4 - 7 + 2*1)/1 + 1 = 0
              fits:    input 5x9x3 -> 1x5x8;
                       or (pad=2) -> 2x7x8
    "#]],
    );
    errors(
        "input 1x1x3 -> conv3-8(pad=0)",
        &expect![[r#"
        conv3-8(pad=0)
            the 3x3 window of conv3-8 is larger than its input
              input:   1x1x3, from `input`
              formula: (W - F + 2P)/S + 1 = (1 - 3 + 2*0)/1 + 1 = -1
              fits:    input 3x3x3 -> 1x1x8;
                       or (pad=1) -> 1x1x8
    "#]],
    );
    let (_, _, text) =
        lower("#[rounding(floor)] struct Net { input 2x2x3 -> maxpool3/2 -> conv5-4(pad=0) -> gap -> maxpool }");
    expect![[r#"
        maxpool3/2
            the 3x3 window of maxpool3/2 is larger than its input
              input:   2x2x3, from `input`
              formula: (W - F + 2P)/S + 1 = (2 - 3 + 2*0)/2 + 1 = 0.5
              fits:    input 3x3x3 -> 1x1x3;
                       or (pad=1) -> 1x1x3
        maxpool
            the 2x2 window of maxpool is larger than its input
              input:   1x1x4, from `gap`
              formula: (W - F + 2P)/S + 1 = (1 - 2 + 2*0)/2 + 1 = 0.5
              fits:    input 2x2x4 -> 1x1x4;
                       or (pad=1) -> 1x1x4
    "#]]
    .assert_eq(&text);
}

#[test]
fn paddings() {
    errors(
        "input 32x32x3 -> conv4-8 -> conv3x2-8 -> conv2-8(dilation=3) -> conv3-7(groups=2)",
        &expect![[r#"
            conv4-8
                conv4-8 must say its padding, because an even F has no middle
                  formula: P = (F - 1)/2 = (4 - 1)/2 = 1.5
                  fits:    (pad=1) -> 31x31x8, (pad=2) -> 33x33x8, (same) -> 32x32x8
            conv3x2-8
                conv3x2-8 must say its padding, because an even F has no middle
                  width:   P = (F - 1)/2 = (2 - 1)/2 = 0.5
            conv2-8(dilation=3)
                conv2-8 must say its padding, because an even F has no middle
                  formula: P = D(F - 1)/2 = 3*(2 - 1)/2 = 1.5
            groups=2
                groups=2 does not divide its 7 filters
                  fits:    groups=1 or 7
        "#]],
    );
    errors(
        "input 32x32x3 -> maxpool2(pad=2) -> maxpool3(pad=1) -> avgpool4x6(pad=2x4)",
        &expect![[r#"
        pad=2
            pad 2 is too much for maxpool2: a window must see some of its input, so pad is at most F/2 = 1
        pad=2x4
            pad 2x4 is too much for avgpool4x6: a window must see some of its input, so pad is at most F/2 = 2x3
    "#]],
    );
    let (_, _, text) = lower(
        "#[rounding(same)] struct Net { input 32x32x3 -> conv3-8(pad=1) -> maxpool(pad=1) -> conv3-8/2(pad=1, floor) }",
    );
    expect![[r#"
        pad=1
            `#[rounding(same)]` finds the padding itself; leave out `pad`, or add `floor` or `exact` to this layer
        pad=1
            `#[rounding(same)]` finds the padding itself; leave out `pad`, or add `floor` or `exact` to this layer
    "#]]
    .assert_eq(&text);
}
