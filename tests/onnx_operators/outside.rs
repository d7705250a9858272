//! The operator cases that the language does not say, each with the reason.

pub const OUTSIDE: &[(&str, &[&str])] = &[
    ("a pool's padding is at most half its window", &["node/test_averagepool_2d_pads", "node/test_averagepool_2d_pads_count_include_pad", "node/test_maxpool_2d_pads"]),
    (
        "averages count the padding",
        &["node/test_averagepool_2d_precomputed_pads", "node/test_averagepool_2d_precomputed_same_upper", "node/test_averagepool_2d_same_upper"],
    ),
    ("`same` pads at the bottom and right", &["node/test_averagepool_2d_same_lower", "node/test_maxpool_2d_same_lower"]),
    ("pools have no dilation", &["node/test_maxpool_2d_dilations"]),
    ("no padding but that of a window", &["pytorch-converted/test_ZeroPad2d"]),
    ("parameters are floats", &["node/test_basic_convinteger", "node/test_add_uint8"]),
    ("branches have equal volumes", &["node/test_add_bcast"]),
    ("a bias is the same for all samples", &["node/test_gemm_default_matrix_bias", "pytorch-operator/test_operator_addmm"]),
    (
        "`flatten` keeps samples apart",
        &["node/test_flatten_axis0", "node/test_flatten_axis2", "node/test_flatten_axis3", "node/test_flatten_negative_axis1", "node/test_flatten_negative_axis2", "node/test_flatten_negative_axis4"],
    ),
    (
        "no logarithm of a softmax: the loss takes logits",
        &[
            "pytorch-converted/test_LogSoftmax", "pytorch-converted/test_log_softmax_dim3", "pytorch-converted/test_log_softmax_lastdim",
            "node/test_logsoftmax_axis_0", "node/test_logsoftmax_axis_1", "node/test_logsoftmax_axis_2", "node/test_logsoftmax_default_axis",
            "node/test_logsoftmax_example_1", "node/test_logsoftmax_large_number", "node/test_logsoftmax_negative_axis",
        ],
    ),
    (
        "the mask of dropout comes from our own random numbers",
        &[
            "node/test_training_dropout", "node/test_training_dropout_default", "node/test_training_dropout_default_mask",
            "node/test_training_dropout_mask", "node/test_training_dropout_zero_ratio_mask",
        ],
    ),
    (
        "no such optimizer, or it cannot begin in the middle",
        &["node/test_adam", "node/test_adam_multiple", "node/test_momentum", "node/test_momentum_multiple", "node/test_nesterov_momentum"],
    ),
    (
        "the negative log likelihood takes probabilities",
        &[
            "node/test_nllloss_NC", "node/test_nllloss_NCd1", "node/test_nllloss_NCd1_ii", "node/test_nllloss_NCd1_mean_weight_negative_ii",
            "node/test_nllloss_NCd1_weight", "node/test_nllloss_NCd1_weight_ii", "node/test_nllloss_NCd1d2", "node/test_nllloss_NCd1d2_no_weight_reduction_mean_ii",
            "node/test_nllloss_NCd1d2_reduction_mean", "node/test_nllloss_NCd1d2_reduction_sum", "node/test_nllloss_NCd1d2_with_weight",
            "node/test_nllloss_NCd1d2_with_weight_reduction_mean", "node/test_nllloss_NCd1d2_with_weight_reduction_sum",
            "node/test_nllloss_NCd1d2_with_weight_reduction_sum_ii", "node/test_nllloss_NCd1d2d3_none_no_weight_negative_ii",
            "node/test_nllloss_NCd1d2d3_sum_weight_high_ii",
        ],
    ),
    (
        "cross-entropy is the mean over all samples, without weights and ignored labels",
        &[
            "node/test_sce_mean_no_weight_ii", "node/test_sce_mean_no_weight_ii_4d", "node/test_sce_mean_no_weight_ii_4d_log_prob",
            "node/test_sce_mean_no_weight_ii_log_prob", "node/test_sce_mean_weight", "node/test_sce_mean_weight_ii", "node/test_sce_mean_weight_ii_4d",
            "node/test_sce_mean_weight_ii_4d_log_prob", "node/test_sce_mean_weight_ii_log_prob", "node/test_sce_mean_weight_log_prob", "node/test_sce_none",
            "node/test_sce_none_log_prob", "node/test_sce_none_weights", "node/test_sce_none_weights_log_prob", "node/test_sce_sum", "node/test_sce_sum_log_prob",
        ],
    ),
];
