//! Activations, each fused behind a convolution, behind `fc`, and on its own where no other stage can take it in.

use crate::judge::judge;

judge! {
    relu(2) { input 3x4x3 -> conv1-5(bias=position) -> relu }
    relu_alone(2) { input 4x4x3 -> conv1-5(bias=position) -> avgpool -> relu -> conv1-3 }
    relu_of_the_input(2) { input 3x3x3 -> relu -> conv1-4 }
    relu_of_features(2) { input 20 -> relu -> fc-18 -> relu }
    relu_twice(2) { input 3x3x3 -> conv1-5(bias=position) -> relu -> relu -> conv1-3 }

    leaky_relu(2) { input 3x4x3 -> conv1-5(bias=position) -> leaky_relu }
    leaky_relu_slope(2) { input 3x4x3 -> conv1-18(bias=position) -> leaky_relu(0.3) }
    leaky_relu_alone(2) { input 4x4x3 -> conv1-5(bias=position) -> avgpool -> leaky_relu(0.01) -> conv1-3 }
    leaky_relu_of_features(2) { input 9 -> fc-18 -> leaky_relu(0.2) -> fc-3 }

    elu(2) { input 3x4x3 -> conv1-5(bias=position) -> elu }
    elu_scale(2) { input 3x4x3 -> conv1-18(bias=position) -> elu(0.7) }
    elu_alone(2) { input 4x4x3 -> conv1-5(bias=position) -> avgpool -> elu(1.5) -> conv1-3 }
    elu_of_features(2) { input 9 -> fc-18 -> elu -> fc-3 }

    sigmoid(2) { input 3x4x3 -> conv1-5(bias=position) -> sigmoid }
    sigmoid_alone(2) { input 4x4x3 -> conv1-18(bias=position) -> avgpool -> sigmoid -> conv1-3 }
    sigmoid_of_the_input(2) { input 3x3x3 -> sigmoid -> conv3-4 }

    tanh(2) { input 3x4x3 -> conv1-5(bias=position) -> tanh }
    tanh_alone(2) { input 4x4x3 -> conv1-18(bias=position) -> avgpool -> tanh -> conv1-3 }
    tanh_of_features(2) { input 9 -> fc-18 -> tanh -> fc-3 }

    clipped_relu(2) { input 3x4x3 -> conv1-5(bias=position) -> clipped_relu(1) }
    clipped_relu_default(2) { input 3x4x3 -> conv1-5(bias=position) -> clipped_relu -> conv1-3 }
    clipped_relu_alone(2) { input 4x4x3 -> conv1-18(bias=position) -> avgpool -> clipped_relu(0.4) -> conv1-3 }

    padding_stays_zero(2) { input 3x4x3 -> conv1-5 -> sigmoid -> conv3-4 -> elu -> conv3-3 }
    lanes_stay_zero(2) { input 3x3x3 -> conv3-5 -> sigmoid -> (skip | conv1-6) -> sigmoid -> conv3-4 }
}
