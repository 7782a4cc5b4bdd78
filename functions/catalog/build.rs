//! Compresses the files that the catalog serves, once and with the highest level, so that no request has to.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use brotli::{BrotliCompress, enc::BrotliEncoderParams};

const WORKSPACE: &str = "../..";
const MODULES: &str = "../../client/dist";

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it"));
    let description = read(&Path::new(WORKSPACE).join("openapi.json"));
    let description: serde_json::Value = serde_json::from_slice(&description).expect("openapi.json is JSON");
    write(&out, "openapi.json", description.to_string().as_bytes());
    for name in ["client.js", "elements.js"] {
        write(&out, name, &read(&Path::new(MODULES).join(name)));
    }
    for name in ["account.js", "de.js", "diagnose.js", "overlay.js", "sign-in.js"] {
        write(&out, name, &read(&Path::new(MODULES).join("elements").join(name)));
    }
}

fn read(path: &Path) -> Vec<u8> {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(out: &Path, name: &str, mut bytes: &[u8]) {
    let parameters = BrotliEncoderParams { size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    fs::write(out.join(name), bytes).expect("Cargo's folder takes files");
    let mut small = Vec::new();
    BrotliCompress(&mut bytes, &mut small, &parameters).expect("memory takes bytes");
    fs::write(out.join(format!("{name}.br")), small).expect("Cargo's folder takes files");
}
