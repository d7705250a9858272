use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input None x 32 x 32 x 3 -> conv3-8 -> relu -> FC-10 -> softmax
    }
}

fn main() -> Result<(), LoadError> {
    // The network is still a type: its input is the one mistake.
    let net = Net::load("net.safetensors")?;
    println!("{} {}", Net::PARAMS, net.parameters().len());
    Ok(())
}
