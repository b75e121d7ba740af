//! The wire of Tunewright: the protobuf package `tunewright.v1`, and its conversions to the core's types.
//!
//! Protobuf types stop here, in `server/src/grpc` and in the SDK's transport; nothing stores them.

pub mod codec;
pub mod convert;
pub mod status;

/// The generated messages, clients and servers.
#[allow(missing_debug_implementations, unused_qualifications, clippy::all, clippy::too_many_lines)]
pub mod v1 {
    tonic::include_proto!("tunewright.v1");
}

/// The encoded descriptors of the package, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tunewright.v1.binpb"));
