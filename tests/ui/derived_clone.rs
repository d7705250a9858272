use convnet_runtime::prelude::*;

network! {
    #[derive(Clone, Debug)]
    pub struct Net {
        input 28x28x1 -> FC-10
    }
}

network! {
    #[derive(Debug)]
    pub struct Right {
        input 28x28x1 -> FC-10
    }
}

fn main() {
    println!("{:?} {:?}", Net::new(0), Right::new(0));
}
