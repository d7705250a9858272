//! ONNX's operator cases (`../shared/data/ops`) that the language can say, against their recorded outputs.

mod archive;
#[path = "../support/difference.rs"]
mod difference;
#[path = "../support/found.rs"]
mod found;
mod judge;
mod onnx;
mod outside;

use std::collections::BTreeSet;

use convnet_runtime::prelude::*;

use outside::OUTSIDE;

/// Declares a network for each case. A case's tensor of other than four dimensions is read as a batch of the declared input.
macro_rules! operators {
    ($($name:ident = $case:literal { $($network:tt)* })+) => {
        $(
            mod $name {
                use convnet_runtime::prelude::*;

                network! { pub struct Net { $($network)* } }

                #[test]
                fn agrees() {
                    crate::judge::judge::<Net>($case);
                }
            }
        )+
        const DECLARED: &[&str] = &[$($case),+];
    };
}

operators! {
    conv = "pytorch-converted/test_Conv2d" { input 7x5x3 -> conv3x2-4(pad=0) }
    conv_depthwise = "pytorch-converted/test_Conv2d_depthwise" { input 6x6x4 -> dwconv3(pad=0) }
    conv_depthwise_padded = "pytorch-converted/test_Conv2d_depthwise_padded" { input 6x6x4 -> dwconv3 }
    conv_depthwise_strided = "pytorch-converted/test_Conv2d_depthwise_strided" { input 6x6x4 -> dwconv3/2(pad=0, floor) }
    conv_multiplier = "pytorch-converted/test_Conv2d_depthwise_with_multiplier" { input 6x6x4 -> conv3-8(pad=0, groups=4) }
    conv_dilated = "pytorch-converted/test_Conv2d_dilated" { input 8x8x3 -> conv3-2/2(pad=1, dilation=2, floor) }
    conv_groups = "pytorch-converted/test_Conv2d_groups" { input 6x5x4 -> conv3x2-6(pad=0, groups=2) }
    conv_groups_thnn = "pytorch-converted/test_Conv2d_groups_thnn" { input 6x5x4 -> conv3x2-6(pad=0, groups=2) }
    conv_no_bias = "pytorch-converted/test_Conv2d_no_bias" { input 6x5x3 -> conv3x2-4(pad=0, bias=false) }
    conv_padding = "pytorch-converted/test_Conv2d_padding" { input 6x6x3 -> conv3-4/2(floor) }
    conv_strided = "pytorch-converted/test_Conv2d_strided" { input 6x6x3 -> conv3-4/2(pad=0, floor) }
    conv_basic_padded = "node/test_basic_conv_with_padding" { input 5x5x1 -> conv3-1(bias=false) }
    conv_basic = "node/test_basic_conv_without_padding" { input 5x5x1 -> conv3-1(pad=0, bias=false) }
    conv_same = "node/test_conv_with_autopad_same" { input 5x5x1 -> conv3-1/2(same, bias=false) }
    conv_pad_each_way = "node/test_conv_with_strides_and_asymmetric_padding" { input 7x5x1 -> conv3-1/2(pad=1x0, bias=false) }
    conv_strides = "node/test_conv_with_strides_no_padding" { input 7x5x1 -> conv3-1/2(pad=0, bias=false) }
    conv_strides_padded = "node/test_conv_with_strides_padding" { input 7x5x1 -> conv3-1/2(bias=false) }

    max_torch = "pytorch-converted/test_MaxPool2d" { input 7x7x3 -> maxpool3/2(pad=1) }
    max_1d = "pytorch-operator/test_operator_maxpool" { input (h=1, w=50, c=16) -> maxpool1x3/1x2(floor) }
    max = "node/test_maxpool_2d_default" { input 32x32x3 -> maxpool2/1 }
    max_ceil = "node/test_maxpool_2d_ceil" { input 4x4x1 -> maxpool3/2(ceil) }
    max_pads = "node/test_maxpool_2d_precomputed_pads" { input 5x5x1 -> maxpool5/1(pad=2) }
    max_bytes = "node/test_maxpool_2d_uint8" { input 5x5x1 -> maxpool5/1(pad=2) }
    max_same = "node/test_maxpool_2d_precomputed_same_upper" { input 5x5x1 -> maxpool3/2(same) }
    max_same_even = "node/test_maxpool_2d_same_upper" { input 32x32x3 -> maxpool2/1(same) }
    max_floor = "node/test_maxpool_2d_precomputed_strides" { input 5x5x1 -> maxpool(floor) }
    max_strides = "node/test_maxpool_2d_strides" { input 32x32x3 -> maxpool5/3 }
    max_global = "node/test_globalmaxpool" { input 5x5x3 -> maxpool5 }
    max_global_small = "node/test_globalmaxpool_precomputed" { input 3x3x1 -> maxpool3 }

    average_torch = "pytorch-converted/test_AvgPool2d" { input 6x6x3 -> avgpool }
    average_torch_stride = "pytorch-converted/test_AvgPool2d_stride" { input 6x6x3 -> avgpool2/2 }
    average = "node/test_averagepool_2d_default" { input 32x32x3 -> avgpool2/1 }
    average_ceil = "node/test_averagepool_2d_ceil" { input 4x4x1 -> avgpool3/2(ceil) }
    average_pads = "node/test_averagepool_2d_precomputed_pads_count_include_pad" { input 5x5x1 -> avgpool5/1(pad=2) }
    average_floor = "node/test_averagepool_2d_precomputed_strides" { input 5x5x1 -> avgpool(floor) }
    average_strides = "node/test_averagepool_2d_strides" { input 32x32x3 -> avgpool5/3 }
    average_global = "node/test_globalaveragepool" { input 5x5x3 -> gap }
    average_global_small = "node/test_globalaveragepool_precomputed" { input 3x3x1 -> gap }

    norm = "node/test_batchnorm_example" { input 4x5x3 -> bn }
    norm_training = "node/test_batchnorm_example_training_mode" { input 4x5x3 -> bn }
    norm_epsilon = "node/test_batchnorm_epsilon" { input 4x5x3 -> bn(eps=1e-2) }
    norm_epsilon_training = "node/test_batchnorm_epsilon_training_mode" { input 4x5x3 -> bn(eps=1e-2) }
    norm_torch = "pytorch-converted/test_BatchNorm2d_eval" { input 6x6x3 -> bn }
    norm_torch_momentum = "pytorch-converted/test_BatchNorm2d_momentum_eval" { input 6x6x3 -> bn(eps=1e-3, momentum=0.8) }
    lrn = "node/test_lrn" { input 5x5x5 -> lrn(n=3, alpha=2e-4, beta=0.5, k=2) }
    lrn_default = "node/test_lrn_default" { input 5x5x5 -> lrn(n=3, k=1) }

    relu = "node/test_relu" { input 60 -> relu }
    relu_torch = "pytorch-converted/test_ReLU" { input 4x5x3 -> relu }
    leaky = "node/test_leakyrelu" { input 60 -> leaky_relu(0.1) }
    leaky_default = "node/test_leakyrelu_default" { input (h=4, w=5, c=3) -> leaky_relu(0.01) }
    leaky_example = "node/test_leakyrelu_example" { input 3 -> leaky_relu(0.1) }
    leaky_torch = "pytorch-converted/test_LeakyReLU" { input 30 -> leaky_relu(0.01) }
    leaky_torch_slope = "pytorch-converted/test_LeakyReLU_with_negval" { input 30 -> leaky_relu(0.5) }
    dropout_of_none = "node/test_training_dropout_zero_ratio" { input 60 -> dropout(0.0) }

    linear = "pytorch-converted/test_Linear" { input 10 -> fc-8 }
    linear_no_bias = "pytorch-converted/test_Linear_no_bias" { input 10 -> fc-8(bias=false) }
    gemm_all = "node/test_gemm_all_attributes" { input 4 -> fc-5 }
    gemm_alpha = "node/test_gemm_alpha" { input 5 -> fc-4 }
    gemm_beta = "node/test_gemm_beta" { input 7 -> fc-4 }
    gemm_no_bias = "node/test_gemm_default_no_bias" { input 10 -> fc-3(bias=false) }
    gemm_scalar_bias = "node/test_gemm_default_scalar_bias" { input 3 -> fc-4 }
    gemm_single_bias = "node/test_gemm_default_single_elem_vector_bias" { input 7 -> fc-3 }
    gemm_bias = "node/test_gemm_default_vector_bias" { input 7 -> fc-4 }
    gemm_zero_bias = "node/test_gemm_default_zero_bias" { input 5 -> fc-4 }
    gemm_transposed_a = "node/test_gemm_transposeA" { input 6 -> fc-4 }
    gemm_transposed_b = "node/test_gemm_transposeB" { input 6 -> fc-4 }

    flatten = "node/test_flatten_axis1" { input 4x5x3 -> flatten }
    flatten_default = "node/test_flatten_default_axis" { input 3x2x4 -> flatten }
    flatten_negative = "node/test_flatten_negative_axis3" { input 4x5x3 -> flatten }
    flatten_torch = "pytorch-operator/test_operator_flatten" { input 3x4x2 -> flatten }

    softmax_of_planes = "node/test_softmax_axis_0" { input 4x5x3 -> softmax }
    softmax_of_columns = "node/test_softmax_axis_1" { input 1x5x4 -> softmax }
    softmax_last = "node/test_softmax_axis_2" { input 5 -> softmax }
    softmax_default = "node/test_softmax_default_axis" { input 5 -> softmax }
    softmax_negative = "node/test_softmax_negative_axis" { input 5 -> softmax }
    softmax_example = "node/test_softmax_example" { input 3 -> softmax }
    softmax_large = "node/test_softmax_large_number" { input 4 -> softmax }
    softmax_torch = "pytorch-converted/test_Softmax" { input 20 -> softmax }
    softmax_torch_last = "pytorch-converted/test_softmax_lastdim" { input 128 -> softmax }
    softmax_torch_third = "pytorch-converted/test_softmax_functional_dim3" { input 5 -> softmax }

    add = "node/test_add" { input (h=4, w=5, c=6) -> (conv1-3(bias=false) + conv1-3(bias=false)) }
    concat_rows = "node/test_concat_2d_axis_0" { input 1x2x4 -> (conv1-2(bias=false) | conv1-2(bias=false)) }
    concat_rows_negative = "node/test_concat_2d_axis_negative_2" { input 1x2x4 -> (conv1-2(bias=false) | conv1-2(bias=false)) }
    concat_columns = "node/test_concat_2d_axis_1" { input 4 -> (fc-2(bias=false) | fc-2(bias=false)) }
    concat_columns_negative = "node/test_concat_2d_axis_negative_1" { input 4 -> (fc-2(bias=false) | fc-2(bias=false)) }
}

const LOSSES: [&str; 2] = ["node/test_sce_mean", "node/test_sce_mean_log_prob"];

#[test]
fn cross_entropy() {
    for case in LOSSES {
        judge::judge_cross_entropy::<Features<5>>(case);
    }
}

#[test]
fn every_case_is_judged_or_has_a_reason() {
    let Some(path) = found::shared("list of ONNX operator cases", "ops/LIST.txt") else { return };
    let list = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut known: BTreeSet<&str> = DECLARED.iter().chain(&LOSSES).copied().collect();
    known.extend(OUTSIDE.iter().flat_map(|(_, cases)| cases.iter().copied()));
    let listed: BTreeSet<&str> = list.lines().collect();
    assert_eq!(listed, known);
}
