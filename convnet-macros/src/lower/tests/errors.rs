//! Each mistake, with what its error underlines and says.

use expect_test::expect;

use super::{errors, lower};

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

#[test]
fn stated_volumes() {
    errors(
        "input 32x32x3 -> conv5-30(pad=1) -> 32x32x30",
        &expect![[r#"
        32x32x30
            32x32x30 is stated here, but 30x30x30 arrives
              from:    `conv5-30`, whose input is 32x32x3
              formula: (W - F + 2P)/S + 1 = (32 - 5 + 2*1)/1 + 1 = 30
              fits:    (pad=2) -> 32x32x30
    "#]],
    );
    errors(
        "input 32x32x3 -> conv5-30 -> relu -> 32x32x32 -> maxpool -> 16x16x32 -> maxpool -> 4x4x30",
        &expect![[r#"
            32x32x32
                32x32x32 is stated here, but 32x32x30 arrives
                  from:    `conv5-30`, whose input is 32x32x3
                  fits:    conv5-32 -> 32x32x32
            4x4x30
                4x4x30 is stated here, but 8x8x32 arrives
                  from:    `maxpool`, whose input is 16x16x32
                  formula: (W - F + 2P)/S + 1 = (16 - 2 + 2*0)/2 + 1 = 8
        "#]],
    );
    errors(
        "input 32x32x3 -> conv5-30/3(floor) -> 16x16x30",
        &expect![[r#"
        16x16x30
            16x16x30 is stated here, but 11x11x30 arrives
              from:    `conv5-30/3`, whose input is 32x32x3
              formula: (W - F + 2P)/S + 1 = (32 - 5 + 2*2)/3 + 1 = 11.3333..
              fits:    stride 2 -> 16x16x30
    "#]],
    );
    errors(
        "input 32x32x3 -> 3072 -> flatten -> 32x32x3 -> fc-10 -> 1x1x10",
        &expect![[r#"
            3072
                3072 is stated here, but 32x32x3 arrives
                  from:    `input`
                  fits:    `flatten` before it, which makes features of a volume
            32x32x3
                32x32x3 is stated here, but ? features arrive
                  from:    `flatten`
            1x1x10
                1x1x10 is stated here, but 10 features arrive
                  from:    `fc-10`
        "#]],
    );
    errors(
        "input 32x32x3 -> (conv3-8 | conv3-8) -> 32x32x8 -> (conv3-16 + skip) -> 16x16x16",
        &expect![[r#"
        32x32x8
            32x32x8 is stated here, but 32x32x16 arrives
              from:    the concatenation before it
        16x16x16
            16x16x16 is stated here, but 32x32x16 arrives
              from:    the sum before it
    "#]],
    );
    errors(
        "input 30x30x3 -> conv3-8/2 -> 15x15x8 -> maxpool",
        &expect![[r#"
        conv3-8/2
            conv3-8/2 does not fit its input
              input:   30x30x3, from `input`
              formula: (W - F + 2P)/S + 1 = (30 - 3 + 2*1)/2 + 1 = 15.5
              fits:    input 29x29x3 -> 15x15x8 or 31x31x3 -> 16x16x8; stride 1 -> 30x30x8;
                       or (floor) -> 15x15x8, (pad=2, floor) -> 16x16x8
        maxpool
            maxpool does not fit its input
              input:   15x15x8, from `conv3-8/2`
              formula: (W - F + 2P)/S + 1 = (15 - 2 + 2*0)/2 + 1 = 7.5
              fits:    input 14x14x8 -> 7x7x8 or 16x16x8 -> 8x8x8; stride 1 -> 14x14x8;
                       or (floor) -> 7x7x8, (ceil) -> 8x8x8, (pad=1, floor) -> 8x8x8
    "#]],
    );
}

#[test]
fn features_have_no_place() {
    errors(
        "input 784 -> conv3-8 -> maxpool -> maxpool3/2",
        &expect![[r#"
            conv3-8
                conv3-8 needs a volume, but features come in, which have no place in space
                  input:   784 features, from `input`
                  fits:    input 28x28x1 or 1x1x784
        "#]],
    );
    errors(
        "input 3072 -> maxpool",
        &expect![[r#"
            maxpool
                maxpool needs a volume, but features come in, which have no place in space
                  input:   3072 features, from `input`
                  fits:    input 32x32x3 or 1x1x3072
        "#]],
    );
    errors(
        "input 100x100x3 -> fc-10 -> lrn",
        &expect![[r#"
            lrn
                lrn needs a volume, but features come in, which have no place in space
                  input:   10 features, from `fc-10`
                  fits:    lrn before `flatten` and `fc`
        "#]],
    );
    errors(
        "input 8x8x3 -> flatten -> gap -> upsample2",
        &expect![[r#"
            gap
                gap needs a volume, but features come in, which have no place in space
                  input:   192 features, from `flatten`
                  fits:    gap before `flatten` and `fc`
        "#]],
    );
}

#[test]
fn depths() {
    errors(
        "input 8x8x3 -> conv3-8(groups=2) -> conv3-9(groups=4) -> conv3-8(groups=5)",
        &expect![[r#"
            groups=2
                groups=2 does not divide the depth 3 of its input (from `input`)
                  fits:    groups=1 or 3
            groups=4
                groups=4 does not divide its 9 filters
                  fits:    groups=3 or 9
            groups=5
                groups=5 divides neither the depth 9 of its input (from `conv3-9`) nor its 8 filters
                  fits:    groups=1
        "#]],
    );
    errors(
        "input 8x8x9 -> maxout -> maxout(4) -> widen-2 -> fc-10 -> maxout(3)",
        &expect![[r#"
            maxout
                maxout(2) does not divide the depth of its input
                  input:   8x8x9, from `input`
                  formula: depth / k = 9/2, which leaves a rest of 1
                  fits:    depth 8 or 10
            maxout(3)
                maxout(3) does not divide the depth of its input
                  input:   10 features, from `fc-10`
                  formula: depth / k = 10/3, which leaves a rest of 1
                  fits:    depth 9 or 12
        "#]],
    );
}

#[test]
fn options_out_of_range() {
    errors(
        "input 8x8x3 -> lrn(n=4) -> dropout(1) -> dropout(50) -> dropout(0) -> bn(eps=0, momentum=1.5) -> bn(eps=-1.0)",
        &expect![[r#"
            n=4
                lrn looks at n channels around each one, so n is odd: n=3 or n=5, not 4
            1
                dropout(1) makes no sense: p, the part that is dropped, is at least 0 and less than 1
            50
                dropout(50) makes no sense: p, the part that is dropped, is at least 0 and less than 1; for 50 percent write dropout(0.5)
            eps=0
                eps is 0, but must be larger than 0
            momentum=1.5
                momentum is 1.5, but must lie between 0 and 1: it is the new value's part in the running statistics
            eps=-1.0
                eps is -1, but must be larger than 0
        "#]],
    );
    errors(
        "input 8x8x3 -> dropout(-0.5) -> dropout(1000) -> clipped_relu(0) -> leaky_relu(0.2)",
        &expect![[r#"
            -0.5
                dropout(-0.5) makes no sense: p, the part that is dropped, is at least 0 and less than 1
            1000
                dropout(1000) makes no sense: p, the part that is dropped, is at least 0 and less than 1
            0
                clipped_relu(0) is zero everywhere; its ceiling must be larger than 0
        "#]],
    );
}

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
fn numbers_too_large() {
    errors(
        "input 8x8x3 -> conv3-18446744073709551615 -> maxpool -> conv3-4",
        &expect![[r#"
            conv3-18446744073709551615
                `conv3-18446744073709551615` is too large for 64-bit counts: 8x8x18446744073709551615
        "#]],
    );
    errors(
        "input 8x8x3 -> fc-1000000000000 -> fc-1000000000000",
        &expect![[r#"
        fc-1000000000000
            with `fc-1000000000000` the network is too large for 64-bit counts
    "#]],
    );
    errors(
        "input 8x8x3 -> conv3-8(pad=9223372036854775808) -> upsample9223372036854775807 -> conv3-8",
        &expect![[r#"
            conv3-8(pad=9223372036854775808)
                the numbers of conv3-8 are too large to compute with
        "#]],
    );
    errors(
        "input 8x8x3 -> conv3-8(pad=9223372036854775800, dilation=100) -> conv3-8",
        &expect![[r#"
            conv3-8(pad=9223372036854775800, dilation=100)
                `conv3-8` is too large for 64-bit counts: 18446744073709551408x18446744073709551408x8
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
fn numbers_of_32_bits() {
    errors(
        "input 8x8x4 -> bn(eps=1e-46) -> clipped_relu(1e-50) -> dropout(0.99999999999) -> lrn(k=0, alpha=0)
        -> lrn(k=-2, alpha=-1) -> lrn(beta=-0.75, alpha=0) -> bn(eps=0)",
        &expect![[r#"
            eps=1e-46
                eps is 1e-46, which rounds to 0 as a 32-bit float, but must be larger than 0
            1e-50
                clipped_relu(1e-50) is zero everywhere, because `1e-50` rounds to 0 as a 32-bit float; its ceiling must be larger than 0
            0.99999999999
                dropout(0.99999999999) makes no sense: `0.99999999999` rounds to 1 as a 32-bit float, and p, the part that is dropped, is at least 0 and less than 1
            k=0
                k is 0, but must be larger than 0
            alpha=-1
                alpha is -1, but must be at least 0
            k=-2
                k is -2, but must be larger than 0
            eps=0
                eps is 0, but must be larger than 0
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
