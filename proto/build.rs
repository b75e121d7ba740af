//! Compiles the protobuf files in Rust alone, so that nobody needs `protoc`.

use std::path::PathBuf;

use prost::Message as _;

const FILES: [&str; 6] = [
    "tunewright/v1/attachment.proto",
    "tunewright/v1/space.proto",
    "tunewright/v1/study.proto",
    "tunewright/v1/token.proto",
    "tunewright/v1/trial.proto",
    "tunewright/v1/worker.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
    }
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("tunewright.v1.binpb"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .btree_map(".")
        // Large, and handed on as they are.
        .bytes(".tunewright.v1.PutAttachmentRequest")
        .bytes(".tunewright.v1.GetAttachmentResponse")
        .codec_path("crate::codec::CheckedCodec")
        .compile_fds(descriptors)?;
    Ok(())
}
