//! Words, calls and options of other frameworks.

use expect_test::expect;

use super::{mistakes, suggestions_are_read};

#[test]
fn words_of_other_frameworks() {
    mistakes(
        "struct Net { input 32x32x3 -> § -> relu }",
        &[
            "BatchNorm2d(8)",
            "Linear(784, 10)",
            "Dense(10, activation=\"relu\")",
            "MaxPool2d(2)",
            "MaxPool2D(pool_size=(3, 2), strides=2)",
            "AveragePooling2D(3, 2, 1)",
            "AdaptiveAvgPool2d((1, 1))",
            "Conv2d(3, 64, 3)",
            "Conv2d(3, 64, 3, 2, 1)",
            "Conv2d(3, 64, kernel_size=5, stride=(2, 2), padding=2)",
            "Conv2D(64, (3, 5), padding=\"same\")",
            "Conv2d(channels)",
            "nn.Conv2d",
            "nn.Conv2d(3, 64, 3) bn",
            "torch.nn.ReLU()",
            "F.relu(x)",
            "nn::Linear(784, 10)",
            "nn.Frobnicate(3)",
            "Dropout2d(0.5)",
            "LeakyReLU(0.1)",
            "DepthwiseConv2D(3)",
            "SeparableConv2D(64, 3)",
            "reshape(1, 784)",
            "view(-1, 784)",
            "permute(0, 2, 1)",
            "nn.Sequential(conv3-8)",
            "identity",
            "residual",
            "MultiHeadAttention(8)",
            "output",
            "gap7",
            "gap1",
            "conv3_64/2",
            "conv_3_64",
            "fc_10",
            "maxpool_2",
            "bn_64",
        ],
        &expect![[r#"
            BatchNorm2d(8)    => ? -> relu
            BatchNorm2d(8)
                unknown word `BatchNorm2d`: did you mean `bn`?

            Linear(784, 10)    => ? -> relu
            Linear(784, 10)
                unknown word `Linear`: did you mean `fc-10`?

            Dense(10, activation="relu")    => ? -> relu
            Dense(10, activation="relu")
                unknown word `Dense`: did you mean `fc-10 -> relu`?

            MaxPool2d(2)    => ? -> relu
            MaxPool2d(2)
                unknown word `MaxPool2d`: did you mean `maxpool2`?

            MaxPool2D(pool_size=(3, 2), strides=2)    => ? -> relu
            MaxPool2D(pool_size=(3, 2), strides=2)
                unknown word `MaxPool2D`: did you mean `maxpool3x2/2`?

            AveragePooling2D(3, 2, 1)    => ? -> relu
            AveragePooling2D(3, 2, 1)
                unknown word `AveragePooling2D`: did you mean `avgpool3/2(pad=1)`?

            AdaptiveAvgPool2d((1, 1))    => ? -> relu
            AdaptiveAvgPool2d((1, 1))
                unknown word `AdaptiveAvgPool2d`: did you mean `gap`?

            Conv2d(3, 64, 3)    => ? -> relu
            Conv2d(3, 64, 3)
                unknown word `Conv2d`: did you mean `conv3-64(pad=0)`?

            Conv2d(3, 64, 3, 2, 1)    => ? -> relu
            Conv2d(3, 64, 3, 2, 1)
                unknown word `Conv2d`: did you mean `conv3-64/2(pad=1)`?

            Conv2d(3, 64, kernel_size=5, stride=(2, 2), padding=2)    => ? -> relu
            Conv2d(3, 64, kernel_size=5, stride=(2, 2), padding=2)
                unknown word `Conv2d`: did you mean `conv5-64/2(pad=2)`?

            Conv2D(64, (3, 5), padding="same")    => ? -> relu
            Conv2D(64, (3, 5), padding="same")
                unknown word `Conv2D`: did you mean `conv3x5-64(same)`?

            Conv2d(channels)    => ? -> relu
            Conv2d(channels)
                unknown word `Conv2d`: did you mean `conv3-64`?

            nn.Conv2d    => ? -> relu
            nn.Conv2d
                unknown word `nn.Conv2d`: did you mean `conv3-64`?

            nn.Conv2d(3, 64, 3) bn    => ? -> bn -> relu
            nn.Conv2d(3, 64, 3)
                unknown word `nn.Conv2d`: did you mean `conv3-64(pad=0)`?
            bn
                `->` is missing before `bn`

            torch.nn.ReLU()    => ? -> relu
            torch.nn.ReLU()
                unknown word `torch.nn.ReLU`: did you mean `relu`?

            F.relu(x)    => ? -> relu
            F.relu(x)
                unknown word `F.relu`: did you mean `relu`?

            nn::Linear(784, 10)    => ? -> relu
            nn::Linear(784, 10)
                unknown word `nn::Linear`: did you mean `fc-10`?

            nn.Frobnicate(3)    => ? -> relu
            nn.Frobnicate
                unknown word `nn.Frobnicate`: it is neither a layer nor a block

            Dropout2d(0.5)    => ? -> relu
            Dropout2d(0.5)
                unknown word `Dropout2d`: did you mean `dropout(0.5)`?

            LeakyReLU(0.1)    => ? -> relu
            LeakyReLU(0.1)
                unknown word `LeakyReLU`: did you mean `leaky_relu(0.1)`?

            DepthwiseConv2D(3)    => ? -> relu
            DepthwiseConv2D(3)
                unknown word `DepthwiseConv2D`: did you mean `dwconv3(pad=0)`?

            SeparableConv2D(64, 3)    => ? -> relu
            SeparableConv2D
                unknown word `SeparableConv2D`: it is two layers: `dwconv3 -> conv1-64`

            reshape(1, 784)    => ? -> relu
            reshape
                unknown word `reshape`: nothing reshapes a volume but `flatten`, and `fc` flattens by itself

            view(-1, 784)    => ? -> relu
            view
                unknown word `view`: nothing reshapes a volume but `flatten`, and `fc` flattens by itself

            permute(0, 2, 1)    => ? -> relu
            permute
                unknown word `permute`: nothing reshapes a volume but `flatten`, and `fc` flattens by itself

            nn.Sequential(conv3-8)    => ? -> relu
            nn.Sequential
                unknown word `nn.Sequential`: layers are connected with `->`, and `[conv3-64 -> relu]*2` repeats them

            identity    => ? -> relu
            identity
                unknown word `identity`: the identity is a branch, `skip`: `(conv3-64 + skip)`

            residual    => ? -> relu
            residual
                unknown word `residual`: branches are summed in brackets: `(conv3-64 + skip)`

            MultiHeadAttention(8)    => ? -> relu
            MultiHeadAttention
                unknown word `MultiHeadAttention`: networks are convolutional, without attention

            output    => ? -> relu
            output
                unknown word `output`: a network ends with its last layer

            gap7    => ? -> relu
            gap7
                gap takes no size, it averages the whole map: windows are `avgpool7`

            gap1    => ? -> relu
            gap1
                gap takes no size: it averages the whole map

            conv3_64/2    => ? -> relu
            conv3_64
                unknown word `conv3_64`: did you mean `conv3-64`?

            conv_3_64    => ? -> relu
            conv_3_64
                unknown word `conv_3_64`: did you mean `conv3-64`?

            fc_10    => ? -> relu
            fc_10
                unknown word `fc_10`: did you mean `fc-10`?

            maxpool_2    => ? -> relu
            maxpool_2
                unknown word `maxpool_2`: did you mean `maxpool2`?

            bn_64    => ? -> relu
            bn_64
                unknown word `bn_64`: did you mean `bn`?

        "#]],
    );
}

#[test]
fn arguments_of_calls() {
    let frame = "struct Net { input 32x32x3 -> § -> relu }";
    let sources = [
        "DepthwiseConv2D(2)",
        "DepthwiseConv2D((3, 3), 2, padding=\"same\", use_bias=False)",
        "DepthwiseConv2D(3, depth_multiplier=2)",
        "Conv2d(64, 64, 3, padding=1, groups=64, bias=False)",
        "Conv2d(64, 64, 3, 1, 2, 2, 4, False)",
        "Conv2d(3, out_channels=64, kernel_size=3, dilation=1, padding=\"valid\")",
        "Conv2d(3, 64, 3, padding_mode=\"reflect\")",
        "Conv2D(64, 3, activation=\"relu\", name=\"first\")",
        "Conv2D(64, 3, activation=\"linear\")",
        "Conv2D(64, 3, activation=\"swish\")",
        "Conv3d(3, 64, 3)",
        "Conv2DTranspose(64, 3)",
        "Conv3DTranspose(64, 3)",
        "ConvTranspose3d(64, 3)",
        "Conv2DTranspose",
        "Dense(10, \"relu\")",
        "Dense(units=10)",
        "Linear(784, 10, False)",
        "Linear(in_features=784, out_features=10, bias=False)",
        "MaxPool2d(3, 2, 1, ceil_mode=True)",
        "MaxPooling2D(3, padding=\"same\")",
        "MaxPool2d(2, return_indices=True)",
        "nn.Upsample(size=224)",
        "nn.Upsample(224)",
        "nn.Upsample(scale_factor=4, mode=\"bilinear\")",
        "UpSampling2D(size=(4, 4))",
        "UpSampling2D(3)",
        "Dropout(0.25, inplace=True)",
        "BatchNorm2d(64, momentum=0.1)",
    ];
    suggestions_are_read(frame, &sources);
    mistakes(
        frame,
        &sources,
        &expect![[r#"
            DepthwiseConv2D(2)    => ? -> relu
            DepthwiseConv2D(2)
                unknown word `DepthwiseConv2D`: did you mean `dwconv2(pad=0)`?

            DepthwiseConv2D((3, 3), 2, padding="same", use_bias=False)    => ? -> relu
            DepthwiseConv2D((3, 3), 2, padding="same", use_bias=False)
                unknown word `DepthwiseConv2D`: did you mean `dwconv3/2(same, bias=false)`?

            DepthwiseConv2D(3, depth_multiplier=2)    => ? -> relu
            DepthwiseConv2D(3, depth_multiplier=2)
                unknown word `DepthwiseConv2D`: did you mean `dwconv3`?

            Conv2d(64, 64, 3, padding=1, groups=64, bias=False)    => ? -> relu
            Conv2d(64, 64, 3, padding=1, groups=64, bias=False)
                unknown word `Conv2d`: did you mean `conv3-64(pad=1, groups=64, bias=false)`?

            Conv2d(64, 64, 3, 1, 2, 2, 4, False)    => ? -> relu
            Conv2d(64, 64, 3, 1, 2, 2, 4, False)
                unknown word `Conv2d`: did you mean `conv3-64(pad=2, dilation=2, groups=4, bias=false)`?

            Conv2d(3, out_channels=64, kernel_size=3, dilation=1, padding="valid")    => ? -> relu
            Conv2d(3, out_channels=64, kernel_size=3, dilation=1, padding="valid")
                unknown word `Conv2d`: did you mean `conv3-64(pad=0)`?

            Conv2d(3, 64, 3, padding_mode="reflect")    => ? -> relu
            Conv2d(3, 64, 3, padding_mode="reflect")
                unknown word `Conv2d`: did you mean `conv3-64`?

            Conv2D(64, 3, activation="relu", name="first")    => ? -> relu
            Conv2D(64, 3, activation="relu", name="first")
                unknown word `Conv2D`: did you mean `conv3-64(pad=0) -> relu`?

            Conv2D(64, 3, activation="linear")    => ? -> relu
            Conv2D(64, 3, activation="linear")
                unknown word `Conv2D`: did you mean `conv3-64(pad=0)`?

            Conv2D(64, 3, activation="swish")    => ? -> relu
            Conv2D(64, 3, activation="swish")
                unknown word `Conv2D`: did you mean `conv3-64`?

            Conv3d(3, 64, 3)    => ? -> relu
            Conv3d
                unknown word `conv3d`: a volume has one height, width and depth, and windows move in two directions: `conv3-64`

            Conv2DTranspose(64, 3)    => ? -> relu
            Conv2DTranspose
                unknown word `Conv2DTranspose`: there are no transposed convolutions; `upsample2` enlarges

            Conv3DTranspose(64, 3)    => ? -> relu
            Conv3DTranspose
                unknown word `Conv3DTranspose`: there are no transposed convolutions; `upsample2` enlarges

            ConvTranspose3d(64, 3)    => ? -> relu
            ConvTranspose3d
                unknown word `ConvTranspose3d`: there are no transposed convolutions; `upsample2` enlarges

            Conv2DTranspose    => ? -> relu
            Conv2DTranspose
                unknown word `Conv2DTranspose`: there are no transposed convolutions; `upsample2` enlarges

            Dense(10, "relu")    => ? -> relu
            Dense(10, "relu")
                unknown word `Dense`: did you mean `fc-10 -> relu`?

            Dense(units=10)    => ? -> relu
            Dense(units=10)
                unknown word `Dense`: did you mean `fc-10`?

            Linear(784, 10, False)    => ? -> relu
            Linear(784, 10, False)
                unknown word `Linear`: did you mean `fc-10(bias=false)`?

            Linear(in_features=784, out_features=10, bias=False)    => ? -> relu
            Linear(in_features=784, out_features=10, bias=False)
                unknown word `Linear`: did you mean `fc-10(bias=false)`?

            MaxPool2d(3, 2, 1, ceil_mode=True)    => ? -> relu
            MaxPool2d(3, 2, 1, ceil_mode=True)
                unknown word `MaxPool2d`: did you mean `maxpool3/2(pad=1, ceil)`?

            MaxPooling2D(3, padding="same")    => ? -> relu
            MaxPooling2D(3, padding="same")
                unknown word `MaxPooling2D`: did you mean `maxpool3(same)`?

            MaxPool2d(2, return_indices=True)    => ? -> relu
            MaxPool2d(2, return_indices=True)
                unknown word `MaxPool2d`: did you mean `maxpool3/2`?

            nn.Upsample(size=224)    => ? -> relu
            nn.Upsample(size=224)
                unknown word `nn.Upsample`: did you mean `upsample2`?

            nn.Upsample(224)    => ? -> relu
            nn.Upsample(224)
                unknown word `nn.Upsample`: did you mean `upsample2`?

            nn.Upsample(scale_factor=4, mode="bilinear")    => ? -> relu
            nn.Upsample(scale_factor=4, mode="bilinear")
                unknown word `nn.Upsample`: did you mean `upsample4(bilinear)`?

            UpSampling2D(size=(4, 4))    => ? -> relu
            UpSampling2D(size=(4, 4))
                unknown word `UpSampling2D`: did you mean `upsample4`?

            UpSampling2D(3)    => ? -> relu
            UpSampling2D(3)
                unknown word `UpSampling2D`: did you mean `upsample3`?

            Dropout(0.25, inplace=True)    => Dropout(0.25, inplace=True) -> relu
            inplace
                dropout takes one number, without a name: `dropout(0.5)`

            BatchNorm2d(64, momentum=0.1)    => ? -> relu
            BatchNorm2d(64, momentum=0.1)
                unknown word `BatchNorm2d`: did you mean `bn`?

        "#]],
    );
}

#[test]
fn what_is_written_otherwise() {
    mistakes(
        "struct Net { input 32x32x3 -> § -> relu }",
        &[
            "conv3d-64",
            "Conv3d(3, 64, 3, padding=1)",
            "nn.Conv3d(3, 64, 3)",
            "MaxPool3d(2)",
            "Conv1D(64, 3)",
            "conv1d-64",
            "MaxPooling1D(2)",
            "BatchNorm3d(64)",
            "conv5x5x3-64",
            "maxpool2x2x2",
            "AdaptiveAvgPool2d((7, 7))",
            "AdaptiveAvgPool2d(output_size=(1, 1))",
            "GlobalAvgPool2d()",
            "global average pooling",
            "avgpool(global)",
            "mean",
            "conv(filters=64, kernel_size=3, padding=1)",
            "maxpool(k=3, s=2)",
            "maxpool(3, 2)",
            "avgpool(3, padding=1)",
            "upsample(scale=4)",
            "upsample2(mode=bilinear)",
            "dwconv3(groups=8)",
            "Dense(64, activation=relu)",
            "lrn(size=5)",
            "leaky_relu(negative_slope=0.2)",
            "bn(64)",
            "bn2d",
            "conv3-64(name=a)",
            "conv3-64(trainable=false)",
            "deconv3-64/2",
            "upconv2-64",
            "unpool2",
            "separable3-64",
            "route -1",
            "repeat",
        ],
        &expect![[r#"
            conv3d-64    => ? -> relu
            conv3d
                unknown word `conv3d`: a volume has one height, width and depth, and windows move in two directions: `conv3-64`

            Conv3d(3, 64, 3, padding=1)    => ? -> relu
            Conv3d
                unknown word `conv3d`: a volume has one height, width and depth, and windows move in two directions: `conv3-64`

            nn.Conv3d(3, 64, 3)    => ? -> relu
            nn.Conv3d
                unknown word `nn.Conv3d`: a volume has one height, width and depth, and windows move in two directions: `conv3-64`

            MaxPool3d(2)    => ? -> relu
            MaxPool3d
                unknown word `maxpool3d`: a volume has one height, width and depth, and windows move in two directions: `maxpool3/2`

            Conv1D(64, 3)    => ? -> relu
            Conv1D(64, 3)
                unknown word `Conv1D`: in one direction, 1x100x8 for example, windows are 1 high: `conv1x3-64`

            conv1d-64    => ? -> relu
            conv1d
                unknown word `conv1d`: in one direction, 1x100x8 for example, windows are 1 high: `conv1x3-64`

            MaxPooling1D(2)    => ? -> relu
            MaxPooling1D(2)
                unknown word `MaxPooling1D`: in one direction, 1x100x8 for example, windows are 1 high: `maxpool1x3/2`

            BatchNorm3d(64)    => ? -> relu
            BatchNorm3d
                unknown word `BatchNorm3d`: did you mean `bn`?

            conv5x5x3-64    => ? -> relu
            conv5x5x3
                `5x5x3` is no size of conv: a window has a height and a width, so write `conv5-64`

            maxpool2x2x2    => ? -> relu
            maxpool2x2x2
                `2x2x2` is no size of maxpool: a window has a height and a width, so write `maxpool2`

            AdaptiveAvgPool2d((7, 7))    => ? -> relu
            AdaptiveAvgPool2d((7, 7))
                unknown word `AdaptiveAvgPool2d`: pools say their windows, as in `avgpool2`; where that size arrives already, leave it out

            AdaptiveAvgPool2d(output_size=(1, 1))    => ? -> relu
            AdaptiveAvgPool2d(output_size=(1, 1))
                unknown word `AdaptiveAvgPool2d`: did you mean `gap`?

            GlobalAvgPool2d()    => ? -> relu
            GlobalAvgPool2d()
                unknown word `GlobalAvgPool2d`: did you mean `gap`?

            global average pooling    => ? -> relu
            global average pooling
                unknown word `global average pooling`: did you mean `gap`?

            avgpool(global)    => ? -> relu
            global
                unknown option `global` of avgpool: the global pool is `gap`, which averages

            mean    => ? -> relu
            mean
                unknown word `mean`: the mean of the whole map is `gap`

            conv(filters=64, kernel_size=3, padding=1)    => ? -> relu
            conv(filters=64, kernel_size=3, padding=1)
                a layer's numbers are part of it: write `conv3-64(pad=1)`

            maxpool(k=3, s=2)    => ? -> relu
            maxpool(k=3, s=2)
                a layer's numbers are part of it: write `maxpool3/2`

            maxpool(3, 2)    => ? -> relu
            maxpool(3, 2)
                a layer's numbers are part of it: write `maxpool3/2`

            avgpool(3, padding=1)    => ? -> relu
            avgpool(3, padding=1)
                a layer's numbers are part of it: write `avgpool3(pad=1)`

            upsample(scale=4)    => ? -> relu
            upsample(scale=4)
                a layer's numbers are part of it: write `upsample4`

            upsample2(mode=bilinear)    => ? -> relu
            mode
                unknown option `mode` of upsample: without a word the nearest is taken, `upsample2(bilinear)` goes between them

            dwconv3(groups=8)    => ? -> relu
            groups
                unknown option `groups` of dwconv: it has one filter for each channel; more are a `conv` with as many `groups`

            Dense(64, activation=relu)    => ? -> relu
            Dense(64, activation=relu)
                unknown word `Dense`: did you mean `fc-64 -> relu`?

            lrn(size=5)    => lrn(size=5) -> relu
            size
                unknown option `size` of lrn: the number of channels is `n=5`

            leaky_relu(negative_slope=0.2)    => leaky_relu(negative_slope=0.2) -> relu
            negative_slope
                leaky_relu takes one number, without a name: `leaky_relu(0.2)`

            bn(64)    => bn(64) -> relu
            64
                a value of bn needs the name of its option, `eps` or `momentum`; the number of channels is known: `bn`

            bn2d    => ? -> relu
            bn2d
                unknown word `bn2d`: did you mean `bn`?

            conv3-64(name=a)    => ? -> relu
            name
                unknown option `name` of conv: a name stands behind `@`: `conv3-64 @ name`

            conv3-64(trainable=false)    => ? -> relu
            trainable
                unknown option `trainable` of conv: `frozen` stands before the layer: `frozen conv3-64`

            deconv3-64/2    => ? -> relu
            deconv3
                `deconv3` is not implemented yet; `upsample2 -> conv3-64` enlarges

            upconv2-64    => ? -> relu
            upconv2
                unknown word `upconv2`: there are no transposed convolutions; `upsample2` enlarges

            unpool2    => ? -> relu
            unpool2
                unknown word `unpool2`: there are no transposed convolutions; `upsample2` enlarges

            separable3-64    => ? -> relu
            separable3
                unknown word `separable3`: it is two layers: `dwconv3 -> conv1-64`

            route -1    => ? -> relu
            route
                unknown word `route`: branches are concatenated in brackets: `(conv1-64 | conv3-64)`

            repeat    => ? -> relu
            repeat
                unknown word `repeat`: a repeat stands behind what it repeats: `[conv3-64 -> relu]*2`

        "#]],
    );
}
