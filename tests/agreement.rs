//! The formula exists three times: in the macro, which needs it before there is a program; as a `const fn` of the runtime;
//! and as arithmetic on types. Here they agree.
//!
//! `agreement/formula.txt` is a table that the macro's function has written (a test of the macro crate compares it; run that
//! with `UPDATE_EXPECT=1` to write it anew) and that the runtime's function reproduces here, line by line. In the declarations
//! below every layer carries its assertion that macro and runtime agree, and type arithmetic is compared on top of it.

use convnet_runtime::prelude::*;
use convnet_runtime::shape::typed::{CeilOut, ConvOut, Dilated, ExactOut, PoolOut, SameOut};
use convnet_runtime::shape::{Rounding, extent, same_padding};
use typenum::{U0, U1, U2, U3, U4, U5, U7, U11, U13, U14, U27, U28, U32, U55, U112, U224, U227, Unsigned};

/// `5/2 pad 1 dilation 3 floor: . . . 1 1 2`, one number for each input from 1 on; a dot where nothing fits. With `same`,
/// the padding before and after follows: `3+1+2`.
#[test]
fn the_runtime_reproduces_the_macros_table() {
    let table = include_str!("agreement/formula.txt");
    let mut compared = 0;
    for line in table.lines() {
        let (head, row) = line.split_once(": ").expect("a head and a row");
        let words: Vec<&str> = head.split([' ', '/']).collect();
        let [kernel, stride, "pad", pad, "dilation", dilation, rounding] = words[..] else {
            panic!("not a head: {head}");
        };
        let [kernel, stride, pad, dilation] = [kernel, stride, pad, dilation].map(|n| n.parse().expect("a number"));
        let rounding = match rounding {
            "exact" => Rounding::Exact,
            "floor" => Rounding::Floor,
            "ceil" => Rounding::Ceil,
            "same" => Rounding::Same,
            other => panic!("no rounding: {other}"),
        };
        for (input, cell) in (1..).zip(row.split(' ')) {
            let output = extent(input, kernel, stride, pad, pad, dilation, rounding);
            let ours = match (output, rounding) {
                (None, _) => ".".to_owned(),
                (Some(output), Rounding::Same) => {
                    let (before, after) = same_padding(input, kernel, stride, dilation).expect("it has an output");
                    format!("{output}+{before}+{after}")
                }
                (Some(output), _) => output.to_string(),
            };
            assert_eq!(ours, cell, "{head}, input {input}");
            compared += 1;
        }
    }
    assert!(compared > 10_000, "{compared}");
}

/// Declares a network of one layer and compares its size with a type's number.
macro_rules! agree {
    ($($name:ident: input $input:literal -> [$($layer:tt)*] is $out:ty;)*) => { $(
        network! {
            #[doc = stringify!($($layer)*)]
            pub struct $name { input $input -> $($layer)* }
        }

        const _: () = {
            let [height, width, _] = $name::LAYERS[0].volume;
            assert!(height == <$out as Unsigned>::U64, stringify!($($layer)*));
            assert!(width == height);
        };
    )* };
}

agree! {
    Alex: input 227x227x3 -> [conv11-96/4(pad=0)] is ExactOut<U227, U11, U4, U0>;
    AlexFloor: input 224x224x3 -> [conv11-64/4(pad=2, floor)] is ConvOut<U224, U11, U4, U2>;
    AlexPool: input 55x55x3 -> [maxpool3/2] is ExactOut<U55, U3, U2, U0>;
    Preserved: input 32x32x3 -> [conv3-8] is ExactOut<U32, U3, U1, U1>;
    Preserved7: input 27x27x3 -> [conv7-8] is ExactOut<U27, U7, U1, U3>;
    One: input 1x1x3 -> [conv3-8] is ExactOut<U1, U3, U1, U1>;
    Valid: input 32x32x3 -> [conv5-8(pad=0)] is ExactOut<U32, U5, U1, U0>;
    ResNet: input 224x224x3 -> [conv7-64/2(floor)] is ConvOut<U224, U7, U2, U3>;
    Depthwise: input 112x112x3 -> [dwconv3/2(floor)] is ConvOut<U112, U3, U2, U1>;
    Halved: input 28x28x3 -> [maxpool] is PoolOut<U28, U2, U2>;
    Ceil: input 112x112x3 -> [maxpool3/2(ceil)] is CeilOut<U112, U3, U2, U0>;
    CeilDrops: input 13x13x3 -> [maxpool2(pad=1, ceil)] is CeilOut<U13, U2, U2, U1>;
    CeilAverage: input 14x14x3 -> [avgpool3/4(pad=1, ceil)] is CeilOut<U14, U3, U4, U1>;
    Same: input 224x224x3 -> [conv7-8/2(same)] is SameOut<U224, U2>;
    SamePool: input 55x55x3 -> [maxpool3/4(same)] is SameOut<U55, U4>;
    SameEven: input 13x13x3 -> [conv4-8/3(same)] is SameOut<U13, U3>;
    Holes: input 32x32x3 -> [conv3-8(dilation=3)] is ExactOut<U32, Dilated<U3, U3>, U1, U3>;
    HolesFloor: input 27x27x3 -> [conv5-8/3(pad=1, dilation=2, floor)] is ConvOut<U27, Dilated<U5, U2>, U3, U1>;
    HolesEven: input 28x28x3 -> [conv4-8/2(pad=1, dilation=3)] is ExactOut<U28, Dilated<U4, U3>, U2, U1>;
    HolesSame: input 28x28x3 -> [conv3-8/3(dilation=4, same)] is SameOut<U28, U3>;
}

/// Many layers in one declaration: sizes, paddings, strides, dilations and roundings in both directions.
mod sweep {
    use convnet_runtime::prelude::*;

    network! {
        /// Every rest is dropped.
        #[rounding(floor)]
        pub struct Floor {
            input 501x403x2
            -> conv3x5-2/2x3(pad=0) -> 250x133x2
            -> conv4x1-2/1x2(pad=2x0) -> 251x67x2
            -> maxpool2x3/3x2(pad=1) -> 84x34x2
            -> conv3-2/1(dilation=2x3, pad=1) -> 82x30x2
            -> avgpool5/4(pad=2) -> 21x8x2
            -> conv7x2-2/2(pad=3x1) -> 11x5x2
            -> dwconv3/2(pad=1) -> 6x3x2
        }
    }

    network! {
        /// Pools see what is left, convolutions do not.
        #[rounding(ceil)]
        pub struct Ceil {
            input 501x403x2
            -> maxpool3x2/2x4 -> 250x101x2
            -> conv4-2/3(pad=1) -> 83x34x2
            -> maxpool2/2(pad=1) -> 42x18x2
            -> avgpool3x5/4x2(pad=1x2) -> 11x10x2
            -> conv2-2/2(pad=0) -> 5x5x2
            -> maxpool3/3 -> 2x2x2
        }
    }

    network! {
        /// As large as the stride says.
        #[rounding(same)]
        pub struct Same {
            input 501x403x2
            -> conv4x3-2/2x5 -> 251x81x2
            -> maxpool3/3x2 -> 84x41x2
            -> conv2-2(dilation=3) -> 84x41x2
            -> avgpool -> 42x21x2
            -> dwconv6/4 -> 11x6x2
            -> conv1-2/7 -> 2x1x2
        }
    }
}

#[test]
fn the_input_is_a_type_too() {
    type First<N> = ExactOut<<N as Network>::InputHeight, U11, U4, U0>;

    fn input<N: Network>() -> [usize; 3] {
        [N::InputHeight::USIZE, N::InputWidth::USIZE, N::InputDepth::USIZE]
    }
    assert_eq!(input::<Alex>(), [227, 227, 3]);
    assert_eq!(input::<sweep::Floor>(), [501, 403, 2]);
    assert_eq!(First::<Alex>::USIZE, 55);
}
