//! Volumes: those that are stated, features where a volume is needed, depths.

use expect_test::expect;

use super::super::errors;

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
