//! What the macro makes of four networks, as files under `tests/snapshots` in the repository: the plan as a table, the
//! code as one reads it. And the formula as a table, which a test of the runtime reproduces. After a change that is meant,
//! `UPDATE_EXPECT=1 cargo test -p convnet-macros` writes them anew: read the difference.

use std::fmt::Write;

use expect_test::{ExpectFile, expect_file};
use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::Errors;
use crate::shape::{Axis, Rounding};
use crate::{expand, lower, parse};

fn lenet() -> TokenStream {
    quote! {
        pub struct LeNet {
            input 28x28x1
            -> conv5-20(pad=0) -> maxpool
            -> conv5-50(pad=0) -> maxpool
            -> FC-500 -> relu @ features -> dropout -> FC-10 -> softmax
        }
    }
}

fn resnet() -> TokenStream {
    quote! {
        #[rounding(floor)]
        pub struct SmallResNet {
            block basic(c) = (
                conv3-c(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2
                + skip
            ) -> relu;
            block halve(c) = (
                conv3-c/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2
                + [conv1-c/2(bias=false) -> bn] @ downsample
            ) -> relu;

            input 32x32x3
            -> conv3-16(bias=false) -> bn -> relu
            -> basic(16) @ layer1 -> halve(32) @ layer2
            -> gap -> FC-10
        }
    }
}

fn inception() -> TokenStream {
    quote! {
        pub struct Inception {
            input 28x28x32
            -> (conv1-16 -> relu
                | conv1-16 -> relu -> conv3-24 -> relu
                | maxpool3/1(pad=1) -> conv1-8 -> relu)
            -> lrn -> maxpool
            -> { classes: gap -> FC-5 -> softmax, boxes: conv1-4 }
        }
    }
}

/// Groups that are whole blocks of channels, and groups that are not.
fn groups() -> TokenStream {
    quote! {
        pub struct Groups {
            input 27x27x96
            -> conv5-256(groups=2) -> relu -> maxpool3/2
            -> conv3-384(groups=2) -> relu -> conv3-72(groups=3) -> relu -> conv3-96(groups=2)
        }
    }
}

/// 1x1 filters: of few and of many channels, of an odd number of blocks, with a stride, before a pool, and tap by tap.
fn pointwise() -> TokenStream {
    quote! {
        pub struct Pointwise {
            input 28x28x64
            -> conv1-256 -> relu -> conv1-256 -> relu -> conv1-512/2(floor) -> relu
            -> conv1-240 -> relu -> conv1-512 -> relu -> conv1-512(direct) -> relu
            -> conv1-512 -> relu -> maxpool -> conv1-1024 -> gap -> FC-10
        }
    }
}

fn perceptron() -> TokenStream {
    quote! {
        #[weights(f16)]
        pub struct Perceptron { input 784 -> FC-300 -> relu -> FC-10 -> softmax }
    }
}

fn plan(network: TokenStream, expected: &ExpectFile) {
    let mut errors = Errors::default();
    let network = parse::parse(network, &mut errors).expect("it can be read");
    let graph = lower::lower(network, &mut errors);
    assert!(errors.is_empty());
    let mut text = String::new();
    for (title, training) in [("inference", false), ("training", true)] {
        let program = expand::plan(&graph, training);
        writeln!(text, "{title}\n{}", program.table(&graph)).expect("strings grow");
    }
    expected.assert_eq(&text);
}

fn code(network: TokenStream, expected: &ExpectFile) {
    let file = syn::parse2(expand::expand(network)).expect("the code is Rust");
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn plans() {
    plan(lenet(), &expect_file!["../../tests/snapshots/lenet.plan"]);
    plan(resnet(), &expect_file!["../../tests/snapshots/resnet.plan"]);
    plan(inception(), &expect_file!["../../tests/snapshots/inception.plan"]);
    plan(groups(), &expect_file!["../../tests/snapshots/groups.plan"]);
    plan(pointwise(), &expect_file!["../../tests/snapshots/pointwise.plan"]);
    plan(perceptron(), &expect_file!["../../tests/snapshots/perceptron.plan"]);
}

#[test]
fn emitted_code() {
    code(lenet(), &expect_file!["../../tests/snapshots/lenet.expanded"]);
    code(resnet(), &expect_file!["../../tests/snapshots/resnet.expanded"]);
    code(inception(), &expect_file!["../../tests/snapshots/inception.expanded"]);
}

/// `5/2 pad 1 dilation 3 floor: . . . 1 1 2`, one number for each input from 1 to 32; a dot where nothing fits. With
/// `same`, the padding before and after follows: `3+1+2`.
#[test]
fn formula() {
    let roundings =
        [("exact", Rounding::Exact), ("floor", Rounding::Floor), ("ceil", Rounding::Ceil), ("same", Rounding::Same)];
    let mut table = String::new();
    for (kernel, stride) in [1, 2, 3, 4, 5, 7].iter().flat_map(|&kernel| (1..=4).map(move |stride| (kernel, stride))) {
        for (pad, dilation) in (0..=3).flat_map(|pad| (1..=3).map(move |dilation| (pad, dilation))) {
            // `ceil` is for pools, whose padding is half their size at most; `same` takes none.
            let said = |rounding| match rounding {
                Rounding::Exact | Rounding::Floor => true,
                Rounding::Ceil => pad <= kernel / 2,
                Rounding::Same => pad == 0,
            };
            for (name, rounding) in roundings.into_iter().filter(|&(_, rounding)| said(rounding)) {
                let row: Vec<String> = (1..=32)
                    .map(|input| {
                        let fit = Axis { input, kernel, stride, pad, dilation }.fit(rounding);
                        fit.map_or_else(
                            |_| ".".to_owned(),
                            |fit| match rounding {
                                Rounding::Same => format!("{}+{}+{}", fit.output, fit.pad_before, fit.pad_after),
                                _ => fit.output.to_string(),
                            },
                        )
                    })
                    .collect();
                writeln!(table, "{kernel}/{stride} pad {pad} dilation {dilation} {name}: {}", row.join(" "))
                    .expect("strings grow");
            }
        }
    }
    expect_file!["../../tests/agreement/formula.txt"].assert_eq(&table);
}
