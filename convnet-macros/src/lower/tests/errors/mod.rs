//! Each mistake, with what its error underlines and says.

mod branches;
mod networks;
mod numbers;
mod volumes;
mod windows;
