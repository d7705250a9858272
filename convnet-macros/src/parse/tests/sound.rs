//! Networks without mistakes.

use expect_test::expect;

use super::{layer, number, options, pair, shapes, sound};
use crate::ast::Word;
use crate::shape::Volume;

#[test]
fn reads_the_lecture() {
    let network = sound(
        "/// VGG
        #[must_use] #[budget(params <= 140M, macs <= 15.5G, train <= 64KiB)] #[rounding(floor)] #[conv(direct)] #[weights(f16)]
        pub struct VggD {
            input 224x224x3
            -> [conv3-64 -> relu]*2 -> maxpool -> LRN
            -> [[conv3-512 -> ReLU]*3 -> maxpool]*2 -> 7x7x512
            -> [FC-4096 -> relu -> dropout(0.5)]*2 @ fc7
            -> FC-1000 -> soft-max
        }",
    );
    assert_eq!(network.name, "VggD");
    assert_eq!(network.attributes.len(), 2);
    let budgets: Vec<_> = network.budgets.iter().map(|budget| (budget.kind, budget.limit)).collect();
    expect!["[(Params, 140000000), (Macs, 15500000000), (Train, 65536)]"].assert_eq(&format!("{budgets:?}"));
    expect!["Floor Direct true"].assert_eq(&format!(
        "{:?} {:?} {}",
        network.rounding,
        network.algorithm,
        network.half.is_some()
    ));
    assert_eq!(network.input.volume, Volume::Map { height: 224, width: 224, depth: 3 });
    expect!["[conv3-64 -> relu]*2 -> maxpool -> LRN -> [[conv3-512 -> ReLU]*3 -> maxpool]*2 -> <7x7x512> -> [FC-4096 -> relu -> dropout(0.5)]*2 @ fc7 -> FC-1000 -> soft-max"].assert_eq(&shapes(&network.chain));
}

/// `INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC` with its numbers filled in.
#[test]
fn case_does_not_count() {
    let network = sound(
        "struct Net {
            BLOCK wide(k) = CONV3-k -> RELU;
            INPUT 32x32x3 -> [[CONV3-16 -> RELU]*2 -> [MaxPool]*1]*3 -> Frozen (Wide::Net + SKIP) -> SHARED wide(8)
            -> [FC-64 -> RELU]*2 -> FC-10
        }",
    );
    expect!["[[CONV3-16 -> RELU]*2 -> [MaxPool]*1]*3 -> frozen (network Wide::Net + skip) -> shared wide(8) -> [FC-64 -> RELU]*2 -> FC-10"].assert_eq(&shapes(&network.chain));
}

#[test]
fn reads_blocks_branches_and_heads() {
    let network = sound(
        "pub(crate) struct Net {
            block stem() = basic(64, 2) -> shared basic(64, 1);
            block basic(c, s) = (conv3-c/s -> bn -> relu -> conv3-c(pad=s) -> bn + conv1-c/s) -> relu*s;
            input 32 x 32 x 3
            -> stem() @ stem -> frozen [stem()]*2 -> (conv1-64 | maxpool3/1(pad=1) | skip)
            -> ([conv3-64 -> relu]*0 + skip) -> crate::nets::Backbone -> 7x7x512 -> Backbone @ b -> (h=1, w=7, c=9)
            -> { boxes: fc-4, classes: relu -> { a: fc-1, b: soft-max, }, }
        }",
    );
    expect!["basic(64, 2) -> shared basic(64, 1)"].assert_eq(&shapes(&network.blocks[0].chain));
    expect!["(conv3-c/s -> bn -> relu -> conv3-c(pad=s) -> bn + conv1-c/s) -> relu*$s"]
        .assert_eq(&shapes(&network.blocks[1].chain));
    expect!["stem() @ stem -> frozen [stem()]*2 -> (conv1-64 | maxpool3/1(pad=1) | skip) -> ([conv3-64 -> relu]*0 + skip) -> network crate::nets::Backbone -> <7x7x512> -> network Backbone @ b -> <1x7x9> -> {boxes: fc-4, classes: relu -> {a: fc-1, b: soft-max}}"].assert_eq(&shapes(&network.chain));
}

#[test]
fn reads_layers() {
    let conv = layer("Conv3x5 - 64/2x1(pad = 20x5,floor)");
    assert_eq!(conv.text, "Conv3x5-64/2x1(pad=20x5, floor)");
    assert_eq!((conv.word, conv.size), (Word::Conv, Some((3, 5))));
    assert_eq!(conv.count.as_ref().map(number).as_deref(), Some("64"));
    assert_eq!(conv.stride.as_ref().map(pair).as_deref(), Some("2x1"));
    expect!["pad=20x5 'floor"].assert_eq(&options(&conv));
    let all = [
        "conv5-192(bias=position)",
        "conv3-8(BIAS=False, Direct, same)",
        "conv1x3-8(pad=0x1, dilation=2, groups=2,)",
        "leaky_relu(-0.1)",
        "leaky_relu(1e-2)",
        "elu(5.)",
        "clipped_relu(20)",
        "dropout(0.5)",
        "maxout(2)",
        "lrn(n=5, alpha=1e-4, beta=0.75, k=2, within)",
        "bn(eps=1e-5, momentum=0.1)",
        "upsample2(bilinear)",
        "widen-32",
        "fc-10(bias=false)",
        "maxpool3/2(pad=1, ceil)",
    ];
    let read: Vec<String> = all.iter().map(|source| format!("{source}: {}", options(&layer(source)))).collect();
    expect![[r#"
        conv5-192(bias=position): bias='position
        conv3-8(BIAS=False, Direct, same): bias=false 'direct 'same
        conv1x3-8(pad=0x1, dilation=2, groups=2,): pad=0x1 dilation=2 groups=2
        leaky_relu(-0.1): -0.1
        leaky_relu(1e-2): 0.01
        elu(5.): 5.0
        clipped_relu(20): 20
        dropout(0.5): 0.5
        maxout(2): 2
        lrn(n=5, alpha=1e-4, beta=0.75, k=2, within): n=5 alpha=0.0001 beta=0.75 k=2 'within
        bn(eps=1e-5, momentum=0.1): eps=1e-5 momentum=0.1
        upsample2(bilinear): 'bilinear
        widen-32: 
        fc-10(bias=false): bias=false
        maxpool3/2(pad=1, ceil): pad=1 'ceil"#]]
    .assert_eq(&read.join("\n"));
}

#[test]
fn every_example_is_right() {
    for word in Word::ALL {
        let layer = layer(word.example());
        assert_eq!((layer.word, layer.text.as_str()), (word, word.example()));
        assert_eq!(Word::from_name(word.name()), Some(word));
    }
}

#[test]
fn reads_volumes() {
    for (source, volume) in [
        ("784", Volume::Features(784)),
        ("1_000", Volume::Features(1000)),
        ("32 x 32 x 3", Volume::Map { height: 32, width: 32, depth: 3 }),
        ("32x32 x3", Volume::Map { height: 32, width: 32, depth: 3 }),
        ("1x161x1", Volume::Map { height: 1, width: 161, depth: 1 }),
        ("(w=224, h=3, c=224)", Volume::Map { height: 3, width: 224, depth: 224 }),
    ] {
        assert_eq!(sound(&format!("struct Net {{ input {source} -> relu }}")).input.volume, volume);
    }
}

#[test]
fn heads_are_called_like_numbers() {
    let network = sound(
        "struct Net { input 8x8x4 -> { boxes: conv1-4, same: relu, stride: maxpool, s2: conv3-2/2(floor), filters: fc-3 } }",
    );
    expect!["{boxes: conv1-4, same: relu, stride: maxpool, s2: conv3-2/2(floor), filters: fc-3}"]
        .assert_eq(&shapes(&network.chain));
}
