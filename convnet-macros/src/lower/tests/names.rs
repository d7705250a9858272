//! Names of weights, fields and taps.

use expect_test::expect;

use super::nets::{RESNET, VGG_A, VGG_D};
use super::{chain, errors, keys, sound};
use crate::ir::Graph;

fn classified(body: &str) -> Graph {
    let tail = "[[fc-4096 -> relu -> dropout]*2 -> fc-1000] @ classifier";
    chain(&format!("input 224x224x3 -> [{body}] @ features -> {tail}")).0
}

fn fields(graph: &Graph) -> Vec<String> {
    let path =
        |weights: &crate::ir::Weights| weights.path.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    graph.weights.iter().map(path).collect()
}

fn taps(graph: &Graph) -> Vec<String> {
    graph.taps.iter().map(|tap| format!("{} = {}", tap.name, graph.nodes[tap.node].key)).collect()
}

#[test]
fn torchvisions_vgg() {
    let names = |numbers: &[usize]| {
        let features = numbers.iter().map(|number| format!("features.{number}"));
        features.chain([0, 3, 6].map(|number| format!("classifier.{number}"))).collect::<Vec<_>>()
    };
    assert_eq!(keys(&classified(VGG_A)), names(&[0, 3, 6, 8, 11, 13, 16, 18]));
    let b = "[[conv3-64 -> relu]*2 -> maxpool]*5";
    assert_eq!(keys(&classified(b)), names(&[0, 2, 5, 7, 10, 12, 15, 17, 20, 22]));
    assert_eq!(keys(&classified(VGG_D)), names(&[0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]));
    let e = VGG_D.replace("*3", "*4");
    assert_eq!(keys(&classified(&e)), names(&[0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]));
}

#[test]
fn torchvisions_alexnet() {
    let (graph, _) = sound(
        "#[rounding(floor)] struct AlexNet { input 224x224x3
        -> [conv11-64/4(pad=2) -> relu -> maxpool3/2 -> conv5-192 -> relu -> maxpool3/2
        -> conv3-384 -> relu -> [conv3-256 -> relu]*2 -> maxpool3/2] @ features
        -> [dropout -> fc-4096 -> relu -> dropout -> fc-4096 -> relu -> fc-1000] @ classifier }",
    );
    let names = "features.0 features.3 features.6 features.8 features.10 classifier.1 classifier.4 classifier.6";
    assert_eq!(keys(&graph), names.split(' ').collect::<Vec<_>>());
    let fields = fields(&graph);
    assert_eq!((&*fields[0], &*fields[5]), ("features.conv0", "classifier.fc1"));
    assert_eq!(taps(&graph), ["FEATURES = features.12", "CLASSIFIER = classifier.6"]);
}

#[test]
fn torchvisions_resnet() {
    let (graph, _) = sound(&format!("#[rounding(floor)] struct ResNet18 {{ {RESNET} }}"));
    let keys = keys(&graph);
    let some = [
        (0, "conv1"),
        (1, "bn1"),
        (2, "layer1.0.conv1"),
        (3, "layer1.0.bn1"),
        (4, "layer1.0.conv2"),
        (6, "layer1.1.conv1"),
        (10, "layer2.0.conv1"),
        (14, "layer2.0.downsample.0"),
        (15, "layer2.0.downsample.1"),
        (16, "layer2.1.conv1"),
    ];
    for (id, key) in some {
        assert_eq!(keys[id], key);
    }
    assert_eq!(keys.last(), Some(&"fc"));
    let fields = fields(&graph);
    assert_eq!((&*fields[2], &*fields[14]), ("layer1.basic0.conv1", "layer2.first0.downsample.conv0"));
    let taps = taps(&graph);
    assert!(taps.contains(&"LAYER1 = layer1.1.5".to_owned()), "{taps:?}");
    assert!(taps.contains(&"LAYER1_BASIC0_CONV1 = layer1.0.conv1".to_owned()), "{taps:?}");
}

#[test]
fn names_replace_numbers() {
    let (graph, _) =
        chain("input 8x8x4 -> conv3-4 -> relu -> conv3-4 @ mid -> relu @ act -> (conv3-4 + skip) -> conv3-4");
    assert_eq!(keys(&graph), ["0", "mid", "4", "5"]);
    assert_eq!(fields(&graph), ["conv0", "mid", "conv4", "conv5"]);
    assert_eq!(taps(&graph), ["MID = mid", "ACT = act"]);
}

#[test]
fn levels() {
    let (graph, _) =
        chain("input 8x8x4 -> conv3-4*2 @ a -> [conv3-4]*2 -> 8x8x4 -> [relu -> conv3-4] @ fooBar -> conv3-4");
    assert_eq!(keys(&graph), ["a.0", "a.1", "1", "2", "fooBar.1", "4"]);
    assert_eq!(taps(&graph), ["A = a.1", "FOO_BAR = fooBar.1"]);
    let (graph, _) = chain("input 8x8x4 -> conv3-4*0 @ none -> [relu]*0 -> conv3-4");
    assert_eq!(keys(&graph), ["0"]);
    assert!(graph.taps.is_empty());
}

#[test]
fn heads_are_levels() {
    let (graph, _) =
        chain("input 8x8x4 -> conv3-4 -> {class: fc-10 -> softmax, boxes: {at: fc-2, size: conv3-2 @ last}}");
    assert_eq!(keys(&graph), ["0", "class.0", "boxes.at.0", "boxes.size.last"]);
    assert_eq!(taps(&graph), ["BOXES_SIZE_LAST = boxes.size.last"]);
    assert_eq!((graph.trunk, graph.nodes.len()), (2, 6));
}

#[test]
fn networks_are_levels() {
    let (graph, counts) = chain(
        "input 224x224x3 -> nets::VggBody -> 7x7x512 -> frozen Head @ head -> 512 -> VggBody -> 7x7x512 -> fc-10",
    );
    assert_eq!(keys(&graph), ["0", "head", "2", "3"]);
    assert_eq!(fields(&graph), ["vgg_body0", "head", "vgg_body2", "fc3"]);
    assert_eq!(counts.params.to_string(), "250,890 + nets::VggBody + Head + VggBody");
    assert!(graph.weights[1].frozen && !graph.weights[0].frozen);
}

#[test]
fn names_used_twice() {
    errors(
        "input 8x8x4 -> conv3-4 @ a -> relu @ a -> [conv3-4 @ b]*3 -> relu @ params -> conv3-4 -> relu @ conv6",
        &expect![[r#"
            a
                the name `a` is used twice in one level
            b
                the name `b` is used twice in one level: a repetition repeats it; name the whole repeat, `[..]*n @ x`, or put it in a block
                  where:   in repetition 2 of 3
            params
                `@ params` would make the constant `PARAMS`, which every network has; choose another name
            conv6
                `conv6` is also the field of an unnamed layer in this level; choose another name
        "#]],
    );
    errors(
        "input 8x8x4 -> [conv3-4] @ a_b -> [relu -> relu @ b] @ a -> relu @ conv3 -> conv3-4 -> conv3-4",
        &expect![[r#"
            b
                `@ b` makes the constant `A_B`, which another name makes too
            conv3
                `conv3` is also the field of the conv that is number 3 in this level; choose another name
        "#]],
    );
}

#[test]
fn names_of_fields_and_types() {
    errors(
        "input 8x8x4 -> conv3-4 @ workspaces -> relu @ forward -> relu @ by_sample -> conv3-4",
        &expect![[r#"
            workspaces
                every network has a field `workspaces`; choose another name
            forward
                `@ forward` would make the constant `FORWARD`, which every network has; choose another name
            by_sample
                `@ by_sample` would make the constant `BY_SAMPLE`, which every network has; choose another name
        "#]],
    );
    errors(
        "input 8x8x4 -> { a: fc-10 -> relu -> fc-2, A: fc-3 }",
        &expect![[r#"
        A
            `A` makes the type `NetA`, which another name makes too; choose another name
    "#]],
    );
    errors(
        "input 8x8x4 -> [conv3-4*2] @ output -> { a: {b: fc-1}, a_: {b: fc-1}, c: fc-2 }",
        &expect![[r#"
        a_
            `a_` makes the type `NetOutputA`, which another name makes too; choose another name
    "#]],
    );
    errors(
        "input 8x8x4 -> [[conv3-4]*2 @ b] @ a -> [conv3-4]*2 @ a_b -> relu",
        &expect![[r#"
        a_b
            `@ a_b` makes the constant `A_B`, which another name makes too
    "#]],
    );
    errors(
        "input 8x8x4 -> Self -> 10",
        &expect![[r#"
        Self
            `Net` cannot be a layer of itself
    "#]],
    );
}
