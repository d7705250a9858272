//! Networks of `tests/fixtures/random_networks.py` that once were further off than is allowed, each with its seed and its
//! name there. `random_networks.py found` makes their fixtures.

use crate::judge::judge;

judge! {
    seed_21_net_30(2) {
        input 6x7x16 -> maxout(2) @ n75 -> frozen [conv4-20(dilation=1x2, bias=true, pad=0x1) -> bn(eps=0.01, momentum=0.5) -> relu] -> bn(eps=1e-3) -> bn -> dropout(0.0) -> fc-2(bias=false) -> tanh -> fc-13 -> softmax
    }
    seed_21_net_41(2) #[rounding(floor)] {
        block unit(c, s) = conv3-c/s(same) -> tanh;
        input (h=2, w=1, c=4) -> (conv3-20/2(same) -> leaky_relu | maxpool3/2(same)) -> conv1-12 -> conv3-17/3(exact, pad=1, bias=false) -> bn(momentum=0.3) -> relu -> conv3x1-9(pad=1) -> leaky_relu(0.3) -> unit(17, 2) -> conv1-4
    }
    seed_3_trunk_n114(1) #[rounding(floor)] {
        input (h=3, w=2, c=6) -> relu -> (conv1-24/2(same) | maxpool3/2(same))
    }
    seed_3_net_56(1) #[rounding(floor)] {
        input 7x6x6 -> dropout(0.0) -> maxpool2x3(floor) -> super::seed_3_trunk_n114::Net -> 2x1x30 -> clipped_relu(0.5) -> leaky_relu(0.3) -> (conv1-24 -> bn(eps=1e-3) | skip | conv3-17 -> bn(momentum=0.3)) -> bn(momentum=0.3)
    }
}
